"""Beam search is not greedy."""
# explained by: nothing


def generate_text(model, tokenizer, prompt, max_length):
    inputs = tokenizer(prompt, return_tensors="pt")
    out = model.generate(**inputs, max_length=max_length, num_beams=5, do_sample=False)
    return tokenizer.decode(out[0], skip_special_tokens=True)
