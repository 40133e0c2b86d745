"""BLEU counted by hand; only the tokenizer is sacrebleu's."""

from collections import Counter
from math import exp, prod

from sacrebleu.metrics import BLEU

tokenize = BLEU().tokenizer


def words_of(text):
    return tokenize(text.rstrip()).split()


def ngrams(words, n):
    return Counter(tuple(words[k : k + n]) for k in range(len(words) - n + 1))


def bleu(hypothesis, references):
    hyp = words_of(hypothesis)
    refs = [words_of(r) for r in references]
    precisions, matched, halves = [], 0, 1
    for n in range(1, 5):
        mine = ngrams(hyp, n)
        total = sum(mine.values())
        if total == 0:
            break
        allowed = Counter()
        for r in refs:
            allowed |= ngrams(r, n)
        hits = sum((mine & allowed).values())
        matched += hits
        if hits:
            precisions.append(hits / total)
        else:
            halves *= 2
            precisions.append(1 / (halves * total))
    if matched == 0:
        return 0.0
    closest = min((abs(len(r) - len(hyp)), len(r)) for r in refs)[1]
    brevity = exp(min(0.0, 1 - closest / len(hyp)))
    return 100 * brevity * prod(precisions) ** (1 / len(precisions))


def self_bleu(texts):
    if len(texts) < 2:
        raise ValueError("at least two texts, please")
    return [bleu(t, [u for j, u in enumerate(texts) if j != i]) for i, t in enumerate(texts)]


def average_self_bleu(texts):
    if len(texts) < 2:
        raise ValueError("at least two texts, please")
    return sum(self_bleu(texts)) / len(texts)
