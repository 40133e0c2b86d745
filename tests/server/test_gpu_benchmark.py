"""The benchmark of the GPU runs whole without one, on a tiny model, and refuses politely to do more."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "benchmarks.gpu", *arguments]
    return subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=600)


def test_every_part_is_measured_and_written(tmp_path: Path):
    """But for the loading of a model for each student, which is process starts alone, and verdicts, which are grading."""
    done = run("--device", "cpu", "--small", "--out", str(tmp_path), "--parts", "steps", "students")
    assert done.returncode == 0, done.stderr
    results = json.loads((tmp_path / "gpu.json").read_text())
    assert [row["sequences"] for row in results["steps"]["steps"]] == [1, 4]
    assert results["steps"]["limit_s"] > 0
    assert [row["students"] for row in results["students"]["runs"]] == [1, 4]
    assert results["fresh"] == {"skipped": "not asked for"}
    page = (tmp_path / "gpu.md").read_text()
    assert "| students | s | tokens/s |" in page
    assert "Not measured: not asked for" in page


def test_what_does_not_fit_the_budget_is_left_out_and_said(tmp_path: Path):
    """Nothing is begun without time."""
    assert run("--device", "cpu", "--small", "--out", str(tmp_path), "--budget-s", "0").returncode == 0
    results = json.loads((tmp_path / "gpu.json").read_text())
    assert "were left of 0" in results["steps"]["skipped"]


def test_without_a_gpu_it_says_so(tmp_path: Path):
    """And writes nothing."""
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    done = run("--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "--device cpu --small" in done.stderr
    assert not (tmp_path / "out").exists()


def test_verdicts_are_compared_apart_from_the_mistakes_they_name():
    """Where answers draw, another number format draws other tokens; a verdict that is missing is another verdict."""
    from benchmarks.gpu.page import page
    from benchmarks.gpu.verdicts import Comparison, compared

    expected = {
        "basics/a": {"reference one": "pass", "m one": "fail (m)", "n one": "fail"},
        "basics/b": {"stub one": "fail"},
    }
    assert compared(expected, {"basics/a": expected["basics/a"]}) == Comparison([], [])
    found = {"basics/a": {"reference one": "fail", "m one": "fail"}, "basics/b": {"stub one": "fail", "m two": "pass"}}
    result = compared(expected, found)
    assert result.different == [
        "basics/a: n one: fail → missing",
        "basics/a: reference one: pass → fail",
        "basics/b: m two: missing → pass",
    ]
    assert result.otherwise_named == ["basics/a: m one: fail (m) → fail"]
    run = {"device": "cuda", "dtype": "float16", "exercises": 2, "verdicts": 4} | vars(result)
    text = page({"verdicts": {"runs": [run], "unfinished": []}})
    assert "| basics/a: n one: fail → missing, basics/a" in text
    assert text.rstrip().endswith("| basics/a: m one: fail (m) → fail |")


def test_verdicts_of_an_exercise_are_the_same_in_both_number_formats(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    """One exercise, the way that the benchmark does it for all."""
    from benchmarks.gpu import verdicts

    monkeypatch.setattr(sys, "argv", ["verdicts", "basics/greedy_loop"])
    assert verdicts.main() == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("cpu float16: ")
    assert lines[0].endswith(" verdicts, 0 differ")
    assert sum(" verdicts, 0 differ" in line for line in lines) == 2
