import torch


@torch.no_grad()
def greedy_decode(model, input_ids, max_new_tokens, eos_token_id):
    if max_new_tokens < 1 or input_ids.numel() == 0:
        raise ValueError("nothing to do")
    ids = input_ids[0].tolist()
    for i in range(max_new_tokens):
        scores = model(torch.tensor([ids])).logits[0, -1].tolist()
        # 一番スコアの高い ID を探す
        best = 0
        for v in range(len(scores)):
            if scores[v] > scores[best]:
                best = v
        ids.append(best)
        if best == eos_token_id:
            return torch.tensor([ids])
    return torch.tensor([ids])
