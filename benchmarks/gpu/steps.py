"""In one process: what the memory gives, what a decode step takes, and one generation after the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from benchmarks.gpu.shapes import Shape, make_model, prompts_of, weight_bytes, work_of

_COPY_BYTES, _COPIES, _STEPS, _STUDENTS = 4 << 30, 10, 30, 3


def bandwidth(device: str, n_bytes: int = _COPY_BYTES) -> float:
    """Bytes a second that the memory of `device` reads and writes while it copies."""
    import torch

    source = torch.zeros(n_bytes, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    target.copy_(source)
    took_s = timed(lambda: [target.copy_(source) for _ in range(_COPIES)], device)
    return 2 * n_bytes * _COPIES / took_s


def timed(work: Callable[[], Any], device: str) -> float:
    """Seconds until everything is computed."""
    import torch

    if device == "cuda":
        torch.cuda.synchronize()
    began_s = time.perf_counter()
    work()
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - began_s


def measure_steps(shape: Shape) -> dict[str, Any]:
    """Decode steps of the server's own passes, recorded and ordinary, for 1 to many sequences; and generation one by one."""
    import torch

    from autograder.server.serve import runner_of

    on_gpu = shape.device == "cuda"
    speed = bandwidth(shape.device, _COPY_BYTES if on_gpu else 1 << 26)
    began_s = time.perf_counter()
    model = make_model(shape)
    found: dict[str, Any] = {
        "bandwidth_bytes_s": speed,
        "weight_bytes": weight_bytes(model),
        "limit_s": weight_bytes(model) / speed,
        "make_model_s": time.perf_counter() - began_s,
    }
    found["one_by_one"] = _one_by_one(model, shape)
    runner = runner_of(model, {"slots": 64, "length": 256}, 2)
    found["n_slots"] = runner.slots.n_slots
    found["steps"] = [_steps(runner, shape, n) for n in shape.students if n <= runner.slots.n_slots]
    found["graphs"] = (runner.steps.why_not if runner.steps else "no GPU") or "recorded"
    if on_gpu:
        found["peak_gpu_bytes"] = torch.cuda.max_memory_allocated()
    return found


def _one_by_one(model: Any, shape: Shape) -> dict[str, float]:
    """A loaded model in this process generates for one student after the other."""
    work_of(model, shape, 0)  # the first pass of a model is slower
    n_new = 0

    def work() -> None:
        nonlocal n_new
        n_new = sum(work_of(model, shape, student) for student in range(_STUDENTS))

    took_s = timed(work, shape.device)
    return {"students": _STUDENTS, "s": took_s, "tokens_s": n_new / took_s, "student_s": took_s / _STUDENTS}


def _steps(runner: Any, shape: Shape, n_sequences: int) -> dict[str, Any]:
    """Seconds a step, and how far recorded and ordinary steps lie apart."""
    graphs, runner.steps = runner.steps, None
    ordinary_s, ordinary = _decode(runner, shape, n_sequences)
    runner.steps = graphs
    found: dict[str, Any] = {"sequences": n_sequences, "ordinary_s": ordinary_s}
    if graphs is not None:
        recorded_s, recorded = _decode(runner, shape, n_sequences)
        found |= {
            "recorded_s": recorded_s,
            "largest_difference": float((ordinary - recorded).abs().max()),
            "largest_logit": float(ordinary.abs().max()),
        }
    return found


def _decode(runner: Any, shape: Shape, n_sequences: int) -> tuple[float, Any]:
    """Seconds of one step of `n_sequences`, and the float32 logits of the last."""
    import numpy as np

    from autograder.server.passes import Work
    from autograder.server.rows import keys_of

    n_steps = _STEPS if shape.device == "cuda" else 3
    ids = np.stack([prompts_of(shape, student)[0].numpy() for student in range(n_sequences)])
    more = np.tile(np.arange(3, 3 + 2 * n_steps), (n_sequences, 1))
    ids = np.concatenate([ids, more], 1)
    positions = np.arange(ids.shape[1])
    keys = [keys_of(row, positions, np.ones(len(row), bool)) for row in ids]

    def step(end: int, start: int) -> Any:
        visible = np.ones(end, bool)
        return runner.run([Work(slot, row[:end], start, visible, 1) for slot, row in enumerate(keys)])

    step(shape.n_prompt, 0)
    for end in range(shape.n_prompt + 1, shape.n_prompt + n_steps + 1):
        step(end, end - 1)
    logits: list[Any] = []
    ends = range(shape.n_prompt + n_steps + 1, ids.shape[1] + 1)
    took_s = timed(lambda: logits.extend(step(end, end - 1) for end in ends), shape.device)
    return took_s / len(ends), logits[-1].float()
