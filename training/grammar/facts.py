"""What the models know: one `Question` for each fact, in English and Japanese, and all of arithmetic they learn."""

import random
from dataclasses import dataclass
from functools import cache

from training.grammar import facts_en, facts_ja


@dataclass(frozen=True)
class Question:
    """A question with its answers.

    `wordings` are ways to ask, the first the plainest; `short` is the bare answer, `sentence` says it in full,
    `explanation` is what the default answer adds ("" for arithmetic) and `detail` what a detailed one adds.
    """

    kind: str
    wordings: tuple[str, ...]
    short: str
    sentence: str
    explanation: str
    detail: str


@cache
def facts(language: str) -> tuple[Question, ...]:
    """Every question of a language ("en" or "ja") that is not arithmetic."""
    source = facts_en if language == "en" else facts_ja
    return tuple(Question(*fields) for fields in source.all_facts())


@cache
def arithmetic(language: str) -> tuple[Question, ...]:
    """All sums, differences that are not negative, and products of two single digits."""
    source = facts_en if language == "en" else facts_ja
    questions = []
    for a in range(10):
        for b in range(10):
            questions.append(Question("arithmetic", *source.arithmetic(a, "+", b, a + b)))
            questions.append(Question("arithmetic", *source.arithmetic(a, "*", b, a * b)))
            if a >= b:
                questions.append(Question("arithmetic", *source.arithmetic(a, "-", b, a - b)))
    return tuple(questions)


def draw_fact(rng: random.Random, language: str, emphasis: dict[str, float]) -> Question:
    """A fact; large kinds are drawn more often than small ones, but not in proportion.

    `emphasis` multiplies the weights of the kinds that it names.
    """
    by_kind = facts_by_kind(language)
    kinds = list(by_kind)
    weights = [len(by_kind[kind]) ** 0.7 * emphasis.get(kind, 1.0) for kind in kinds]
    return rng.choice(by_kind[rng.choices(kinds, weights)[0]])


@cache
def facts_by_kind(language: str) -> dict[str, list[Question]]:
    """The facts of a language, grouped by kind."""
    by_kind: dict[str, list[Question]] = {}
    for question in facts(language):
        by_kind.setdefault(question.kind, []).append(question)
    return by_kind
