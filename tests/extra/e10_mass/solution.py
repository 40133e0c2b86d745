"""上位 k 個の確率の合計 / The mass of the k most probable tokens."""


def top_mass(probs: list[tuple[str, float]], k: int) -> float:
    """上位 k 個の確率の合計を返す。

    The sum of the k largest probabilities.

    Raises: ValueError if k < 1.
    """
    # BEGIN SOLUTION
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    return sum(sorted((probability for _, probability in probs), reverse=True)[:k])
    # END SOLUTION
