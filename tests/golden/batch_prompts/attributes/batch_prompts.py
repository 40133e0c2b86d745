"""トークナイザの設定を変えてから、まとめて渡す。"""

import torch


def generate_batch(model, tokenizer, prompts, max_new_tokens):
    if len(prompts) == 0:
        return []

    tokenizer.padding_side = "left"
    tokenizer.pad_token = tokenizer.eos_token
    inputs = tokenizer(prompts, return_tensors="pt", padding="longest")

    with torch.no_grad():
        outputs = model.generate(
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            max_new_tokens=max_new_tokens,
            do_sample=False,
            pad_token_id=tokenizer.pad_token_id,
        )

    input_length = inputs["input_ids"].size(1)
    texts = []
    for output in outputs:
        texts.append(tokenizer.decode(output[input_length:], skip_special_tokens=True).strip())
    return texts
