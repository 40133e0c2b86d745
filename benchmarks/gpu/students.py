"""Many student processes and one server: each process generates as a student's code does, and samples by itself."""

from __future__ import annotations

import os
import time
from typing import Any

from autograder.server.sessions import Quota
from autograder.server.start import ModelServer, Serving
from benchmarks.gpu.shapes import Shape, one_thread, work_of


def measure_students(shape: Shape) -> dict[str, Any]:
    """Students and tokens a second for each number of students at the same time, all through one server."""
    one_thread()
    from autograder.server.link import Link
    from autograder.server.remote import model_of

    began_s = time.perf_counter()
    with ModelServer([shape.as_text()], Serving(length=256), program="benchmarks.gpu.server") as server:
        card = server.cards()[0]
        found: dict[str, Any] = {"start_s": time.perf_counter() - began_s, "runs": []}
        link = Link()
        model = model_of(0, card, link)
        link.attach(server.open_trusted())
        for student in range(2):  # what is slower at first: libraries here, passes there
            work_of(model, shape, student)
        link.attach(None)
        for n_students in shape.students:
            _run(server, link, model, shape, n_students)  # steps of this size are recorded
            took_s = _run(server, link, model, shape, n_students)
            n_tokens = n_students * shape.n_prompts * shape.n_new
            found["runs"].append(
                {
                    "students": n_students,
                    "s": took_s,
                    "tokens_s": n_tokens / took_s,
                    "students_hour": 3600 * n_students / took_s,
                }
            )
    return found


def _run(server: ModelServer, link: Any, model: Any, shape: Shape, n_students: int) -> float:
    """Seconds until the last of `n_students` processes is done, from the moment at which all may begin."""
    start_read, start_write = os.pipe()
    children = []
    for student in range(n_students):
        opened = server.open(Quota())
        opened.beats.close()
        pid = os.fork()
        if not pid:
            os.close(start_write)
            link.attach(opened.sock)
            os.read(start_read, 1)  # until it is closed
            n_new = work_of(model, shape, student)
            os._exit(0 if n_new == shape.n_prompts * shape.n_new else 1)
        opened.sock.close()
        children.append(pid)
    os.close(start_read)
    time.sleep(0.2)  # all have come to the start
    began_s = time.perf_counter()
    os.close(start_write)
    failed = sum(os.waitpid(pid, 0)[1] != 0 for pid in children)
    took_s = time.perf_counter() - began_s
    if failed:
        raise RuntimeError(f"{failed} of {n_students} students did not get their tokens")
    return took_s
