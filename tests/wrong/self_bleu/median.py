"""The median of the scores is taken for their mean."""
# explained by: takes_the_median

from statistics import median

import sacrebleu


def self_bleu(texts):
    if len(texts) < 2:
        raise ValueError("need two")
    return [sacrebleu.sentence_bleu(t, texts[:i] + texts[i + 1 :]).score for i, t in enumerate(texts)]


def average_self_bleu(texts):
    return median(self_bleu(texts))
