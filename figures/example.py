"""The ten tokens that the course uses as its example, and the arithmetic that the pictures show."""

from __future__ import annotations

from itertools import accumulate

PROMPT = "Tell me a story about a dragon."
TOKENS = ("the", "a", "dragon", "flew", "over", "and", "castle", "into", "flames", "darkness")
PROBS = (0.25, 0.20, 0.15, 0.10, 0.08, 0.07, 0.06, 0.04, 0.03, 0.02)  # most probable first
PEAKED = (0.80, 0.05, 0.04, 0.03, 0.02, 0.02, 0.01, 0.01, 0.01, 0.01)


def renormalised(weights: list[float]) -> list[float]:
    """Divided by their sum."""
    total = sum(weights)
    return [weight / total for weight in weights]


def warmed(probs: tuple[float, ...], temperature: float) -> list[float]:
    """The distribution after a temperature."""
    return renormalised([p ** (1 / temperature) for p in probs])


def running_sums(probs: tuple[float, ...]) -> list[float]:
    """Sums from the first one on, rounded to what the tables of the course show."""
    return [round(total, 4) for total in accumulate(probs)]


def nucleus_size(probs: tuple[float, ...], p: float) -> int:
    """How many of the most probable tokens it takes to reach p."""
    return sum(total < p for total in running_sums(probs)) + 1
