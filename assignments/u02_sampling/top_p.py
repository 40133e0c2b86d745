"""top-p（nucleus）サンプリングの候補を選ぶ / Choose the candidates of top-p (nucleus) sampling."""


def top_p_filter(probs: list[tuple[str, float]], p: float) -> list[tuple[str, float]]:
    """累積確率が p に届くまでの、最も確率の高いトークンを残し、合計を 1 に直す。

    Keep the smallest set of most probable tokens whose total reaches `p`, renormalised.

    Args:
        probs: (token, probability) pairs in any order; the probabilities sum to 1.
        p: nucleus mass, 0 < p <= 1. The token that crosses p is kept.

    Returns: the kept pairs, most probable first, probabilities summing to 1.
    Raises: ValueError if `probs` is empty or `p` is outside (0, 1].
    """
    # ここに書いてください / Write your code here
    raise NotImplementedError
