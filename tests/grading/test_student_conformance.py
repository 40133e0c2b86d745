"""One suite for every kind of student: a check cannot tell the process from the jail, nor who holds the models."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from autograder.audit import Bench
from autograder.checks import forbid, require_raises, take_file
from autograder.errors import CheckFailed, LimitReached, Outcome, StudentRaised, Unwritten
from autograder.grading.run import Models
from autograder.grading.student import Student, calls_of
from autograder.shared import ScratchFile

SOURCE = """
import random
import torch

def give(value):
    return value

def mutate(values):
    values.append(1)
    return values

def shout(*, text):
    print(text)
    return text.upper()

def divide(a, b):
    return a / b

def unwritten():
    raise NotImplementedError

def leave():
    raise SystemExit(0)

def a_set():
    return {1, 2}

def too_large():
    return "x" * (2 << 20)

def hungry():
    return torch.zeros(10**13)

def name_of(thing):
    return type(thing).__name__

def tokens(tokenizer, text):
    return tokenizer.tokenize(text)

def encoded(tokenizer, text):
    return tokenizer(text).input_ids

def write(path, data):
    with open(path, "wb") as file:
        file.write(data)

def write_much(path):
    with open(path, "wb") as file:
        file.truncate(5 << 20)

def first_parameter(model):
    return next(model.parameters()).detach().reshape(-1)[:3]

def logits(model, ids):
    return model(ids).logits

def continued(model, ids):
    return model.generate(ids, max_new_tokens=2)
"""

Maker = Callable[[str], Student]


@pytest.fixture
def student(make: Maker) -> Student:
    return make(SOURCE)


@pytest.mark.parametrize(
    "value",
    [None, True, 3, 0.5, "日本語 🐉", b"\0", [1, [2.5]], (1, "a"), {("a", 1): [None]}, {0.1: (["x"], 2.0)}],
    ids=repr,
)
def test_values_come_back_as_they_went(student: Student, value: object):
    """Equal, and of the same type."""
    there = student.give(value)
    assert there == value
    assert type(there) is type(value)


def test_tensors_come_back_as_they_went(student: Student):
    """int64 of shape (1, n)."""
    ids = torch.arange(4).reshape(1, 4)
    assert torch.equal(student.give(ids), ids)


def test_arguments_cannot_be_changed_by_the_student(student: Student):
    """The check's own list stays as it was."""
    values = [0]
    assert student.mutate(values) == [0, 1]
    assert values == [0]


def test_keywords_and_printing_work(student: Student):
    """Output decides nothing."""
    assert student.shout(text="a") == "A"


def test_an_exception_arrives_with_its_line(student: Student):
    """Class names, words, line and text of the line."""
    with pytest.raises(StudentRaised) as caught:
        student.divide(1, 0)
    error = caught.value
    assert error.type_names[:2] == ("ZeroDivisionError", "ArithmeticError")
    assert error.text == "division by zero"
    assert SOURCE.splitlines()[error.line - 1] == "    return a / b"


def test_an_exception_is_told_from_others(student: Student):
    """require_raises looks at the bases too."""
    require_raises(ArithmeticError, student.divide, 1, 0)
    with pytest.raises(CheckFailed, match="expected ValueError"):
        require_raises(ValueError, student.divide, 1, 0)
    with pytest.raises(CheckFailed, match="got the value 2"):
        require_raises(ValueError, student.divide, 4, 2)
    with pytest.raises(Unwritten):
        require_raises(Exception, student.unwritten)


def test_leaving_python_is_an_exception_like_others(student: Student):
    """And the next call still works or fails by itself."""
    with pytest.raises(StudentRaised, match="SystemExit"):
        student.leave()


def test_a_missing_function_is_named(student: Student):
    """Keep the name."""
    with pytest.raises(CheckFailed, match="no function nowhere"):
        student.nowhere(1)


def test_a_value_that_is_not_plain_is_shown_not_rebuilt(student: Student):
    """A set."""
    assert repr(student.a_set()) == "{1, 2}"


def test_too_large_a_value_is_refused(student: Student):
    """With the bound."""
    with pytest.raises(LimitReached, match="at most"):
        student.too_large()


def test_memory_that_cannot_be_had_is_a_limit(student: Student):
    """torch says it in its own words."""
    with pytest.raises(LimitReached) as caught:
        student.hungry()
    assert caught.value.kind == "memory"


@pytest.mark.parametrize(
    ("text", "name"),
    [("def f(:\n", "SyntaxError"), ("import nowhere_at_all\n", "ModuleNotFoundError"), ("1/0\n", "ZeroDivisionError")],
)
def test_a_file_that_cannot_be_imported_raises_at_every_call(make: Maker, text: str, name: str):
    """With the line."""
    student = make(text)
    for _ in range(2):
        with pytest.raises(StudentRaised) as caught:
            student.f()
        assert caught.value.type_names[0] == name
        assert caught.value.line == 1


def test_models_and_tokenizers_cross_by_name(student: Student, models: Models):
    """The student has the same vocabulary and the same predictions of both models."""
    for lm in (models.lm, models.other_lm):
        assert student.name_of(lm.tokenizer) == type(lm.tokenizer).__name__
        assert student.name_of(lm.model) == type(lm.model).__name__
        assert student.tokens(lm.tokenizer, "a dragon") == lm.tokenizer.tokenize("a dragon")
        ids = lm.tokenizer("a dragon", return_tensors="pt").input_ids
        assert torch.allclose(student.logits(lm.model, ids), lm.model(ids).logits.detach(), atol=1e-4)


def test_a_student_has_the_weights_unless_a_server_has_them(student: Student, models: Models, bench: Bench, kind: str):
    """Then they are refused in words."""
    if kind == "served":
        with pytest.raises(StudentRaised) as caught:
            student.first_parameter(models.lm.model)
        assert "on the model server" in caught.value.text
    else:
        theirs = student.first_parameter(models.lm.model)
        assert torch.equal(theirs, next(bench.models.lm.model.parameters()).detach().reshape(-1)[:3])


def test_a_forbidden_method_of_the_model_is_a_fail_that_names_it(student: Student, models: Models):
    """A call of the model itself is allowed."""
    model = forbid(models.lm.model, "generate")
    ids = torch.tensor([[1, 5]])
    assert student.logits(model, ids).shape[:2] == (1, 2)
    with pytest.raises(CheckFailed, match=r"does not allow model\.generate"):
        student.continued(model, ids)


def test_a_forbidden_method_is_a_fail_that_names_it(student: Student, models: Models):
    """What it does internally still works."""
    tokenizer = forbid(models.lm.tokenizer, "__call__", "encode")
    assert student.tokens(tokenizer, "a dragon") == models.lm.tokenizer.tokenize("a dragon")
    with pytest.raises(CheckFailed, match=r"does not allow tokenizer\(…\)"):
        student.encoded(tokenizer, "a dragon")


def test_calls_are_recorded(student: Student):
    """What went in, and what came out."""
    student.give(3)
    with pytest.raises(StudentRaised):
        student.divide(1, 0)
    first, second = calls_of(student)
    assert (first.function, first.value, first.raised) == ("give", 3, ())
    assert second.raised[0] == "ZeroDivisionError"


def test_a_file_that_was_written_is_taken_once(student: Student):
    """Under a path of the student's own folder; afterwards it is gone."""
    file = ScratchFile("sweep.png")
    assert student.give(file).endswith("sweep.png")
    student.write(file, b"PNG")
    assert take_file(student, file) == b"PNG"
    with pytest.raises(CheckFailed, match=r"sweep.png: no file was written"):
        take_file(student, file)


def test_a_file_that_is_too_large_is_refused(student: Student):
    """With the bound."""
    student.write_much(ScratchFile("sweep.png"))
    with pytest.raises(LimitReached, match="at most"):
        take_file(student, ScratchFile("sweep.png"))


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/hostname", "", "..", "a/b"])
def test_only_files_of_the_scratch_folder_can_be_taken(student: Student, name: str):
    """A plain name, nothing else."""
    with pytest.raises(Outcome):
        take_file(student, ScratchFile(name))


def test_taken_files_are_recorded_with_the_calls(student: Student):
    """What a function wrote tells its mistakes apart."""
    student.write(ScratchFile("a"), b"1")
    take_file(student, ScratchFile("a"))
    assert [(call.function, call.value) for call in calls_of(student)] == [("write", None), ("take_file", b"1")]
