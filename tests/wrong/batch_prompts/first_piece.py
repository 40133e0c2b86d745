"""Only the texts up to the first space come back."""
# explained by: nothing


def generate_batch(model, tokenizer, prompts, max_new_tokens):
    if not prompts:
        return []
    batch = tokenizer(prompts, return_tensors="pt", padding=True, padding_side="left")
    out = model.generate(**batch, max_new_tokens=max_new_tokens, do_sample=False)
    texts = tokenizer.batch_decode(out[:, batch["input_ids"].shape[1] :], skip_special_tokens=True)
    return [t.split(" ")[0] for t in texts]
