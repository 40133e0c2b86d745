"""モデルとプロンプトを変えて、出力の変化を見る / Change the model and the prompt, and watch the output change."""

import torch
from transformers import pipeline


def generate_text(model_name, prompt, max_new_tokens):
    # チュートリアルと同じく 16 ビットで読み込む
    pipe = pipeline("text-generation", model=model_name, dtype=torch.float16)
    output = pipe(prompt, max_new_tokens=max_new_tokens, do_sample=False, return_full_text=False)
    return output[0]["generated_text"].strip()


def compare(model_names, prompts, max_new_tokens):
    results = {}
    for model_name in model_names:
        for prompt in prompts:
            results[(model_name, prompt)] = generate_text(model_name, prompt, max_new_tokens)
    return results


def concise_prompt(question):
    if any(ord(character) > 127 for character in question):
        return "次の質問に一言で答えてください。\n" + question
    return "Answer the following question in one word.\n" + question
