"""Drops the token that crosses p, and does not renormalise either."""
# explained by: drops_the_crossing_token, does_not_renormalise


def top_p_filter(probs, p):
    if not probs or p <= 0 or p > 1:
        raise ValueError
    probs = sorted(probs, key=lambda x: x[1])[::-1]
    result = [probs[0]]
    total = probs[0][1]
    for i in range(1, len(probs)):
        total += probs[i][1]
        if total > p + 1e-12:
            break
        result.append(probs[i])
    return result
