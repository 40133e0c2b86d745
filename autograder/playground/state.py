"""What the page remembers of one visitor between two runs, and what one run works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from autograder.messages import Language, Message
from autograder.models import LoadedModel
from autograder.playground.asked import Asked
from autograder.playground.words import first_language
from autograder.stats import Sampler

OTHER = "other"
# Behind the first of each language the model hesitates among whole words.
EXAMPLES: dict[Language, tuple[str, ...]] = {
    "ja": (
        "動物を3つ教えて。\n1. ",
        "ドラゴンの話をしてください。\n遠い昔、",
        "ドラゴンの話をしてください。",
        "日本の首都はどこですか？",
    ),
    "en": (
        "Tell me a story about a dragon.\nOne day, the dragon met a",
        "Tell me a story about a dragon.",
        "List three animals.\n1.",
        "What is the capital of Italy?",
    ),
}
NO_CUT: dict[str, float] = {"temperature": 1.0, "top_k": 0, "top_p": 1.0, "epsilon": 0.0}
DEFAULTS: dict[str, Any] = {
    **NO_CUT,
    "top_p": 0.8,  # so that the first look shows a nucleus
    "typed_model": "",
    "named_model": "",
    "chat": False,
    "view": "next",
    "added": (),
    "added_to": (),
    "n_texts": 6,
    "length": 60,
    "seed": 0,
    "live": True,
    "split": "13a",
    "split_for": None,
    "wrote": None,
    "swept": "top_p",
    "values_of_top_p": "0.1, 0.5, 0.8, 0.95, 1.0",
    "values_of_temperature": "0.1, 0.5, 1.0, 1.5, 3.0",
    "sweep": None,
}


def first_values(asked: Asked) -> dict[str, Any]:
    """What a visitor starts with: `DEFAULTS`, the language of the environment, and the model that the command named."""
    language, named = first_language(), asked.model
    model = {"model": named} if named in asked.names else {"model": OTHER, "typed_model": named, "named_model": named}
    return {**DEFAULTS, "language": language, "prompt": EXAMPLES[language][0], **model}


def examples(language: Language) -> list[str]:
    """Prompts to try, those of the reader's language first."""
    return [prompt for one in sorted(EXAMPLES, key=lambda one: one != language) for prompt in EXAMPLES[one]]


def all_off() -> None:
    """Put every slider on the value that changes nothing."""
    st.session_state.update(NO_CUT)


@dataclass(frozen=True)
class Page:
    """What one run of the page works with: `ids` is the prompt, `context` what was added step by step as well."""

    language: Language
    loaded: LoadedModel
    prompt: str
    chat: bool
    ids: tuple[int, ...]
    sampler: Sampler

    @property
    def context(self) -> tuple[int, ...]:
        added: tuple[int, ...] = st.session_state["added"]
        return self.ids + added

    def say(self, message: Message, **values: object) -> str:
        """The message in the page's language, filled in."""
        return message.text(self.language).format(**values)

    def forget_added_tokens_of_another_prompt(self) -> None:
        """Start over where the model or the prompt is another one."""
        now = (self.loaded.name, self.ids)
        if st.session_state["added_to"] != now:
            st.session_state["added"], st.session_state["added_to"] = (), now
