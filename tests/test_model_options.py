"""Students and graders name a model in the same way: options, environment variables, settings file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.build import plan_assignments
from autograder.cli import app
from autograder.course.source import without_marks
from autograder.exercise import Course
from autograder.models import model_path

FILES = {"greedy_loop", "test_greedy_loop", "manual_decoding", "test_manual_decoding"}


@pytest.fixture
def folder(pytester: pytest.Pytester, course: Course, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A student's u01_basics folder with two exercises, rightly answered, and a copy of tiny-base beside it."""
    for name in ("LANG", "MODEL", "DEVICE", "DTYPE", "MODELS"):
        monkeypatch.delenv(f"AUTOGRADER_{name}", raising=False)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    for name, text in plan_assignments(course).items():
        unit, _, file = name.partition("/")
        if unit == "u01_basics" and (file in {"pytest.ini", "unit.json"} or file.partition(".")[0] in FILES):
            (pytester.path / file).write_text(text, encoding="utf-8")
    for exercise in (one for unit in course.units for one in unit.exercises):
        if exercise.name in FILES:
            (pytester.path / f"{exercise.name}.py").write_text(without_marks(exercise.solution), encoding="utf-8")
    shutil.copytree(model_path("tiny-base"), pytester.path / "mine")
    return pytester.path


def test_students_name_a_folder_and_a_dtype(pytester: pytest.Pytester, folder: Path) -> None:
    """By the short options: what the checks get is that model, but for the exercise that is about the embedded one."""
    (folder / "test_seen.py").write_text(
        "def test_model(lm, other_lm):\n"
        "    assert lm.name.endswith('mine') and str(lm.model.dtype) == 'torch.bfloat16'\n"
        "    assert other_lm.name == 'tiny-base'\n"
    )
    (folder / "test_embedded.py").write_text(
        "EMBEDDED_MODEL_ONLY = True\n\ndef test_model(lm):\n"
        "    assert lm.name == 'tiny-chat' and str(lm.model.dtype) == 'torch.float32'\n"
    )
    result = pytester.runpytest_subprocess("--model", str(folder / "mine"), "--dtype", "bf16")
    assert result.ret == 0, result.stdout.str()
    result.stdout.fnmatch_lines(["greedy_loop*", "manual_decoding*"])


def test_a_settings_file_in_the_folder_is_found(
    pytester: pytest.Pytester, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the model named by the environment; elsewhere the long options do."""
    (folder / "models.yaml").write_text("models:\n  base: {source: mine, dtype: bfloat16}\n")
    (folder / "test_seen.py").write_text(
        "def test_model(lm):\n    assert (lm.name, str(lm.model.dtype)) == ('base', 'torch.bfloat16')\n"
    )
    monkeypatch.setenv("AUTOGRADER_MODEL", "base")
    assert pytester.runpytest_subprocess("test_seen.py").ret == 0


def test_the_long_options_work_from_anywhere(
    pytester: pytest.Pytester, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The short ones belong to assignment folders."""
    monkeypatch.chdir(folder.parent)
    long = pytester.runpytest_subprocess(str(folder / "test_greedy_loop.py"), "--autograder-dtype=int8")
    assert "--dtype int8: expected one of float32" in long.stderr.str()
    short = pytester.runpytest_subprocess(str(folder / "test_greedy_loop.py"), "--dtype=int8")
    assert "unrecognized arguments: --dtype=int8" in short.stderr.str()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--dtype=int8"], "--dtype int8: expected one of float32"),
        (["--model=org/none"], "autograder models fetch org/none"),
        (["--device=cuda:9"], "torch finds 0 GPUs here"),
    ],
)
def test_what_cannot_be_had_is_said_once(
    pytester: pytest.Pytester, folder: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], said: str
) -> None:
    """And ends the run as misuse, without a traceback."""
    monkeypatch.setenv("HF_HOME", str(folder / "hf"))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    monkeypatch.setenv("AUTOGRADER_LANG", "en")
    result = pytester.runpytest_subprocess("test_greedy_loop.py", *options)
    output = result.stdout.str() + result.stderr.str()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert output.count(said) == 1
    assert "Traceback" not in output


def test_other_projects_keep_their_own_options(pytester: pytest.Pytester) -> None:
    """A conftest may have a --model of its own where there is no assignment."""
    pytester.makeconftest("def pytest_addoption(parser):\n    parser.addoption('--model', default='theirs')\n")
    pytester.makepyfile("def test_it(request):\n    assert request.config.getoption('--model') == 'x'\n")
    assert pytester.runpytest_subprocess("--model", "x").ret == 0


def test_graders_name_a_model_in_the_same_way(tmp_path: Path, top_p: object) -> None:
    """`grade` refuses what cannot be had before it looks at a submission, with exit status 2."""
    (tmp_path / "submissions" / "a").mkdir(parents=True)
    (tmp_path / "models.yaml").write_text("models:\n  a:\n    source: o/m\n    dtype: int8\n")
    common = ["grade", str(tmp_path / "submissions"), "--unit", "u02_sampling", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, [*common, "--models", str(tmp_path / "models.yaml")])
    assert result.exit_code == 2
    assert "models.yaml:4: dtype: expected one of" in result.stderr
    result = CliRunner().invoke(app, common, env={"AUTOGRADER_DTYPE": "int8"})
    assert result.exit_code == 2
    assert "--dtype int8" in result.stderr


def test_figures_of_another_model_do_not_replace_the_courses(tmp_path: Path) -> None:
    """`mutants` and `power` want a folder for them."""
    for command in ("mutants", "power"):
        result = CliRunner().invoke(app, [command, "sampling/top_p", "--dtype", "float16"])
        assert result.exit_code == 2
        assert "--out" in result.stderr


def test_a_class_is_graded_with_a_local_model(tmp_path: Path, course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """In half precision, jailed, from a settings file beside the course; the report says with what."""
    unit = next(unit for unit in course.units if unit.id == "u01_basics")
    for name in ("e06_greedy_loop", "e04_manual_decoding"):
        shutil.copytree(unit.folder / name, tmp_path / "solutions" / "u01_basics" / name)
    for language in ("ja", "en"):
        shutil.copy(unit.folder / f"intro.{language}.md", tmp_path / "solutions" / "u01_basics")
    shutil.copytree(model_path("tiny-base"), tmp_path / "mine")
    (tmp_path / "models.yaml").write_text("models:\n  base: {source: mine, dtype: bf16}\n")
    student = tmp_path / "submissions" / "ada"
    student.mkdir(parents=True)
    for exercise in unit.exercises:
        if exercise.name in FILES:
            (student / f"{exercise.name}.py").write_text(without_marks(exercise.solution), encoding="utf-8")
    result = CliRunner().invoke(
        app,
        [
            "grade",
            str(student.parent),
            "--unit",
            "u01_basics",
            "--out",
            str(tmp_path / "out"),
            "--model",
            "base",
            "--course",
            str(tmp_path / "solutions"),
            "--jobs",
            "1",
        ],
    )
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "out" / "ada" / "report.json").read_text())
    assert (report["model"], report["device"]) == ("base", "cpu bfloat16")
    assert report["points"] == report["max_points"]
