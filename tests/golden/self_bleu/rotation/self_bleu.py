import numpy as np
from sacrebleu.metrics import BLEU


def self_bleu(texts: list[str]) -> list[float]:
    assert_enough(texts)
    metric = BLEU(effective_order=True)
    remaining = list(texts)
    scores = []
    for _ in texts:
        # rotate: the first text is measured, then goes to the end
        hypo = remaining.pop(0)
        scores.append(round(metric.sentence_score(hypo, remaining).score, 2))
        remaining.append(hypo)
    return scores


def average_self_bleu(texts: list[str]) -> float:
    return np.mean(self_bleu(texts))


def assert_enough(texts):
    if len(texts) < 2:
        raise ValueError(f"{len(texts)} text(s) given, 2 needed")
