"""Decodes the new tokens on their own, as the pipeline does, and counts them by max_new_tokens."""

from transformers import GenerationConfig


def generate_text(model, tokenizer, prompt, max_length):
    encoding = tokenizer([prompt], return_tensors="pt")
    n = len(encoding.input_ids[0])
    config = GenerationConfig.from_model_config(model.config)
    config.max_new_tokens = max_length - n
    (row,) = model.generate(**encoding, generation_config=config)
    return prompt + tokenizer.batch_decode(row[None, n:], skip_special_tokens=True)[0]
