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
    # ここに書いてください / Write your code here
    raise NotImplementedError


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
    # ここに書いてください / Write your code here
    raise NotImplementedError
