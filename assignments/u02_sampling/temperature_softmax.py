"""温度つき softmax / Softmax with a temperature."""

import math


def softmax(scores: list[float], temperature: float = 1.0) -> list[float]:
    """スコアを温度で割り、softmax で確率にする。

    Turn scores into probabilities: divide by the temperature, then apply the softmax.

    Args:
        scores: finite scores (logits) of any size, at least one; 1e4 and -1e4 are fine.
        temperature: above 0. Below 1 the distribution becomes sharper, above 1 flatter.

    Returns: probabilities in the order of `scores`, summing to 1.
    Raises: ValueError if `scores` is empty or `temperature` is 0 or less.
    """
    # ここに書いてください / Write your code here
    raise NotImplementedError


def apply_temperature(probs: list[tuple[str, float]], temperature: float) -> list[tuple[str, float]]:
    """確率の表に温度をかける。トークンの順は変えない。

    Apply a temperature to a table of probabilities; the tokens keep their order.

    Args:
        probs: (token, weight) pairs in any order. Weights are 0 or more, at least one is above 0, and
            they need not sum to 1: only their ratios count.
        temperature: above 0.

    Returns: the same tokens in the same order, probabilities summing to 1. A weight of 0 gives exactly 0.
    Raises: ValueError if `probs` is empty, if all weights are 0, or if `temperature` is 0 or less.
    """
    # ここに書いてください / Write your code here
    raise NotImplementedError
