"""Everything is put into lower case first."""
# explained by: lower_cases_the_texts

import sacrebleu


def self_bleu(texts):
    if len(texts) < 2:
        raise ValueError("need two")
    lower = [t.lower() for t in texts]
    return [sacrebleu.sentence_bleu(lower[i], lower[:i] + lower[i + 1 :]).score for i in range(len(lower))]


def average_self_bleu(texts):
    scores = self_bleu(texts)
    return sum(scores) / len(scores)
