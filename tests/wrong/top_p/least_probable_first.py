"""The right tokens with the right numbers, returned in the wrong order."""
# explained by: nothing


def top_p_filter(probs, p):
    if not probs or not 0 < p <= 1:
        raise ValueError("wrong p")
    remaining = list(probs)
    kept = []
    mass = 0
    while remaining and mass < p - 1e-12:
        best = max(remaining, key=lambda pair: pair[1])
        remaining.remove(best)
        kept.insert(0, best)
        mass = mass + best[1]
    return [(token, prob / mass) for token, prob in kept]
