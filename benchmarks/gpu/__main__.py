"""`python -m benchmarks.gpu --out docs/gpu`: every part in a process of its own, written down as soon as it is finished."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.gpu.apart import measure_apart
from benchmarks.gpu.equality import measure_verdicts
from benchmarks.gpu.fresh import measure_fresh
from benchmarks.gpu.page import page
from benchmarks.gpu.shapes import LLAMA_2_7B, SMALL, Shape
from benchmarks.gpu.steps import measure_steps
from benchmarks.gpu.students import measure_students

# A part is begun only if so many seconds are left for it on a GPU.
_NEEDS_S = {"steps": 60.0, "students": 90.0, "fresh": 90.0, "verdicts": 60.0}
_MARGIN_S = 10.0


def main() -> int:
    """Measure and write; 2 where there is no GPU."""
    arguments = _arguments()
    shape = SMALL if arguments.small else LLAMA_2_7B
    if arguments.device == "cuda" and not _has_gpu():
        print(
            "この計測には NVIDIA の GPU が必要です。GPU なしで動きだけを確かめるには --device cpu --small を付けてください。\n"
            "this needs an NVIDIA GPU. To see only that it works, without one: --device cpu --small",
            file=sys.stderr,
        )
        return 2
    if arguments.device != shape.device:
        shape = Shape(**(shape.as_text() | {"device": arguments.device}))
    until_s = time.monotonic() + arguments.budget_s
    results: dict[str, Any] = {"machine": _machine(arguments.device), "shape": shape.as_text()}
    with tempfile.TemporaryDirectory(prefix="benchmark-gpu-") as folder:
        parts: list[tuple[str, Callable[..., dict[str, Any]], tuple[Any, ...]]] = [
            ("steps", measure_steps, (shape,)),
            ("students", measure_students, (shape,)),
            ("fresh", measure_fresh, (shape, Path(folder))),
            ("verdicts", measure_verdicts, (arguments.device,)),
        ]
        for name, measure, given in parts:
            left_s = until_s - time.monotonic()
            if measure is measure_verdicts:  # which says what it managed to judge
                given = (*given, left_s - _MARGIN_S)
            needed_s = _NEEDS_S[name] if arguments.device == "cuda" else 0.0
            if name not in arguments.parts:
                results[name] = {"skipped": "not asked for"}
            elif left_s < needed_s:
                results[name] = {"skipped": f"{left_s:.0f} s were left of {arguments.budget_s:.0f}"}
            else:
                results[name] = measure_apart(measure, given, left_s)
            _write(arguments.out, results)
    failed = [name for name in arguments.parts if "failed" in results[name]]
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu")
    parser.add_argument("--out", type=Path, default=Path("docs/gpu"), help="folder for gpu.json and gpu.md")
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--small", action="store_true", help="a tiny model, to see that everything works")
    parser.add_argument("--budget-s", type=float, default=480.0, help="what does not fit is left out and said")
    parser.add_argument("--parts", nargs="+", choices=list(_NEEDS_S), default=list(_NEEDS_S))
    return parser.parse_args()


def _has_gpu() -> bool:
    import torch

    return torch.cuda.is_available()


def _machine(device: str) -> dict[str, Any]:
    import torch
    import transformers

    found: dict[str, Any] = {
        "cores": len(os.sched_getaffinity(0)),
        "processor": platform.machine(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
    }
    if device == "cuda":
        found |= {"gpu": torch.cuda.get_device_name(), "gpu_bytes": torch.cuda.get_device_properties(0).total_memory}
    return found


def _write(out: Path, results: dict[str, Any]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name, text in (("gpu.json", json.dumps(results, indent=2) + "\n"), ("gpu.md", page(results))):
        unfinished = out / f".{name}"
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(out / name)


if __name__ == "__main__":
    sys.exit(main())
