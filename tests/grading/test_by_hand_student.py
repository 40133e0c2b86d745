"""Work that must be done by hand, for both kinds of student: a use fails the check, however it is hidden."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import torch

from autograder.checks import by_hand, forbid, require_raises
from autograder.errors import CheckFailed, StudentRaised, Unwritten
from autograder.grading.run import Models
from autograder.grading.student import Student, calls_of

Maker = Callable[[str], Student]
SOFTMAX = ("torch.softmax", "torch.nn.functional.softmax", "torch.Tensor.softmax")
SCORES = torch.tensor([1.0, 2.0])

SOURCE = """
import torch
from torch.nn.functional import softmax as ready

def method(x):
    return x.softmax(-1)

def swallowed(x):
    try:
        return x.softmax(-1)
    except Exception:
        return x.exp() / x.exp().sum()

def other_exception(x):
    try:
        x.softmax(-1)
    except Exception:
        raise ValueError("no scores")

def only_in_the_source(x):
    return torch.softmax(x, -1) if len(x) > 100 else x

def built_name(x):
    return getattr(torch, "soft" + "max")(x, -1)

def own(x):
    weights = (x - x.max()).exp()
    return weights / weights.sum()

def in_a_layer(x):
    return torch.nn.Softmax(-1)(x)

def unwritten(x):
    raise NotImplementedError

def ForbiddenCallOfMyOwn(x):
    class ForbiddenCall(Exception):
        pass
    raise ForbiddenCall("mine")
"""


@pytest.fixture
def plain(make: Maker) -> Student:
    return make(SOURCE)


@pytest.mark.parametrize("name", ["method", "swallowed", "other_exception", "only_in_the_source", "built_name"])
def test_a_use_fails_with_its_line(plain: Student, name: str):
    """Observed or read, swallowed or not; other calls of the same student are free."""
    student = by_hand(plain, *SOFTMAX)
    with pytest.raises(CheckFailed, match=r"does not allow torch\.(Tensor\.)?softmax \(line \d+\)") as caught:
        getattr(student, name)(SCORES)
    line = int(re.search(r"line (\d+)", caught.value.message.en).group(1))  # type: ignore[union-attr]
    assert "soft" in SOURCE.splitlines()[line - 1]
    assert SOURCE.index(f"def {name}(") < sum(map(len, SOURCE.splitlines(keepends=True)[:line]))
    assert [call.raised for call in calls_of(plain)] == [("CheckFailed",)]
    if name != "other_exception":
        assert getattr(plain, name)(SCORES).shape == (2,)


def test_work_by_hand_passes(plain: Student):
    """And a layer that does it, whose name the rule does not say, does not."""
    student = by_hand(plain, *SOFTMAX)
    assert torch.allclose(student.own(SCORES), torch.softmax(SCORES, -1))
    with pytest.raises(CheckFailed, match=r"does not allow softmax \(aten::_softmax\) \(line \d+\)"):
        student.in_a_layer(SCORES)
    assert torch.allclose(plain.in_a_layer(SCORES), torch.softmax(SCORES, -1))
    assert len(calls_of(plain)) == len(calls_of(student)) == 3


def test_views_add_up(plain: Student):
    """What the first forbids stays forbidden in the second."""
    student = by_hand(by_hand(plain, "torch.Tensor.softmax"), "torch.nn.Softmax")
    for function in (student.method, student.in_a_layer):
        with pytest.raises(CheckFailed, match="does not allow"):
            function(SCORES)


def test_a_name_that_is_nowhere_forbids_nothing(plain: Student):
    """A package that is not installed, say."""
    student = by_hand(plain, "nowhere.softmax", "torch.nowhere")
    assert student.method(SCORES).shape == (2,)


def test_other_endings_stay_what_they_are(plain: Student):
    """Unwritten, an exception, one that is only called like ours; and a use is no ValueError."""
    student = by_hand(plain, *SOFTMAX)
    with pytest.raises(Unwritten):
        student.unwritten(SCORES)
    with pytest.raises(StudentRaised, match="ForbiddenCall"):
        student.ForbiddenCallOfMyOwn(SCORES)
    with pytest.raises(CheckFailed, match="no function nowhere"):
        student.nowhere(SCORES)
    with pytest.raises(CheckFailed, match="does not allow"):
        require_raises(ValueError, student.other_exception, SCORES)


def test_nothing_stays_refused(plain: Student):
    """In this process."""
    with pytest.raises(CheckFailed):
        by_hand(plain, *SOFTMAX).method(SCORES)
    assert torch.equal(SCORES.softmax(-1), torch.softmax(SCORES, -1))
    assert "softmax" not in vars(torch.Tensor)


MODEL_SOURCE = """
import torch
from transformers import GenerationMixin

def forward(model, ids):
    first = model(input_ids=ids, use_cache=True)
    return model(input_ids=ids[:, -1:], past_key_values=first.past_key_values).logits

def weights(model):
    return model.get_input_embeddings().weight[0]

def by_method(model, ids):
    return model.generate(ids, max_new_tokens=1)

def by_class(model, ids):
    return type(model).generate(model, ids, max_new_tokens=1)

def by_base(model, ids):
    return super(type(model), model).generate(ids, max_new_tokens=1)

def by_mixin(model, ids):
    return GenerationMixin.generate(model, ids, max_new_tokens=1)

def by_original(model, ids):
    return getattr(model, "_autograder_original", model).generate(ids, max_new_tokens=1)

def by_decorator(model, ids):
    return torch.no_grad()(model.generate)(ids, max_new_tokens=1)

def swallowed(model, ids):
    try:
        return model.generate(ids, max_new_tokens=1)
    except BaseException:
        return ids
"""


def test_a_model_without_generate_still_computes(make: Maker, models: Models, kind: str):
    """The same weights (where there are any), the same logits, the KV cache."""
    lm = models.lm
    student, ids = make(MODEL_SOURCE), torch.tensor([[1, 5, 6]])
    twin = forbid(lm.model, "generate")
    for model in (twin, lm.model):
        if kind == "served":
            with pytest.raises(StudentRaised):
                student.weights(model)
        else:
            assert torch.equal(student.weights(model), lm.model.get_input_embeddings().weight[0].detach())
    assert torch.equal(student.forward(twin, ids), student.forward(lm.model, ids))
    if kind != "served":
        assert next(twin.parameters()) is next(lm.model.parameters())


@pytest.mark.parametrize(
    "name", ["by_method", "by_class", "by_base", "by_mixin", "by_original", "by_decorator", "swallowed"]
)
def test_no_way_to_generate_is_open(make: Maker, models: Models, name: str):
    """And it is open again afterwards."""
    student, ids = make(MODEL_SOURCE), torch.tensor([[1, 5, 6]])
    with pytest.raises(CheckFailed, match=r"does not allow model\.generate \(line \d+\)"):
        getattr(student, name)(forbid(models.lm.model, "generate"), ids)
    assert getattr(student, name)(models.lm.model, ids).shape == (1, 4)


TOKENIZER_SOURCE = """
def pieces(tokenizer, text):
    return tokenizer.tokenize(text)

def called(tokenizer, text):
    return tokenizer(text)["input_ids"]

def backend(tokenizer, text):
    return tokenizer.backend_tokenizer.encode(text).ids

def hidden_backend(tokenizer, text):
    return tokenizer._tokenizer.encode_batch([text])[0].ids

def loaded_again(tokenizer, text):
    from transformers import AutoTokenizer
    return AutoTokenizer.from_pretrained(tokenizer.name_or_path)(text)["input_ids"]
"""


@pytest.mark.parametrize("name", ["called", "backend", "hidden_backend", "loaded_again"])
def test_no_way_to_a_tokenizers_own_ids_is_open(make: Maker, models: Models, name: str):
    """Not behind it, and not by another tokenizer; what the library needs inside `tokenize` works."""
    original = models.lm.tokenizer
    student = by_hand(make(TOKENIZER_SOURCE), "tokenizers.Tokenizer.encode", "tokenizers.Tokenizer.encode_batch")
    twin = forbid(original, "__call__", "encode")
    assert student.pieces(twin, "a dragon") == original.tokenize("a dragon")
    with pytest.raises(CheckFailed, match="does not allow"):
        getattr(student, name)(twin, "a dragon")
    assert original("a dragon")["input_ids"] == original.encode("a dragon")
