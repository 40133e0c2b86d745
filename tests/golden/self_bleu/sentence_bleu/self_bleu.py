from sacrebleu import sentence_bleu


def self_bleu(texts):
    n = len(texts)
    if n <= 1:
        raise ValueError("need 2 or more texts")
    result = []
    for i in range(n):
        refs = []
        for j in range(n):
            if j != i:
                refs.append(texts[j])
        bleu = sentence_bleu(texts[i], refs, use_effective_order=True)
        result.append(bleu.score)
    return result


def average_self_bleu(texts):
    scores = self_bleu(texts)
    total = 0
    for s in scores:
        total += s
    return total / len(scores)
