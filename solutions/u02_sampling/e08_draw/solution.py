"""確率にしたがって 1 つを選ぶ / Draw according to probabilities."""

import random


def draw(probs: list[tuple[str, float]], u: float) -> str:
    """一様乱数 u から、逆関数法でトークンを 1 つ選ぶ。

    Turn one uniform number `u` into a token: inverse transform sampling, in the order given.

    Args:
        probs: (token, probability) pairs; the probabilities are at least 0 and sum to 1 within 1e-6.
        u: 0 <= u < 1.

    Returns: the first token at which the running sum of the probabilities exceeds u. If rounding keeps
        every sum at or below u, the last token with a probability above 0. Never a token of probability 0.
    Raises: ValueError if `probs` is empty or `u` is outside [0, 1).
    """
    # BEGIN SOLUTION
    if not probs:
        raise ValueError("probs is empty: expected at least one (token, probability) pair")
    if not 0 <= u < 1:
        raise ValueError(f"u must be in [0, 1), got {u}")
    mass = 0.0
    for token, probability in probs:
        mass += probability
        if u < mass:
            return token
    return [token for token, probability in probs if probability > 0][-1]
    # END SOLUTION


def draw_many(probs: list[tuple[str, float]], n: int, seed: int) -> list[str]:
    """probs にしたがって、n 個のトークンを独立に選ぶ。

    Draw n tokens independently of each other.

    Args:
        probs: as in `draw`.
        n: number of tokens, at least 1.
        seed: one seed, one result; any generator (random, numpy, torch) will do.

    Returns: n tokens, in the order in which they were drawn.
    Raises: ValueError if `probs` is empty or `n` is below 1.
    """
    # BEGIN SOLUTION
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    generator = random.Random(seed)
    return [draw(probs, generator.random()) for _ in range(n)]
    # END SOLUTION
