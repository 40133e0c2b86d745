"""Takes the second best token."""
# explained by: nothing

import torch


def greedy_decode(model, input_ids, max_new_tokens, eos_token_id):
    if input_ids.numel() == 0 or max_new_tokens < 1:
        raise ValueError("bad arguments")
    ids = input_ids.tolist()[0]
    n_prompt = len(ids)
    with torch.no_grad():
        while len(ids) - n_prompt < max_new_tokens:
            scores = model(torch.tensor([ids])).logits[0, -1]
            best = int(scores.topk(2).indices[1])
            ids.append(best)
            if best == eos_token_id:
                break
    return torch.tensor([ids])
