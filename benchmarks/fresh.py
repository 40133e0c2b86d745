"""A fresh process for each submission, and the bare work in a warm one."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import assignment
from benchmarks.process import ENVIRONMENT, Cost, run

_PYTEST = """
import pytest, sacrebleu, torch
from transformers import AutoModelForCausalLM, AutoTokenizer
import submission

def must(condition, sentence):
    assert condition, sentence

@pytest.fixture(scope="session")
def lm():
    path = {path!r}
    return AutoModelForCausalLM.from_pretrained(path).eval(), AutoTokenizer.from_pretrained(path)

{checks}
{tests}
"""

_FLOOR = '''
import json, resource, sys, time
import submission
from transformers import AutoModelForCausalLM, AutoTokenizer
import sacrebleu, torch
torch.set_num_threads(1)
path = {path!r}
model, tokenizer = AutoModelForCausalLM.from_pretrained(path).eval(), AutoTokenizer.from_pretrained(path)

class Calls:
    """Calls the functions as the checks do, and keeps what they cost."""
    cpu_s = 0.0
    def __getattr__(self, name):
        function = getattr(submission, name)
        def call(*arguments):
            start = time.process_time()
            value = function(*arguments)
            self.cpu_s += time.process_time() - start
            return value
        return call

def must(condition, sentence):
    assert condition, sentence

{checks}
each = []
for _ in range({n}):
    s = Calls()
    {calls}
    each.append(s.cpu_s)
print(json.dumps(each))
'''


def model_path() -> str:
    """The folder of the model that every system is measured with."""
    from autograder.models import model_path

    return model_path("tiny-chat")


def plain_pytest(folder: Path, n: int) -> Cost:
    """A fresh process for each submission."""
    folder = Path(tempfile.mkdtemp(dir=folder))
    tests = "\n".join(f"def test_{name}(lm):\n    check_{name}(submission, *lm)\n" for name in assignment.NAMES)
    checks = "\n".join(assignment.CHECKS.values())
    (folder / "submission.py").write_text(assignment.whole_answer())
    (folder / "test_it.py").write_text(_PYTEST.format(path=model_path(), checks=checks, tests=tests))
    costs = [
        run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:autograder"], folder)
        for _ in range(n)
    ]
    return Cost(sum(one.cpu_s for one in costs), sum(one.wall_s for one in costs), n)


def floor(folder: Path, n: int) -> Cost:
    """A warm process that does nothing but call the functions with the checks' inputs."""
    folder = Path(tempfile.mkdtemp(dir=folder))
    (folder / "submission.py").write_text(assignment.whole_answer())
    calls = "; ".join(f"check_{name}(s, model, tokenizer)" for name in assignment.NAMES)
    checks = "\n".join(assignment.CHECKS.values())
    (folder / "floor.py").write_text(_FLOOR.format(path=model_path(), checks=checks, calls=calls, n=n + 1))
    done = subprocess.run(
        [sys.executable, "floor.py"], cwd=folder, env=ENVIRONMENT, check=True, capture_output=True, text=True
    )
    each = json.loads(done.stdout.splitlines()[-1])[1:]  # the first one warms up
    return Cost(sum(each), sum(each), n)


def imports(folder: Path) -> Cost:
    """What every fresh process pays before it can begin."""
    return run([sys.executable, "-c", "import torch, transformers.pipelines, sacrebleu"], folder)
