"""corpus_bleu with one reference stream for each of the other texts."""

import statistics

import sacrebleu


def self_bleu(texts: list[str]) -> list[float]:
    if not texts or len(texts) == 1:
        raise ValueError("Self-BLEU compares texts with each other")
    scores = []
    for i, hypo in enumerate(texts):
        others = list(texts)
        others.pop(i)
        streams = [[other] for other in others]
        scores.append(sacrebleu.corpus_bleu([hypo], streams, use_effective_order=True).score)
    return scores


def average_self_bleu(texts: list[str]) -> float:
    return statistics.fmean(self_bleu(texts))
