"""Solution text → stub, checks, mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course.source import make_stub, reachable, read_checks, read_mistakes, with_mistake, without_marks
from autograder.errors import CourseError

PATH = Path("solution.py")
SOLUTION = '''"""Doc."""
# BEGIN SOLUTION
import secret


def helper():
    return secret
# END SOLUTION


def f(x):
    """Say."""
    y = x
    # BEGIN SOLUTION
    return helper() + y
    # END SOLUTION
'''


def test_a_stub_has_holes_and_nothing_of_the_regions():
    """An inner region becomes the stub lines at its indentation; an outer one vanishes."""
    assert make_stub(PATH, SOLUTION) == (
        '"""Doc."""\n\n\ndef f(x):\n    """Say."""\n    y = x\n'
        "    # ここに書いてください / Write your code here\n    raise NotImplementedError\n"
    )


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("def f():\n    # BEGIN SOLUTION\n    pass\n", 2, "has no `# END SOLUTION`"),
        ("def f():\n    # END SOLUTION\n    pass\n", 2, "has no `# BEGIN SOLUTION`"),
        ("# BEGIN SOLUTION\n# BEGIN SOLUTION\n# END SOLUTION\n", 1, "has no `# END SOLUTION`"),
    ],
    ids=["no end", "no begin", "nested"],
)
def test_an_unpaired_mark_is_reported_with_its_line(text: str, line: int, part: str):
    """File, line, what is missing and what to do, in both languages."""
    with pytest.raises(CourseError) as caught:
        make_stub(PATH, text)
    assert f"solution.py:{line}: " in caught.value.message.en
    assert part in caught.value.message.en
    assert f"solution.py:{line}: " in caught.value.message.ja


def test_a_solution_without_a_region_is_refused():
    """A stub equal to the solution would give everything away."""
    with pytest.raises(CourseError, match="found no `# BEGIN SOLUTION`"):
        make_stub(PATH, "def f():\n    return 1\n")


def test_checks_are_read_with_points_and_titles():
    """Points from the literal, Japanese and English from the docstring's paragraphs."""
    text = '@points(2)\n@pytest.mark.parametrize("x", [1])\ndef test_a(student, x):\n    """日本語\n    です。\n\n    English.\n    """\n'
    (check,) = read_checks(PATH, text, public=False)
    assert (check.id, check.points, check.title.ja, check.title.en, check.public) == (
        "test_a",
        2.0,
        "日本語 です。",
        "English.",
        False,
    )


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('def test_a(student):\n    """あ\n\n    A\n    """\n', "has no `@points(number)`"),
        ('@points(0)\ndef test_a(student):\n    """あ\n\n    A\n    """\n', "has no `@points(number)`"),
        ('@points(1)\ndef test_a(student):\n    """A"""\n', "docstring of two paragraphs"),
        ("def test_a(:\n", "not valid Python"),
    ],
    ids=["no points", "zero points", "one language", "syntax"],
)
def test_an_incomplete_check_is_refused(text: str, part: str):
    """With the file and the line."""
    with pytest.raises(CourseError) as caught:
        read_checks(PATH, text, public=True)
    assert part in caught.value.message.en
    assert "solution.py:" in caught.value.message.en


MISTAKES = '''"""Doc."""
import math
from autograder.mistakes import mistake

LIMIT = 3


@mistake(of="f", caught_by="test_a", ja="ヒ" "ント", en="hint")
def off_by_one(x):
    return min(math.floor(x), LIMIT)
'''


def test_a_mistake_becomes_a_whole_submission():
    """The reference with one function replaced, the prelude of mistakes.py above, the marks gone."""
    (mistake,) = read_mistakes(PATH, MISTAKES)
    assert (mistake.id, mistake.of, mistake.caught_by, mistake.hint.ja) == ("off_by_one", "f", "test_a", "ヒント")
    text = with_mistake(SOLUTION, mistake)
    compile(text, "f.py", "exec")
    assert "SOLUTION" not in text
    assert "helper() + y" not in text
    assert "def f(x):\n    return min(math.floor(x), LIMIT)" in text
    assert "import math" in text
    assert "autograder" not in text


def test_a_mistake_of_an_unknown_function_is_refused():
    """Nothing would be replaced."""
    (mistake,) = read_mistakes(PATH, MISTAKES.replace('of="f"', 'of="g"'))
    with pytest.raises(CourseError, match="has no function g"):
        with_mistake(SOLUTION, mistake)


def test_a_mistake_without_a_hint_is_refused():
    """Both languages are needed."""
    with pytest.raises(CourseError, match="lacks en"):
        read_mistakes(PATH, MISTAKES.replace(', en="hint"', ""))


def test_the_reference_as_a_submission_has_no_marks():
    """And is otherwise unchanged."""
    assert without_marks(SOLUTION) == "".join(line + "\n" for line in SOLUTION.splitlines() if "SOLUTION" not in line)


def test_reachable_follows_calls_between_top_level_functions():
    """Indirect ones and circles, too; what is not mentioned is not reached."""
    text = "def a():\n    return b()\ndef b():\n    return a() + c\ndef c(): ...\ndef d():\n    return 'c'\n"
    assert reachable(text, "a") == {"a", "b", "c"}
    assert reachable(text, "d") == {"d"}
