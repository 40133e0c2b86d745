"""The student's side: calm words on stubs, useful ones on wrong answers, ordinary pytest otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.build import plan_assignments
from autograder.course.source import with_mistake, without_marks
from autograder.exercise import Course, Exercise


@pytest.fixture
def folder(pytester: pytest.Pytester, course: Course, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A student's u02_sampling folder with sampling/top_p only, as built."""
    monkeypatch.delenv("AUTOGRADER_LANG", raising=False)
    # The tests' own settings are not the student's.
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    for name, text in plan_assignments(course).items():
        unit, _, file = name.partition("/")
        if unit == "u02_sampling" and (
            file in {"pytest.ini", "unit.json"} or file.partition(".")[0] in {"top_p", "test_top_p"}
        ):
            (pytester.path / file).write_text(text, encoding="utf-8")
    return pytester.path


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_subprocess(*arguments)


def test_an_untouched_stub_is_one_calm_line(pytester: pytest.Pytester, folder: Path):
    """No traceback, no failure section; the points and the scope at the end."""
    result = run(pytester)
    output = result.stdout.str()
    assert result.ret == 1
    assert output.count("まだ書かれていません / not written yet") == 1
    assert "Traceback" not in output
    assert "FAILURES" not in output
    assert "NotImplementedError" not in output
    result.stdout.fnmatch_lines(["top_p*0/3*", "*0/3*公開チェックのみ*Public checks only*", "*5 unwritten*"])


def test_a_right_answer_gets_all_public_points(pytester: pytest.Pytester, folder: Path, top_p: Exercise):
    """And is still told that these are the public checks."""
    (folder / "top_p.py").write_text(without_marks(top_p.solution))
    result = run(pytester)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["top_p*3/3*", "*3/3*公開チェックのみ*Public checks only*", "*5 passed*"])


@pytest.mark.parametrize(
    ("option", "seen", "unseen"),
    [
        ("--autograder-lang=ja", "確率の高い順", "most probable first"),
        ("--autograder-lang=en", "most probable first", "確率の高い順"),
    ],
)
def test_a_wrong_answer_gets_a_sentence(
    option: str, seen: str, unseen: str, pytester: pytest.Pytester, folder: Path, top_p: Exercise
):
    """In one language if asked; no traceback through the check."""
    mistake = next(one for one in top_p.mistakes if one.id == "drops_the_crossing_token")
    (folder / "top_p.py").write_text(with_mistake(top_p.solution, mistake))
    output = run(pytester, option).stdout.str()
    assert seen in output
    assert unseen not in output
    assert "def test_" not in output
    assert "['the', 'a', 'dragon', 'flew', 'over']" in output


def test_both_languages_are_the_default_and_the_environment_can_choose(
    pytester: pytest.Pytester, folder: Path, top_p: Exercise, monkeypatch: pytest.MonkeyPatch
):
    """AUTOGRADER_LANG=en leaves the Japanese out; nonsense in it is a usage error."""
    (folder / "top_p.py").write_text("def top_p_filter(probs, p):\n    return probs[:2]\n")
    output = run(pytester).stdout.str()
    assert "合計 1" in output
    assert "with sum 1" in output
    monkeypatch.setenv("AUTOGRADER_LANG", "en")
    assert "合計 1" not in run(pytester).stdout.str()
    monkeypatch.setenv("AUTOGRADER_LANG", "fr")
    result = run(pytester)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "expected ja, en or both, got 'fr'" in result.stderr.str()


def test_an_exception_shows_the_students_line(pytester: pytest.Pytester, folder: Path):
    """File, line, text and the exception's words; the engine's frames stay out."""
    (folder / "top_p.py").write_text("def top_p_filter(probs, p):\n    return probs[p]\n")
    output = run(pytester).stdout.str()
    assert "top_p.py:2: return probs[p]" in output
    assert "TypeError: list indices must be integers" in output
    assert "student.py" not in output


def test_a_file_that_does_not_parse_shows_its_line(pytester: pytest.Pytester, folder: Path):
    """The other files are checked all the same."""
    (folder / "top_p.py").write_text("def top_p_filter(probs, p:\n    return probs\n")
    output = run(pytester).stdout.str()
    assert "SyntaxError" in output
    assert "1 行目" in output


def test_a_missing_file_says_so(pytester: pytest.Pytester, folder: Path):
    """And where it belongs."""
    (folder / "top_p.py").unlink()
    assert "top_p.py is missing" in run(pytester).stdout.str()


def test_print_k_x_and_tb_work_as_everywhere(pytester: pytest.Pytester, folder: Path):
    """Ordinary pytest options on ordinary tests."""
    (folder / "top_p.py").write_text("def top_p_filter(probs, p):\n    print('SEEN')\n    return probs[p]\n")
    assert "SEEN" in run(pytester, "-s", "-k", "crosses").stdout.str()
    run(pytester, "-k", "crosses").stdout.fnmatch_lines(["*1 failed, 4 deselected*"])
    run(pytester, "-x").stdout.fnmatch_lines(["*stopping after 1 failures*"])
    assert "return probs[p]" in run(pytester, "--tb=long", "-k", "crosses").stdout.str()


def test_pdb_opens_in_the_students_function(pytester: pytest.Pytester, folder: Path):
    """Where it happened, not in the engine."""
    (folder / "top_p.py").write_text("def top_p_filter(probs, p):\n    mine = 41\n    return probs[p]\n")
    child = pytester.spawn_pytest("--pdb -k crosses")
    child.expect("Pdb")
    child.sendline("p mine + 1")
    child.expect("42")
    child.sendline("q")
    child.read()


def test_other_projects_see_nothing_of_the_plugin(pytester: pytest.Pytester):
    """No fixture, no line of output."""
    pytester.makeini("[pytest]\n")
    pytester.makepyfile("def test_a():\n    pass\n\ndef test_b(student):\n    pass\n")
    result = run(pytester)
    result.stdout.fnmatch_lines(["*fixture 'student' not found*", "*1 passed, 1 error*"])
    run(pytester, "--fixtures").stdout.no_fnmatch_line("*public_checks*")


def test_several_units_can_be_checked_at_once(pytester: pytest.Pytester, course: Course):
    """`pytest` in the folder above the units."""
    for name, text in plan_assignments(course).items():
        path = pytester.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    result = run(pytester, "-k", "top_p_filter or refuses")
    assert "まだ書かれていません" in result.stdout.str()


def test_a_file_that_cannot_be_read_is_said_once_with_its_line(pytester: pytest.Pytester, folder: Path):
    """Every other check says that it follows from that, and none speaks of arguments."""
    (folder / "top_p.py").write_text("def top_p_filter(probs, p)\n    return probs\n")
    output = run(pytester).stdout.str()
    assert output.count("top_p.py cannot be read as Python: the syntax breaks at line 1") == 1
    assert "line 1: def top_p_filter(probs, p)" in output
    assert output.count("This check fails for the cause that is named above.") == 4
    assert "expected ValueError" not in output


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_file_that_is_not_utf_8_is_told_so(pytester: pytest.Pytester, folder: Path, encoding: str):
    """By the true cause and its remedy, as grading tells it, not as a mistake of syntax."""
    (folder / "top_p.py").write_bytes('def top_p_filter(probs, p):\n    return "é"\n'.encode(encoding))
    output = run(pytester).stdout.str()
    assert output.count("top_p.py is not saved as UTF-8") == 1
    assert "syntax" not in output


def test_a_function_that_remembers_is_told_so_and_not_to_divide(
    pytester: pytest.Pytester, folder: Path, top_p: Exercise
):
    """The first sentence names the cause: the call is made again in a module that is imported anew."""
    text = without_marks(top_p.solution).replace("p: float)", "p: float, kept=[])")
    (folder / "top_p.py").write_text(text.replace("    kept: list[tuple[str, float]] = []\n", ""))
    output = run(pytester).stdout.str()
    assert output.count("top_p_filter remembers earlier calls") == 1
    assert "The default value of kept" in output
    assert "Divide the remaining probabilities" not in output


def test_the_call_of_a_failed_check_can_be_pasted(pytester: pytest.Pytester, folder: Path, top_p: Exercise):
    """Whole, as Python, below the sentences of a wrong answer."""
    text = without_marks(top_p.solution).replace("probability / mass)", "probability)")
    (folder / "top_p.py").write_text(text)
    output = run(pytester).stdout.str()
    assert "To try it yourself, this is the call:" in output
    assert "    top_p_filter([('the', 0.25), ('a', 0.2), ('dragon', 0.15)" in output
    assert "('darkness', 0.02)], 0.8)" in output
