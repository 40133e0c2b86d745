"""Every stage written out, as in the tutorial's comments."""

import torch


def generate_text(model, tokenizer, prompt: str, max_length: int) -> str:
    # 1. 文を ID の列にする
    tokens = tokenizer.tokenize(prompt, add_special_tokens=True)
    input_ids = torch.tensor([tokenizer.convert_tokens_to_ids(tokens)])
    attention_mask = torch.ones_like(input_ids)

    # 2. 生成
    model.eval()
    with torch.no_grad():
        output_ids = model.generate(
            input_ids=input_ids,
            attention_mask=attention_mask,
            max_length=max_length,
            do_sample=False,
            num_beams=1,
        )

    # 3. 文に戻す
    special = tokenizer.all_special_ids
    ids = [i for i in output_ids[0].tolist() if i not in special]
    return tokenizer.convert_tokens_to_string(tokenizer.convert_ids_to_tokens(ids))
