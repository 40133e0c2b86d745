"""The tutorial's listing with a class and a loop: one stream of references."""
# explained by: uses_only_the_first_other

import statistics

from sacrebleu.metrics import BLEU


def self_bleu(texts):
    if len(texts) <= 1:
        raise ValueError("need two")
    bleu = BLEU(effective_order=True)
    result = []
    for i in range(len(texts)):
        refs = []
        for j in range(len(texts)):
            if j != i:
                refs.append(texts[j])
        result.append(bleu.corpus_score([texts[i]], [refs]).score)
    return result


def average_self_bleu(texts):
    return statistics.mean(self_bleu(texts))
