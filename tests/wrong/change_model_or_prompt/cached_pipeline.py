"""The pipeline is kept in a global variable, whatever model is asked for."""
# explained by: remembers_the_first_model

from transformers import pipeline

generator = None


def generate_text(model_name, prompt, max_new_tokens):
    global generator
    if generator is None:
        generator = pipeline("text-generation", model=model_name)
    full = generator(prompt, max_new_tokens=max_new_tokens, do_sample=False)[0]["generated_text"]
    return full[len(prompt) :]


def compare(model_names, prompts, max_new_tokens):
    table = {}
    for m in model_names:
        for p in prompts:
            table[(m, p)] = generate_text(m, p, max_new_tokens)
    return table


def concise_prompt(question):
    return question + " Answer in one word."
