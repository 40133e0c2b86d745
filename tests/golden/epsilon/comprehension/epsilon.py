def epsilon_filter(probs: list[tuple[str, float]], epsilon: float) -> list[tuple[str, float]]:
    if epsilon < 0 or epsilon >= 1:
        raise ValueError(f"epsilon = {epsilon} is outside [0, 1)")
    best = max(probs, key=lambda pair: pair[1])  # max() itself raises ValueError for an empty list
    table = {token: q for token, q in probs if q >= epsilon}
    if not table:
        return [(best[0], 1.0)]
    mass = sum(table.values())
    return sorted(((token, q / mass) for token, q in table.items()), key=lambda pair: pair[1], reverse=True)
