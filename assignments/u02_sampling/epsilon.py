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
    # ここに書いてください / Write your code here
    raise NotImplementedError
