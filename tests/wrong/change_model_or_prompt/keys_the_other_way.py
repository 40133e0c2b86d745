"""The table's keys are (prompt, model name)."""
# explained by: turns_the_keys_round

from transformers import pipeline


def generate_text(model_name, prompt, max_new_tokens):
    pipe = pipeline("text-generation", model=model_name)
    return pipe(prompt, max_new_tokens=max_new_tokens, do_sample=False, return_full_text=False)[0]["generated_text"]


def compare(model_names, prompts, max_new_tokens):
    return {(p, m): generate_text(m, p, max_new_tokens) for m in model_names for p in prompts}


def concise_prompt(question):
    return question + " Answer in one word."
