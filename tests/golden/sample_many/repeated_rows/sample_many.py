import torch


def sample(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    checks = {
        "input_ids": input_ids.shape[-1] > 0,
        "n": n >= 1,
        "max_new_tokens": max_new_tokens >= 1,
        "temperature": temperature > 0,
        "top_p": 0 < top_p <= 1,
        "top_k": top_k >= 0,
    }
    for name, ok in checks.items():
        if not ok:
            raise ValueError(f"{name} is out of range")
    batch = input_ids.expand(n, -1)
    options = dict(do_sample=True, max_new_tokens=max_new_tokens, temperature=temperature, top_k=top_k, top_p=top_p)
    if seed is None:
        return model.generate(batch, **options)
    with torch.random.fork_rng():  # leaves the global generator as it was
        torch.manual_seed(seed)
        return model.generate(batch, **options)
