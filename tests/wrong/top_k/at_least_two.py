"""Keeps two tokens where k = 1 asks for one."""
# explained by: nothing


def top_k_filter(probs, k):
    if not probs or k < 1:
        raise ValueError("k")
    kept = sorted(probs, key=lambda a: a[1], reverse=True)[: max(2, k)]
    total = sum(x for _, x in kept)
    return [(t, x / total) for t, x in kept]


def top_k_top_p_filter(probs, k, p):
    if not 0 < p <= 1:
        raise ValueError("p")
    kept, mass = [], 0.0
    for t, x in top_k_filter(probs, k):
        kept.append((t, x))
        mass += x
        if mass >= p:
            break
    return [(t, x / mass) for t, x in kept]
