"""One process for each student, which loads the model from disk: `python -m benchmarks.gpu.fresh FOLDER SHAPE STUDENT`."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.gpu.server import shape_from
from benchmarks.gpu.shapes import Shape, make_model, work_of

_STUDENTS = 2


def measure_fresh(shape: Shape, folder: Path) -> dict[str, Any]:
    """Seconds a student with a process and a model of its own, read from a folder that is in the page cache."""
    began_s = time.perf_counter()
    make_model(shape).save_pretrained(folder)
    saved_s = time.perf_counter() - began_s
    if shape.device == "cuda":
        import torch

        torch.cuda.empty_cache()
    program = [sys.executable, "-W", "ignore", "-m", "benchmarks.gpu.fresh", str(folder), json.dumps(shape.as_text())]
    times_s = []
    for student in range(_STUDENTS):
        began_s = time.perf_counter()
        subprocess.run([*program, str(student)], check=True, stdout=subprocess.DEVNULL)
        times_s.append(time.perf_counter() - began_s)
    return {"save_s": saved_s, "student_s": sum(times_s) / len(times_s), "all_s": times_s}


def main() -> None:
    """What a student's process does."""
    import torch
    from transformers import AutoModelForCausalLM

    folder, shape = sys.argv[1], shape_from(sys.argv[2])
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, shape.dtype)).to(shape.device).eval()
    work_of(model, shape, int(sys.argv[3]))


if __name__ == "__main__":
    main()
