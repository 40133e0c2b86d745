"""What a block of code asks of `autograder.stats`, written down while it runs.

    with recorded_questions() as record:
        …a check…
    record.questions, record.rulings

So the settings of a check (prompt, samplers, number of draws, share of alpha) stand in the check only.
Outside such a block nothing is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, eq=False)
class Question:
    """One call of `weigh_tokens`, `weigh_texts`, `weigh_draws` or `weigh_trend`.

    Args:
        kind: "tokens", "texts", "draws" or "trend".
        n_draws: draws that were weighed; pairs of texts for a trend.
        null: the sampler asked for, or the list of (token, probability) for draws.
        alternatives: named.
        model, tokenizer, prompt_ids, prompt: what was asked of, where there is a model.
        max_new_tokens: limit of each draw.
        eos_token_id: what ends a draw.
        recoding: for texts.
        margin: a `Margin`; the tolerance for draws.
        likeness: for a trend, the differences of BLEU over 100, one for each pair.
    """

    kind: str
    n_draws: int
    null: Any = None
    alternatives: Mapping[str, Any] = field(default_factory=dict)
    model: Any = None
    tokenizer: Any = None
    prompt_ids: tuple[int, ...] = ()
    prompt: str = ""
    max_new_tokens: int = 0
    eos_token_id: int = 0
    recoding: float = 0.0
    margin: Any = None
    likeness: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class Ruling:
    """One judgement of the evidence in some questions together."""

    questions: tuple[Question, ...]
    alpha: float


@dataclass(frozen=True, eq=False)
class Record:
    """What was asked, in order, and what was judged."""

    questions: list[Question] = field(default_factory=list)
    rulings: list[Ruling] = field(default_factory=list)

    def final_rulings(self) -> list[Ruling]:
        """The rulings without those that went on: more draws for the same judgement cost no further alpha."""
        return [
            ruling
            for index, ruling in enumerate(self.rulings)
            if not any(_goes_on(ruling, later) for later in self.rulings[index + 1 :])
        ]


_RECORD: ContextVar[Record | None] = ContextVar("record", default=None)


@contextmanager
def recorded_questions() -> Iterator[Record]:
    """A record of all that is asked inside the `with` block, in this thread."""
    record = Record()
    token = _RECORD.set(record)
    try:
        yield record
    finally:
        _RECORD.reset(token)


def note_question(question: Question) -> tuple[Question, ...]:
    """Keep `question` if a record is open; gives what the evidence has to carry."""
    record = _RECORD.get()
    if record is None:
        return ()
    record.questions.append(question)
    return (question,)


def note_ruling(questions: tuple[Question, ...], alpha: float) -> None:
    """Keep a judgement if a record is open."""
    record = _RECORD.get()
    if record is not None:
        record.rulings.append(Ruling(questions, alpha))


def _goes_on(ruling: Ruling, later: Ruling) -> bool:
    return ruling.alpha == later.alpha and later.questions[: len(ruling.questions)] == ruling.questions
