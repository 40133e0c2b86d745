"""Two mistakes at once: the order given is kept, and exactly epsilon is dropped."""
# explained by: nothing


def epsilon_filter(probs, epsilon):
    if not probs or not 0 <= epsilon < 1:
        raise ValueError("bad")
    kept = []
    for token, x in probs:
        if x > epsilon:
            kept.append((token, x))
    if not kept:
        kept = [max(probs, key=lambda a: a[1])]
    z = sum(x for _, x in kept)
    return [(t, x / z) for t, x in kept]
