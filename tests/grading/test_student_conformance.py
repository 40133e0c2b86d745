"""One suite for every kind of student: a check cannot tell the process from the jail, nor who holds the models."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from autograder.audit import Bench
from autograder.checks import (
    by_hand,
    forbid,
    read_dict,
    read_float,
    read_floats,
    read_int,
    read_probs,
    read_tensor,
    read_text,
    read_texts,
    require_raises,
    take_file,
    unchanging,
)
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

def fill(tensor):
    tensor.zero_()
    return 1

def put_an_endless_thing_into(table):
    table["x"] = table
    return 1

def of_kind(kind):
    import collections
    import fractions
    import numpy
    from transformers import BatchEncoding
    return {
        "number of numpy": lambda: numpy.float32(0.5),
        "tensor without axes": lambda: torch.tensor(0.5),
        "array without axes": lambda: numpy.array(0.5),
        "int of a tensor": lambda: torch.tensor(3),
        "int of numpy": lambda: numpy.int32(3),
        "float tensor": lambda: torch.tensor(3.0),
        "bool tensor": lambda: torch.tensor(True),
        "bool of numpy": lambda: numpy.bool_(True),
        "text of numpy": lambda: numpy.str_("a"),
        "tuple": lambda: (0.5, 0.25),
        "array": lambda: numpy.array([0.5, 0.25], dtype=numpy.float32),
        "tensor": lambda: torch.tensor([0.5, 0.25]),
        "bfloat16 tensor": lambda: torch.tensor([0.5, 0.25], dtype=torch.bfloat16),
        "list of tensors": lambda: [torch.tensor(0.5), numpy.float64(0.25)],
        "deque": lambda: collections.deque([0.5, 0.25]),
        "array of texts": lambda: numpy.array(["a", "b"]),
        "array of objects": lambda: numpy.array(["a", "b"], dtype=object),
        "square": lambda: numpy.eye(2),
        "set": lambda: {0.5},
        "generator": lambda: (one for one in [0.5, 0.25]),
        "values": lambda: {"a": 0.5, "b": 0.25}.values(),
        "fraction": lambda: fractions.Fraction(1, 2),
        "BatchEncoding": lambda: BatchEncoding({"input_ids": [1]}),
        "OrderedDict": lambda: collections.OrderedDict(input_ids=[1]),
        "defaultdict": lambda: collections.defaultdict(list, input_ids=[1]),
        "view of a dict": lambda: __import__("types").MappingProxyType({"input_ids": [1]}),
        "pairs": lambda: [["a", torch.tensor(0.5)], (numpy.str_("b"), numpy.float32(0.5))],
        "huge array": lambda: numpy.zeros(10**6),
        "nothing": lambda: None,
    }[kind]()

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
Reader = Callable[[object, str], object]


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


def test_a_changed_argument_is_a_fail_where_a_check_asks(student: Student):
    """By place or by name; calls that change nothing, and checks that do not ask, are as ever."""
    asked = unchanging(by_hand(student, "torch.softmax"))
    assert asked.give([0]) == [0]
    with pytest.raises(CheckFailed, match="mutate: argument 1 was no longer what had been passed"):
        asked.mutate([0])
    with pytest.raises(CheckFailed, match="mutate: values was no longer"):
        asked.mutate(values=[0])
    with pytest.raises(CheckFailed, match="fill: argument 1"):
        asked.fill(torch.ones(2))
    with pytest.raises(CheckFailed, match="argument 1"):
        asked.put_an_endless_thing_into({})
    assert asked.fill(torch.zeros(2)) == 1
    assert student.mutate([0]) == [0, 1]
    assert [call.function for call in calls_of(student)] == [
        *("give", "mutate", "mutate", "fill", "put_an_endless_thing_into", "fill", "mutate"),
    ]


@pytest.mark.parametrize(
    ("read", "kinds", "expected"),
    [
        (read_float, ("number of numpy", "tensor without axes", "array without axes"), 0.5),
        (read_float, ("int of a tensor", "int of numpy", "float tensor"), 3.0),
        (read_int, ("int of a tensor", "int of numpy"), 3),
        (read_text, ("text of numpy",), "a"),
        (read_floats, ("tuple", "array", "tensor", "bfloat16 tensor", "list of tensors", "deque"), [0.5, 0.25]),
        (read_texts, ("array of texts", "array of objects"), ["a", "b"]),
        (read_dict, ("BatchEncoding", "OrderedDict", "defaultdict", "view of a dict"), {"input_ids": [1]}),
        (read_probs, ("pairs",), [("a", 0.5), ("b", 0.5)]),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_what_has_a_certain_meaning_is_accepted(
    student: Student, read: Reader, kinds: tuple[str, ...], expected: object
):
    """Whatever library it comes from; what is read is plain."""
    for kind in kinds:
        found = read(student.of_kind(kind), kind)
        assert found == expected, kind
        assert type(found) is type(expected), kind


@pytest.mark.parametrize(
    ("read", "kind", "sentence"),
    [
        (read_int, "float tensor", "expected an int, got tensor"),
        (read_int, "fraction", r"Convert it by int\(…\)"),
        (read_float, "bool tensor", "expected a float"),
        (read_float, "bool of numpy", "expected a float, got True of type bool"),
        (read_float, "fraction", r"Convert it by float\(…\)"),
        (read_float, "array", r"of type ndarray. Convert it by \.tolist\(\) or \.item\(\)"),
        (read_floats, "set", r"of type set. Convert it by list\(…\)"),
        (read_floats, "generator", r"of type generator. Convert it by list\(…\)"),
        (read_floats, "values", r"of type dict_values. Convert it by list\(…\)"),
        (read_floats, "BatchEncoding", r"Convert it by list\(….items\(\)\)"),
        (read_floats, "square", "expected a float"),
        (read_text, "array of texts", "expected a str"),
        (read_floats, "nothing", "Look for a return that is missing"),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_what_has_not_is_told_how_to_convert_it(student: Student, read: Reader, kind: str, sentence: str):
    """In the reader's words."""
    with pytest.raises(CheckFailed, match=sentence):
        read(student.of_kind(kind), "f")


def test_an_array_is_no_tensor(student: Student):
    """A model takes nothing else."""
    with pytest.raises(CheckFailed, match=r"Convert it by torch\.tensor"):
        read_tensor(student.of_kind("array"), "f", dtype="float32", shape=(2,))


def test_an_array_too_large_is_refused(student: Student):
    """With the bound."""
    with pytest.raises(LimitReached, match="at most"):
        student.of_kind("huge array")


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
