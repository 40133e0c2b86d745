"""A model that is left in training mode does not sample what it samples in evaluation mode."""

import torch


def test_training_mode_shows(bench):
    """With one candidate at each step, dropout lets other tokens than the best ones through."""
    model, tokenizer = bench.models.lm.model, bench.models.lm.tokenizer
    inputs = tokenizer("Every day, the", return_tensors="pt")
    options = {"do_sample": True, "top_k": 1, "num_return_sequences": 8, "max_new_tokens": 8, "pad_token_id": 2}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        calm = model.generate(**inputs, **options)
        model.train()
        try:
            restless = model.generate(**inputs, **options)
        finally:
            model.eval()
    assert len(set(map(tuple, calm.tolist()))) == 1
    assert len(set(map(tuple, restless.tolist()))) > 1
