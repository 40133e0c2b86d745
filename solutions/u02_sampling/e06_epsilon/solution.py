"""epsilon サンプリングの候補を選ぶ / Choose the candidates of epsilon sampling."""


def epsilon_filter(probs: list[tuple[str, float]], epsilon: float) -> list[tuple[str, float]]:
    """確率が epsilon 以上のトークンを残し、合計を 1 に直す。

    Keep the tokens whose probability is at least `epsilon`, renormalised.

    Args:
        probs: (token, probability) pairs in any order; the probabilities sum to 1.
        epsilon: floor for each probability, 0 <= epsilon < 1. A token of exactly epsilon is kept.

    Returns: the kept pairs, most probable first, probabilities summing to 1. If no token reaches epsilon,
        the most probable one alone.
    Raises: ValueError if `probs` is empty or `epsilon` is outside [0, 1).
    """
    # BEGIN SOLUTION
    if not probs:
        raise ValueError("probs is empty: expected at least one (token, probability) pair")
    if not 0 <= epsilon < 1:
        raise ValueError(f"epsilon must be in [0, 1), got {epsilon}")
    ranked = sorted(probs, key=lambda pair: pair[1], reverse=True)
    kept = [pair for pair in ranked if pair[1] >= epsilon] or ranked[:1]
    mass = sum(probability for _, probability in kept)
    return [(token, probability / mass) for token, probability in kept]
    # END SOLUTION
