"""top-k サンプリングの候補を選ぶ / Choose the candidates of top-k sampling."""


def top_k_filter(probs: list[tuple[str, float]], k: int) -> list[tuple[str, float]]:
    """確率の高い順に k 個のトークンを残し、合計を 1 に直す。

    Keep the k most probable tokens, renormalised.

    Args:
        probs: (token, probability) pairs in any order; the probabilities sum to 1.
        k: number of tokens to keep, at least 1; with fewer tokens in `probs`, all of them stay.

    Returns: the kept pairs, most probable first, probabilities summing to 1.
    Raises: ValueError if `probs` is empty or `k` is below 1.
    """
    # BEGIN SOLUTION
    if not probs:
        raise ValueError("probs is empty: expected at least one (token, probability) pair")
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    ranked = sorted(probs, key=lambda pair: pair[1], reverse=True)
    return renormalised(ranked[:k])
    # END SOLUTION


def top_k_top_p_filter(probs: list[tuple[str, float]], k: int, p: float) -> list[tuple[str, float]]:
    """まず top-k で絞って合計を 1 に直し、その確率に top-p をかける。

    Narrow by top-k, renormalise, then narrow by top-p and renormalise again.

    Args:
        probs: (token, probability) pairs in any order; the probabilities sum to 1.
        k: as in `top_k_filter`.
        p: nucleus mass, 0 < p <= 1, measured in the probabilities after top-k. The token that crosses p is kept.

    Returns: the kept pairs, most probable first, probabilities summing to 1.
    Raises: ValueError if `probs` is empty, `k` is below 1 or `p` is outside (0, 1].
    """
    # BEGIN SOLUTION
    if not 0 < p <= 1:
        raise ValueError(f"p must be in (0, 1], got {p}")
    nucleus = []
    mass = 0.0
    for token, probability in top_k_filter(probs, k):
        nucleus.append((token, probability))
        mass += probability
        if mass >= p:
            break
    return renormalised(nucleus)
    # END SOLUTION


# BEGIN SOLUTION
def renormalised(pairs):
    """The same tokens with probabilities that sum to 1."""
    total = sum(probability for _, probability in pairs)
    return [(token, probability / total) for token, probability in pairs]


# END SOLUTION
