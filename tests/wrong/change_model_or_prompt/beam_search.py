"""Beam search: without randomness, but not greedy."""
# explained by: nothing

from transformers import pipeline


def generate_text(model_name, prompt, max_new_tokens):
    pipe = pipeline("text-generation", model=model_name)
    out = pipe(prompt, max_new_tokens=max_new_tokens, do_sample=False, num_beams=4, return_full_text=False)
    return out[0]["generated_text"]


def compare(model_names, prompts, max_new_tokens):
    return {(m, p): generate_text(m, p, max_new_tokens) for m in model_names for p in prompts}


def concise_prompt(question):
    return question + " Answer in one word."
