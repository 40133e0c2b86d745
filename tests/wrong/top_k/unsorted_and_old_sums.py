"""Two mistakes at once: nothing is sorted, and p is compared with the old probabilities."""
# explained by: forgets_to_sort


def top_k_filter(probs, k):
    if not probs or k < 1:
        raise ValueError("k")
    z = sum(x for _, x in probs[:k])
    return [(t, x / z) for t, x in probs[:k]]


def top_k_top_p_filter(probs, k, p):
    if not 0 < p <= 1 or not probs or k < 1:
        raise ValueError("p")
    kept, mass = [], 0.0
    for t, x in probs[:k]:
        kept.append((t, x))
        mass += x
        if mass >= p:
            break
    return [(t, x / mass) for t, x in kept]
