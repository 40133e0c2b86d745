"""Through the pipeline, asked for ids instead of text."""

from transformers import pipeline


def count_tokens(tokenizer, text):
    return sum(tokenizer(text)["attention_mask"])


def new_tokens_left(tokenizer, prompt, max_length):
    used = count_tokens(tokenizer, prompt)
    return max(max_length, used) - used


def generate_within(model, tokenizer, prompt, *, max_length=None, max_new_tokens=None):
    match max_length, max_new_tokens:
        case (None, None) | (int(), int()):
            raise ValueError
        case (int(), None):
            limit = new_tokens_left(tokenizer, prompt, max_length)
        case _:
            limit = max_new_tokens
    if not limit:
        return ("", 0, "length")
    pipe = pipeline("text-generation", model=model, tokenizer=tokenizer)
    ids = pipe(prompt, max_new_tokens=limit, do_sample=False, return_tensors=True)[0]["generated_token_ids"]
    *_, last = new = ids[len(tokenizer(prompt)["input_ids"]) :]
    text = tokenizer.decode([one for one in new if one != tokenizer.eos_token_id])
    return text, len(new), ("length", "eos")[last == tokenizer.eos_token_id]
