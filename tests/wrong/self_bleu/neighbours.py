"""Only the texts beside it serve as references."""
# explained by: nothing

import sacrebleu


def self_bleu(texts):
    if len(texts) < 2:
        raise ValueError("need two")
    n = len(texts)
    return [sacrebleu.sentence_bleu(t, [texts[i - 1], texts[(i + 1) % n]]).score for i, t in enumerate(texts)]


def average_self_bleu(texts):
    scores = self_bleu(texts)
    return sum(scores) / len(scores)
