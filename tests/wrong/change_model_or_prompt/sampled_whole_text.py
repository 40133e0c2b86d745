"""Two mistakes at once: sampling is on, and the prompt comes back too."""
# explained by: leaves_sampling_on, returns_the_whole_text

from transformers import pipeline


def generate_text(model_name, prompt, max_new_tokens):
    pipe = pipeline("text-generation", model=model_name)
    return pipe(prompt, max_new_tokens=max_new_tokens)[0]["generated_text"]


def compare(model_names, prompts, max_new_tokens):
    return {(m, p): generate_text(m, p, max_new_tokens) for m in model_names for p in prompts}


def concise_prompt(question):
    return question + " Answer in one word."
