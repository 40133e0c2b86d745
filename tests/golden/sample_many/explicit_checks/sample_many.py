import transformers


class Settings:
    def __init__(self, temperature, top_p, top_k):
        if not temperature > 0.0:
            raise ValueError(f"temperature must be positive, not {temperature} (no greedy decoding here)")
        if top_p <= 0.0 or top_p > 1.0:
            raise ValueError(f"top_p must be in (0, 1], not {top_p}")
        if top_k <= -1:
            raise ValueError(f"top_k must not be negative, not {top_k}")
        self.options = {"temperature": temperature, "top_p": top_p, "top_k": top_k}


def sample(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    settings = Settings(temperature, top_p, top_k)
    length = input_ids.shape[1]
    if length == 0 or n < 1 or max_new_tokens < 1:
        raise ValueError("nothing to do")
    if seed != None:  # noqa: E711
        transformers.set_seed(seed)
    output = model.generate(
        input_ids=input_ids,
        do_sample=True,
        num_beams=1,
        num_return_sequences=n,
        max_length=length + max_new_tokens,
        return_dict_in_generate=True,
        **settings.options,
    )
    return output.sequences
