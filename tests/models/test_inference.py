"""`generate` of the embedded models in inference mode: the same ids, and ordinary tensors, whoever asks for them."""

from __future__ import annotations

import copy
from contextlib import nullcontext
from typing import Any

import pytest
import torch
from transformers import GenerationConfig, GenerationMixin, LogitsProcessor, LogitsProcessorList, pipeline, set_seed

from autograder.jail.refusals import Use, refused
from autograder.models import LoadedModel, left_as_found, load
from autograder.shared import ForbiddenCall

PROMPT = "Tell me a story about a dragon."
SETTINGS: list[dict[str, Any]] = [
    {"do_sample": False},
    {"do_sample": True, "temperature": 1.3, "top_p": 0.9, "num_return_sequences": 3},
    {"do_sample": True, "top_k": 0, "epsilon_cutoff": 0.01},
    {"num_beams": 3, "num_return_sequences": 2},
    {"generation_config": GenerationConfig(do_sample=True, top_k=5, pad_token_id=0)},
]


@pytest.fixture(scope="module")
def chat() -> LoadedModel:
    return load("tiny-chat")


@pytest.fixture
def modes(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each call of transformers' own `generate`, whether it ran in inference mode."""
    seen: list[bool] = []
    original = GenerationMixin.generate

    def generate(self: Any, *arguments: Any, **keywords: Any) -> Any:
        seen.append(torch.is_inference_mode_enabled())
        return original(self, *arguments, **keywords)

    monkeypatch.setattr(GenerationMixin, "generate", generate)
    return seen


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: next(iter(settings)) + str(len(settings)))
def test_ids_are_those_of_transformers(settings: dict[str, Any], chat: LoadedModel, modes: list[bool]):
    """Number for number, in a tensor that may be written to and that autograd takes."""
    inputs = chat.tokenizer(PROMPT, return_tensors="pt")
    found = []
    for generate in (chat.model.generate, super(type(chat.model), chat.model).generate):
        set_seed(3)
        found.append(generate(**inputs, max_new_tokens=24, **settings))
    assert modes == [True, False]
    assert torch.equal(*found)
    ids = found[0]
    assert not ids.is_inference()
    ids[:, -1] = 0
    weight = torch.ones(1, requires_grad=True)
    (weight * ids).sum().backward()


class Keeps(LogitsProcessor):
    """Keeps the scores that it sees."""

    def __init__(self) -> None:
        self.kept: list[torch.Tensor] = []

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        self.kept.append(scores)
        return scores


def test_tensors_that_the_caller_sees_are_ordinary(chat: LoadedModel, modes: list[bool]):
    """Scores, caches, and what a logits processor is given."""
    inputs = chat.tokenizer(PROMPT, return_tensors="pt")
    keeps = Keeps()
    chat.model.generate(**inputs, max_new_tokens=2, logits_processor=LogitsProcessorList([keeps]))
    whole = chat.model.generate(**inputs, max_new_tokens=2, return_dict_in_generate=True, output_scores=True)
    config = GenerationConfig(max_new_tokens=2, return_dict_in_generate=True, output_logits=True, pad_token_id=0)
    other = chat.model.generate(inputs["input_ids"], config)
    with left_as_found(chat):
        chat.model.generation_config.return_dict_in_generate = True
        left_open = GenerationConfig(max_new_tokens=2, pad_token_id=0)
        third = chat.model.generate(inputs["input_ids"], generation_config=left_open)
    assert modes == [False] * 4
    assert third.sequences.shape[0] == 1
    for tensor in (*keeps.kept, *whole.scores, whole.past_key_values.layers[0].keys, *other.logits):
        assert not tensor.is_inference()


def test_the_class_keeps_its_name(chat: LoadedModel):
    """Pipelines look at it; a copy generates as well."""
    assert type(chat.model).__name__ == "LlamaForCausalLM"
    twin = copy.deepcopy(chat.model)
    pipe = pipeline("text-generation", model=twin, tokenizer=chat.tokenizer)
    assert pipe(PROMPT, max_new_tokens=3, do_sample=False)[0]["generated_text"].startswith(PROMPT)


@pytest.mark.parametrize("bar", [False, True])
def test_a_forbidden_generate_is_refused_to_students_and_by_name_not_to_pipelines(chat: LoadedModel, bar: bool):
    """As if it were transformers' own. Where the work itself is barred, a pipeline does not do it either."""
    uses: list[Use] = []
    pipe = pipeline("text-generation", model=chat.model, tokenizer=chat.tokenizer)
    inputs = chat.tokenizer(PROMPT, return_tensors="pt")
    with refused({"transformers.GenerationMixin.generate": "model.generate"}, [], tell=uses.append, bar=bar):
        with pytest.raises(ForbiddenCall) if bar else nullcontext():
            pipe(PROMPT, max_new_tokens=2, do_sample=False)
        assert bool(uses) == bar
        with pytest.raises(ForbiddenCall):
            chat.model.generate(**inputs, max_new_tokens=2)
    assert uses[-1].name == "model.generate"


def test_other_models_are_left_alone():
    """What an unknown model keeps between calls may be needed with gradients."""
    base = load("tiny-base")
    assert "generate" in vars(type(base.model))
    assert "generate" not in vars(type(load(base.path).model))
