"""min-p サンプリングの候補を選ぶ / Choose the candidates of min-p sampling."""

import math


def min_p_filter(probs: list[tuple[str, float]], min_p: float) -> list[tuple[str, float]]:
    """確率が「最も高い確率の min_p 倍」以上のトークンを残し、合計を 1 に直す。

    Keep the tokens whose probability is at least `min_p` times the highest one, renormalised.

    Args:
        probs: (token, probability) pairs in any order; every probability is above 0, and they sum to 1.
        min_p: 0 <= min_p <= 1; the floor is min_p times the highest probability. A token of exactly the floor is kept.

    Returns: the kept pairs, most probable first, probabilities summing to 1.
    Raises: ValueError if `probs` is empty or `min_p` is outside [0, 1].
    Source: Nguyen et al. 2024 (arXiv 2407.01082).
    """
    # BEGIN SOLUTION
    if not probs:
        raise ValueError("probs is empty: expected at least one (token, probability) pair")
    if not 0 <= min_p <= 1:
        raise ValueError(f"min_p must be in [0, 1], got {min_p}")
    ranked = sorted(probs, key=lambda pair: pair[1], reverse=True)
    floor = min_p * ranked[0][1]
    kept = [pair for pair in ranked if pair[1] >= floor]
    mass = sum(probability for _, probability in kept)
    return [(token, probability / mass) for token, probability in kept]
    # END SOLUTION


def min_p_softmax(scores: list[float], temperature: float, min_p: float) -> list[float]:
    """スコアを温度で割って確率にし、min-p で絞って合計を 1 に直す。順序はそのまま。

    Turn scores into probabilities at a temperature and cut them by min-p, all in the old order.

    Args:
        scores: scores (logits) of the tokens, any finite numbers.
        temperature: above 0; the scores are divided by it before anything is cut.
        min_p: as in `min_p_filter`.

    Returns: one probability for each score, in the same order; dropped ones are exactly 0, the others sum to 1.
    Raises: ValueError if `scores` is empty, `temperature` is 0 or less, or `min_p` is outside [0, 1].
    """
    # BEGIN SOLUTION
    if not scores:
        raise ValueError("scores is empty: expected at least one score")
    if temperature <= 0:
        raise ValueError(f"temperature must be above 0, got {temperature}")
    if not 0 <= min_p <= 1:
        raise ValueError(f"min_p must be in [0, 1], got {min_p}")
    best = max(scores)
    # relative to the best token, whose ratio is 1: that is the very scale on which min_p is measured
    ratios = [math.exp((score - best) / temperature) for score in scores]
    kept = [ratio if ratio >= min_p else 0.0 for ratio in ratios]
    mass = sum(kept)
    return [ratio / mass for ratio in kept]
    # END SOLUTION
