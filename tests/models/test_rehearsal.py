"""What a process does once before it is forked leaves nothing behind that students would see."""

from __future__ import annotations

import copy

from matplotlib import font_manager

from autograder.models import load
from autograder.models.rehearsal import rehearse


def test_a_rehearsal_leaves_model_and_tokenizer_as_they_were():
    """A pipeline pads on the left from then on; a student who names no side shall meet the tokenizer's own."""
    base = load("tiny-base")
    config = copy.deepcopy(base.model.generation_config)
    assert base.tokenizer.padding_side == "right"
    rehearse(base)
    assert base.tokenizer.padding_side == "right"
    assert base.model.generation_config == config


def test_a_rehearsal_keeps_no_file_of_a_font():
    """A student process closes all files that it inherits."""
    rehearse(load("tiny-base"))
    assert font_manager._get_font.cache_info().currsize == 0  # type: ignore[attr-defined]
