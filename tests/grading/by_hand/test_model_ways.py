"""Work that models and tokenizers do at once, by hand: no way by a library is open, and no way by hand is closed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from autograder.audit import Bench
from autograder.checks import by_hand, forbid
from autograder.errors import Outcome
from autograder.grading.student import JailedBackend, Student
from tests.grading.by_hand.model_ways import (
    GENERATE_BY_HAND,
    GENERATE_WAYS,
    IDS_BY_HAND,
    IDS_WAYS,
    TEXT_BY_HAND,
    TEXT_WAYS,
)

Maker = Callable[[str], Student]
IDS = torch.tensor([[1, 1206, 1599]])  # "a dragon"
TEXT = "Tell me a story"
# What the exercises say.
PIPELINES = ("transformers.pipeline", "transformers.TextGenerationPipeline")
ENCODING = ("__call__", "encode", "_encode_plus", "apply_chat_template")
DECODING = ("decode", "batch_decode", "_decode", "convert_tokens_to_string")


@pytest.fixture(autouse=True)
def _unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read in the source gives the kinder words; it decides nothing."""
    monkeypatch.setattr(JailedBackend, "first_use", lambda *_: None)


def outcome(call: Callable[[], object]) -> object:
    """What a call gives as plain data; None where it fails."""
    try:
        answer = call()
    except Outcome:
        return None
    return answer[0].tolist()[-3:] if isinstance(answer, torch.Tensor) else answer


def greedy(student: Student, bench: Bench, *, ruled: bool) -> object:
    model = bench.models.lm.model
    if not ruled:
        return outcome(lambda: student.decode3(model, IDS))
    return outcome(lambda: by_hand(student, *PIPELINES).decode3(forbid(model, "generate"), IDS))


@pytest.mark.parametrize("text", GENERATE_WAYS.values(), ids=GENERATE_WAYS)
def test_no_way_to_a_text_is_open(jailed: Maker, bench: Bench, text: str):
    """Each leads to one, but not under the rule."""
    right = bench.models.lm.model.generate(IDS, max_new_tokens=3, do_sample=False)[0].tolist()[-3:]
    student = jailed(text)
    assert greedy(student, bench, ruled=False) == right
    assert greedy(student, bench, ruled=True) != right


@pytest.mark.parametrize("text", GENERATE_BY_HAND.values(), ids=GENERATE_BY_HAND)
def test_every_loop_by_hand_is_right(jailed: Maker, bench: Bench, text: str):
    """In the styles that students write."""
    right = bench.models.lm.model.generate(IDS, max_new_tokens=3, do_sample=False)[0].tolist()[-3:]
    assert greedy(jailed(text), bench, ruled=True) == right


def ids(student: Student, bench: Bench, *, ruled: bool) -> object:
    tokenizer = bench.models.lm.tokenizer
    return outcome(lambda: student.ids_of(forbid(tokenizer, *ENCODING) if ruled else tokenizer, TEXT))


@pytest.mark.parametrize("text", IDS_WAYS.values(), ids=IDS_WAYS)
def test_no_way_to_ids_is_open(jailed: Maker, bench: Bench, text: str):
    """Each leads to the prompt's ids, but not under the rule."""
    right = bench.models.lm.tokenizer(TEXT)["input_ids"]
    student = jailed(text)
    assert ids(student, bench, ruled=False) == right
    assert ids(student, bench, ruled=True) != right


@pytest.mark.parametrize("text", IDS_BY_HAND.values(), ids=IDS_BY_HAND)
def test_every_way_to_ids_by_hand_is_right(jailed: Maker, bench: Bench, text: str):
    """The tokenizer's own pieces may be had."""
    assert ids(jailed(text), bench, ruled=True) == bench.models.lm.tokenizer(TEXT)["input_ids"]


def words(student: Student, bench: Bench, *, ruled: bool) -> object:
    tokenizer = bench.models.lm.tokenizer
    given = tokenizer(TEXT, add_special_tokens=False)["input_ids"]
    return outcome(lambda: student.text_of(forbid(tokenizer, *DECODING) if ruled else tokenizer, given))


@pytest.mark.parametrize("text", TEXT_WAYS.values(), ids=TEXT_WAYS)
def test_no_way_to_words_is_open(jailed: Maker, bench: Bench, text: str):
    """Each leads to the text of ids, but not under the rule."""
    student = jailed(text)
    assert words(student, bench, ruled=False) == TEXT
    assert words(student, bench, ruled=True) != TEXT


@pytest.mark.parametrize("text", TEXT_BY_HAND.values(), ids=TEXT_BY_HAND)
def test_every_way_to_words_by_hand_is_right(jailed: Maker, bench: Bench, text: str):
    """The pieces may be had."""
    assert words(jailed(text), bench, ruled=True) == TEXT
