"""Two mistakes in two functions: equal texts are left out, and the sum is not divided."""
# explained by: excludes_equal_texts, forgets_to_divide

import sacrebleu


def self_bleu(texts):
    if len(texts) < 2:
        raise ValueError("need two")
    scores = []
    for text in texts:
        others = [other for other in texts if other != text]
        scores.append(sacrebleu.sentence_bleu(text, others).score)
    return scores


def average_self_bleu(texts):
    total = 0
    for score in self_bleu(texts):
        total += score
    return total
