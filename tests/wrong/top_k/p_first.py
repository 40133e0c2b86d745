"""top-p first, then top-k."""
# explained by: compares_p_with_the_old_probabilities


def normal(pairs):
    z = sum(x for _, x in pairs)
    return [(t, x / z) for t, x in pairs]


def top_k_filter(probs, k):
    if not probs or k < 1:
        raise ValueError("k")
    return normal(sorted(probs, key=lambda a: -a[1])[:k])


def top_k_top_p_filter(probs, k, p):
    if not 0 < p <= 1 or not probs:
        raise ValueError("p")
    kept, mass = [], 0.0
    for t, x in sorted(probs, key=lambda a: -a[1]):
        kept.append((t, x))
        mass += x
        if mass >= p:
            break
    return top_k_filter(normal(kept), k)
