"""The results as one Markdown page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def page(results: Mapping[str, Any]) -> str:
    """The page; a part that was not measured says why."""
    lines = ["# The model server, measured", "", "Written by `python -m benchmarks.gpu`; all figures of one run.", ""]
    lines += [f"- {name}: {value}" for name, value in results.get("machine", {}).items()]
    shape = results.get("shape", {})
    lines += [
        f"- one student: {shape.get('n_prompts')} texts of {shape.get('n_new')} sampled tokens after {shape.get('n_prompt')}",
        "",
    ]
    for name, write in (("steps", _steps), ("students", _students), ("fresh", _fresh), ("verdicts", _verdicts)):
        part = results.get(name, {"skipped": "not reached"})
        lines += [f"## {_TITLES[name]}", ""]
        lines += [f"Not measured: {part['skipped']}"] if "skipped" in part else write(part, results)
        lines.append("")
    return "\n".join(lines)


_TITLES = {
    "steps": "A decode step",
    "students": "Students at the same time",
    "fresh": "A process and a model for each student",
    "verdicts": "Verdicts on CPU and GPU",
}


def _steps(part: Mapping[str, Any], _: Mapping[str, Any]) -> list[str]:
    limit_s = part["limit_s"]
    lines = [
        f"The weights are {part['weight_bytes'] / 1e9:.2f} GB; a copy moves {part['bandwidth_bytes_s'] / 1e9:.0f} GB/s, so no step "
        f"takes less than {1e3 * limit_s:.2f} ms. CUDA graphs: {part['graphs']}.",
        "",
        "| sequences | ordinary ms | recorded ms | of the limit | largest difference of logits |",
        "|---|---|---|---|---|",
    ]
    for row in part["steps"]:
        recorded_s = row.get("recorded_s")
        best_s = recorded_s or row["ordinary_s"]
        lines.append(
            f"| {row['sequences']} | {1e3 * row['ordinary_s']:.2f} | {f'{1e3 * recorded_s:.2f}' if recorded_s else '-'} "
            f"| {best_s / limit_s:.2f} x | {row.get('largest_difference', '-')} |"
        )
    alone = part["one_by_one"]
    lines += ["", f"A loaded model, one student after the other: {alone['tokens_s']:.1f} tokens/s."]
    if "peak_gpu_bytes" in part:
        lines.append(f"Peak memory of the GPU, slots included: {part['peak_gpu_bytes'] / 2**30:.1f} GiB.")
    return lines


def _students(part: Mapping[str, Any], results: Mapping[str, Any]) -> list[str]:
    alone_s = results.get("steps", {}).get("one_by_one", {}).get("student_s")
    fresh_s = results.get("fresh", {}).get("student_s")
    lines = [
        f"The model is loaded once, in {part['start_s']:.1f} s.",
        "",
        "| students | s | tokens/s | students/hour | x loaded model, one by one | x loading for each |",
        "|---|---|---|---|---|---|",
    ]
    for run in part["runs"]:
        student_s = run["s"] / run["students"]
        ratios = [f"{other_s / student_s:.1f}" if other_s else "-" for other_s in (alone_s, fresh_s)]
        lines.append(
            f"| {run['students']} | {run['s']:.2f} | {run['tokens_s']:.0f} | {run['students_hour']:.0f} | {' | '.join(ratios)} |"
        )
    return lines


def _fresh(part: Mapping[str, Any], _: Mapping[str, Any]) -> list[str]:
    return [f"{part['student_s']:.1f} s for a student: imports, loading from the page cache, generation."]


def _verdicts(part: Mapping[str, Any], _: Mapping[str, Any]) -> list[str]:
    lines = [
        "| device | dtype | exercises | verdicts | different from float32 on the CPU | the same FAIL, named otherwise |",
        "|---|---|---|---|---|---|",
    ]
    for run in part["runs"]:
        apart = [", ".join(run[kind]) or "none" for kind in ("different", "otherwise_named")]
        lines.append(
            f"| {run['device']} | {run['dtype']} | {run['exercises']} | {run['verdicts']} | {' | '.join(apart)} |"
        )
    if part["unfinished"]:
        lines += ["", f"Not finished in time: {', '.join(part['unfinished'])}."]
    return lines
