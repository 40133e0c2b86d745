"""What is drawn how often, in the first part of a training and in the others.

Stories are learned sooner than facts, and facts sooner than arithmetic. So the second part holds fewer stories, more
arithmetic, and for tiny-chat more short answers, which hold more facts for each token. The short third part of
tiny-chat adds everyday phrases that ask for a short answer.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Phase:
    """Weights of drawing.

    `mixture` gives a family's weight in English and in Japanese, `levels` the weight of each answer level,
    `emphasis` a factor for kinds of facts (1 where a kind is not named).
    """

    mixture: dict[str, tuple[float, float]]
    levels: dict[str, dict[str, float]]
    emphasis: dict[str, float]


FIRST = Phase(
    mixture={
        "story": (15, 9),
        "fact": (24, 22),
        "arithmetic": (14, 7),
        "few shot": (2, 1.5),
        "list": (2, 1.5),
        "small talk": (1, 0.7),
        "unknown": (2.5, 1.5),
        "persona": (1, 0.5),
        "on text": (2, 1),
    },
    levels={
        "fact": {"plain": 38, "brief": 47, "one": 5, "two": 4, "detailed": 6},
        "arithmetic": {"plain": 58, "brief": 35, "one": 2, "two": 1, "detailed": 4},
    },
    emphasis={},
)
FEWER_STORIES = {
    "story": (7, 4.5),
    "fact": (24, 22),
    "arithmetic": (28, 14),
    "few shot": (1.5, 1),
    "list": (3, 2.5),
    "small talk": (0.6, 0.4),
    "unknown": (1.5, 1),
    "persona": (0.7, 0.4),
    "on text": (1.5, 0.8),
}
EMPHASIS = {"capital": 2, "calendar": 1.6, "yes or no": 1.4, "trivia": 1.4, "translation": 0.7}
SHORT_ANSWERS = Phase(
    FEWER_STORIES,
    levels={
        "fact": {"plain": 30, "brief": 56, "one": 5, "two": 4, "detailed": 5},
        "arithmetic": {"plain": 58, "brief": 38, "one": 1.5, "two": 1, "detailed": 1.5},
    },
    emphasis=EMPHASIS,
)
EVERYDAY_PHRASES = Phase(
    FEWER_STORIES,
    levels={
        "fact": {"plain": 28, "brief": 28, "colloquial": 26, "one": 6, "two": 6, "detailed": 6},
        "arithmetic": {"plain": 58, "brief": 24, "colloquial": 14, "one": 1.5, "two": 1, "detailed": 1.5},
    },
    emphasis=EMPHASIS,
)
PHASES = {
    "tiny-base": (FIRST, Phase(FEWER_STORIES, FIRST.levels, {})),
    "tiny-chat": (FIRST, SHORT_ANSWERS, EVERYDAY_PHRASES),
}
