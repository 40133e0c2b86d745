def top_p_filter(probs, p):
    if len(probs) == 0:
        raise ValueError("empty")
    if p <= 0 or p > 1:
        raise ValueError("p must be between 0 and 1")

    # selection: take the largest remaining one until the sum reaches p
    remaining = list(probs)
    chosen = []
    total = 0.0
    while remaining and total < p:
        best = remaining[0]
        for pair in remaining:
            if pair[1] > best[1]:
                best = pair
        remaining.remove(best)
        chosen.append(best)
        total += best[1]

    result = []
    for token, probability in chosen:
        result.append((token, probability / total))
    return result
