"""Two mistakes at once: equal prompts become one, and the order is turned round."""
# explained by: nothing


def generate_batch(model, tokenizer, prompts, max_new_tokens):
    if not prompts:
        return []
    unique = sorted(set(prompts), reverse=True)
    batch = tokenizer(unique, return_tensors="pt", padding=True, padding_side="left")
    out = model.generate(**batch, max_new_tokens=max_new_tokens, do_sample=False)
    return tokenizer.batch_decode(out[:, batch["input_ids"].shape[1] :], skip_special_tokens=True)
