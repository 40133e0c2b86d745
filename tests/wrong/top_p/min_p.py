"""A floor relative to the best token (that is min-p), not a sum."""
# explained by: nothing


def top_p_filter(probs, p):
    if not probs or not 0 < p <= 1:
        raise ValueError("p")
    best = max(x for _, x in probs)
    kept = sorted([(t, x) for t, x in probs if x >= (1 - p) * best], key=lambda a: a[1], reverse=True)
    s = sum(x for _, x in kept)
    return [(t, x / s) for t, x in kept]
