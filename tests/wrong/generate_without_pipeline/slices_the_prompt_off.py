"""The prompt is cut off, by hand."""
# explained by: returns_only_the_new_text


def generate_text(model, tokenizer, prompt, max_length):
    batch = tokenizer([prompt], return_tensors="pt")
    n = len(batch["input_ids"][0])
    out = model.generate(batch["input_ids"], attention_mask=batch["attention_mask"], max_length=max_length)
    return tokenizer.batch_decode([row[n:] for row in out], skip_special_tokens=True)[0]
