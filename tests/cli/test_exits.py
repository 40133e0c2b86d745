"""Every command: help in both languages, an example, and misuse that ends with status 2 and a sentence."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from autograder.cli import app
from autograder.cli.exits import errors_as_exit_codes
from autograder.exercise import Exercise


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with its group's name in front, as typer makes them."""
    root = typer.main.get_command(app)
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        yield from ((f"{name} {one}", found) for one, found in inner.items()) if inner else ((name, command),)


COMMANDS = dict(commands())


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments], env={"COLUMNS": "100"})


@pytest.fixture
def place(top_p: Exercise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a course of one exercise, an empty folder, and a file where a folder is wanted."""
    unit = tmp_path / "solutions" / "u02_sampling"
    shutil.copytree(top_p.folder, unit / "e04_top_p")
    for language in ("ja", "en"):
        shutil.copy(top_p.folder.parent / f"intro.{language}.md", unit)
    (tmp_path / "empty").mkdir()
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "alice.py").write_text("")
    (tmp_path / "file").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_in_either_language(name: str):
    """What it does, an example, and every option and argument, none of them in the other language."""
    for language, heading in (("ja", "例"), ("en", "Examples")):
        result = run("--lang", language, *name.split(), "--help")
        assert result.exit_code == 0
        assert f"\n{heading}\n  autograder {name}" in result.output
    assert not any("ぁ" <= letter <= "ん" for letter in result.output), "Japanese in the English help"
    for parameter in COMMANDS[name].params:
        assert parameter.help, f"{parameter.name} has no help"
        assert " / " in parameter.help, f"{parameter.name}: its help is not `日本語 / English`"


@pytest.mark.parametrize("name", COMMANDS)
def test_an_option_that_is_none_is_misuse(name: str):
    """Said on the error stream, with the way to the help."""
    result = run(*name.split(), "--no-such-option")
    assert result.exit_code == 2
    assert "No such option: --no-such-option" in result.stderr
    assert "--help" in result.stderr or "-h" in result.stderr


NOT_UNDERSTOOD = [
    ("grade --jbos 2 class", "--jbos というオプションはありません。もしかして: --jobs, --json"),
    ("grad", "grad というコマンドはありません。もしかして: 'grade'"),
    ("nbgrader grade", "grade というコマンドはありません。"),
    ("grade", "引数 submissions を指定してください。"),
    ("grade class", "オプション --unit を指定してください。"),
    ("grade class --unit", "オプション --unit には値が必要です。"),
    ("grade class --unit u --out o --json=3", "オプション --json に値は付けられません。"),
    ("grade class --unit u --out o --jobs two", "--jobs の値が正しくありません。整数で指定してください。"),
    ("grade class --unit u --out o --jobs 0", "1 以上で指定してください。"),
    ("hint --level 9", "3 以下で指定してください。"),
    ("grade class more --unit u --out o", "余分な引数があります: more"),
    ("--lang fr doctor", "ja, en, both のどれかを指定してください（指定されたのは fr）。"),
]


@pytest.mark.parametrize(("line", "said"), NOT_UNDERSTOOD)
def test_what_is_not_understood_is_said_in_the_chosen_language(line: str, said: str):
    """In Japanese, in English, or in both, with the way to the help."""
    japanese, english = (
        CliRunner().invoke(app, line.split(), env={"AUTOGRADER_LANG": language}) for language in ("ja", "en")
    )
    for result, other in ((japanese, "Help:"), (english, "説明:")):
        assert result.exit_code == 2
        assert other not in result.stderr
        assert result.stderr.rstrip().endswith("--help")
    assert said in japanese.stderr
    assert said not in english.stderr


MISUSE = {
    "watch in no folder": (["watch", "nowhere"], "no assignment folder"),
    "watch outside": (["watch", "empty"], "no assignment folder"),
    "hint outside": (["hint"], "no assignment folder"),
    "submit from no folder": (["submit", "nowhere"], "not an assignment folder"),
    "convert what is not there": (["convert", "nowhere.ipynb"], "nowhere.ipynb"),
    "upgrade from nothing": (["upgrade", "nowhere.zip"], "nowhere.zip"),
    "upgrade from no zip": (["upgrade", "file", "empty"], "not a whole release"),
    "playground on no port": (["playground", "--no-browser", "--port", "0"], "--port"),
    "submit outside": (["submit", "empty"], "not an assignment folder"),
    "grade no folder": (
        ["grade", "nowhere", "--unit", "u02_sampling", "--out", "out"],
        "no such folder of submissions",
    ),
    "grade no unit": (["grade", "class", "--unit", "u09_x", "--out", "out"], "no such unit"),
    "grade into a file": (["grade", "class", "--unit", "u02_sampling", "--out", "file/out"], "not a folder"),
    "grade with no model": (
        ["grade", "class", "--unit", "u02_sampling", "--out", "out", "--model", "empty"],
        "no folder of a model",
    ),
    "fetch what is on no hub": (["models", "fetch", "tiny-chat"], "only models of the hub"),
    "export nothing": (["export", "nowhere", "--to", "csv"], "nowhere"),
    "export no results": (["export", "empty", "--to", "csv"], "empty"),
    "export to no format": (["export", "empty", "--to", "word"], "word"),
    "demo into a file": (["demo", "--out", "file/demo"], "not a folder"),
    "demo of no course": (["demo", "--course", "nowhere"], "no such folder"),
    "nbgrader init into a file": (["nbgrader", "init", "file/course"], "not a folder"),
    "nbgrader intake nowhere": (["nbgrader", "intake", "nowhere", "u02_sampling"], "nowhere"),
    "nbgrader regrade nowhere": (["nbgrader", "regrade", "nowhere", "u02_sampling"], "nowhere"),
    "new without a slash": (["new", "top_q"], "top_q"),
    "new in no unit": (["new", "nothing/top_q"], "there is no unit nothing"),
    "new in no course": (["new", "sampling/top_q", "--course", "nowhere"], "nowhere"),
    "build no course": (["build", "--course", "nowhere"], "no such folder"),
    "build what is no course": (["build", "--course", "empty"], "no unit folder"),
    "build into a file": (["build", "--out", "file/out"], "not a folder"),
    "audit no exercise": (["audit", "sampling/nothing"], "no such exercise. Choose from: sampling/top_p"),
    "release no unit": (["release", "u09_x", "--out", "out"], "no such unit"),
    "reveal nothing": (["reveal", "nowhere.json", "file", "--out", "out"], "nowhere.json"),
    "reveal what is none": (["reveal", "file", "file", "--out", "out"], "file"),
    "mutants of nothing": (["mutants", "sampling/nothing"], "no such exercise"),
    "power of nothing": (["power", "sampling/nothing"], "no such exercise"),
}


@pytest.mark.parametrize(("arguments", "part"), MISUSE.values(), ids=MISUSE)
def test_misuse_ends_with_status_2_and_a_sentence(place: Path, arguments: list[str], part: str):
    """On the error stream, without a traceback; nothing is left behind."""
    before = {path.name for path in place.iterdir()}
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit)
    assert part in result.stderr
    assert "Traceback" not in result.output
    assert {path.name for path in place.iterdir()} - {"demo", "out", "docs"} == before


def test_commands_that_have_a_case_of_misuse():
    """All but doctor, which takes nothing that could be wrong."""
    used = {
        " ".join(arguments[:2]) if arguments[0] in {"models", "nbgrader"} else arguments[0]
        for arguments, _ in MISUSE.values()
    }
    assert COMMANDS.keys() - used == {"doctor"}


@pytest.mark.parametrize(
    ("raised", "status", "said"),
    [
        (KeyboardInterrupt(), 130, ""),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), 2, "/x: permission denied. Choose another place"),
        (IsADirectoryError(errno.EISDIR, "Is a directory", b"/y"), 2, "/y: a folder. Give a file."),
        (OSError(errno.ENOSPC, "No space left on device", "/z"), 2, "/z: no space is left. Make room."),
        (OSError(errno.ELOOP, "Too many levels of symbolic links", "/l"), 2, "/l: Too many levels of symbolic links"),
        (ModuleNotFoundError("no", name="streamlit"), 2, 'pip install "textgen-autograder[playground]"'),
    ],
    ids=["interrupt", "denied", "folder", "full", "other", "extra"],
)
def test_what_was_raised_becomes_a_status(
    capsys: pytest.CaptureFixture[str], raised: BaseException, status: int, said: str
):
    """With its sentence, if there is something to say."""
    with pytest.raises(typer.Exit) as caught, errors_as_exit_codes():
        raise raised
    assert caught.value.exit_code == status
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "raised",
    [
        BrokenPipeError(errno.EPIPE, "Broken pipe", "/p"),
        ConnectionRefusedError(111, "refused"),
        ModuleNotFoundError("x", name="x"),
        ZeroDivisionError(),
    ],
    ids=["pipe", "no_file", "module", "bug"],
)
def test_what_is_no_misuse_is_not_called_so(raised: Exception):
    """A mistake of ours keeps its traceback."""
    with pytest.raises(type(raised)), errors_as_exit_codes():
        raise raised
