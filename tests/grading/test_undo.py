"""What one answer does to the process is undone before the next one is checked, in the student's own pytest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.grading.by_hand import Sources
from autograder.grading.undo import named_libraries

# What an answer does → what tells whether it was undone.
DEEDS = {
    "device": ("torch.set_default_device('meta')", "str(torch.zeros(1).device)"),
    "dtype": ("torch.set_default_dtype(torch.float64)", "torch.zeros(1).dtype"),
    "torch_threads": ("torch.set_num_threads(torch.get_num_threads() + 1)", "torch.get_num_threads()"),
    "torch_seed": ("torch.manual_seed(7)", "torch.initial_seed() == 7"),
    "grad": ("torch.set_grad_enabled(False)", "torch.is_grad_enabled()"),
    "deterministic": ("torch.use_deterministic_algorithms(True)", "torch.are_deterministic_algorithms_enabled()"),
    "anomaly": ("torch.autograd.set_detect_anomaly(True)", "torch.is_anomaly_enabled()"),
    "precision": ("torch.set_float32_matmul_precision('medium')", "torch.get_float32_matmul_precision()"),
    "printing": ("torch.set_printoptions(precision=1)", "repr(torch.tensor(1.2345))"),
    "torch_function": ("torch.softmax = torch.sum", "torch.softmax is torch.sum"),
    "tensor_method": ("torch.Tensor.softmax = lambda *_: None", "torch.Tensor.softmax.__name__"),
    "functional": ("torch.nn.functional.softmax = torch.sum", "torch.nn.functional.softmax.__name__"),
    "numpy_errors": ("numpy.seterr(all='raise')", "numpy.geterr()"),
    "numpy_seed": ("numpy.random.seed(7)", "numpy.random.get_state()[1][0] == 7"),
    "numpy_printing": ("numpy.set_printoptions(precision=1)", "repr(numpy.float64(1.5)) + repr(numpy.array(1.2345))"),
    "seed": ("random.seed(7)", "hash(random.getstate()) == hash(random.Random(7).getstate())"),
    "random_function": ("random.random = lambda: 0.5", "callable(random.random) and random.random.__name__"),
    "filters": ("warnings.simplefilter('error')", "('error', None, Warning, None, 0) in warnings.filters"),
    "showwarning": ("warnings.showwarning = print", "warnings.showwarning is print"),
    "folder": ("os.chdir('/')", "os.getcwd() == '/'"),
    "environment": ("os.environ.update(HF_HOME='/x', PATH='')", "(os.environ.get('HF_HOME'), os.environ.get('PATH'))"),
    "umask": ("os.umask(0o777)", "(os.umask(0o22), os.umask(0o22))[0]"),
    "path": ("sys.path.insert(0, '/x'); sys.path = list(sys.path)", "'/x' in sys.path"),
    "finders": ("sys.meta_path.insert(0, type('F', (), {'find_spec': lambda *_: None}))", "len(sys.meta_path)"),
    "modules": (
        "sys.modules['json'] = None; sys.modules.pop('re')",
        "(sys.modules['json'] is None, 're' in sys.modules)",
    ),
    "neighbour": ("import helper", "'helper' in sys.modules"),
    "locale": (
        "locale.setlocale(locale.LC_ALL, 'C.UTF-8' if 'UTF' not in LOCALE else 'C')",
        "locale.setlocale(locale.LC_ALL)",
    ),
    "signals": ("signal.signal(signal.SIGTERM, signal.SIG_IGN)", "signal.getsignal(signal.SIGTERM)"),
    "alarm": ("signal.alarm(1000)", "signal.getitimer(signal.ITIMER_REAL)[0] > 0"),
    "recursion": ("sys.setrecursionlimit(4321)", "sys.getrecursionlimit()"),
    "digits": ("sys.set_int_max_str_digits(0)", "sys.get_int_max_str_digits()"),
    "trace": ("sys.setprofile(lambda *_: None)", "sys.getprofile()"),
    "collector": ("gc.disable()", "gc.isenabled()"),
    "decimals": ("decimal.getcontext().prec = 3", "decimal.getcontext().prec"),
    "socket": ("socket.setdefaulttimeout(1.0)", "socket.getdefaulttimeout()"),
    "print": ("builtins.print = lambda *_: None", "builtins.print.__name__"),
    "open_and_sum": ("builtins.open = builtins.sum = None", "(open is None, sum is None)"),
    "new_builtin": ("builtins.answer = 42", "hasattr(builtins, 'answer')"),
    "time": ("time.sleep = time.time = lambda *_: 0.0", "time.time.__name__ + time.sleep.__name__"),
    "streams": ("sys.stdout = None", "sys.stdout is None"),
    "hooks": ("sys.excepthook = print", "sys.excepthook is print"),
}
IMPORTS = (
    "import builtins, decimal, gc, locale, os, random, signal, socket, sys, time, warnings\nimport numpy, torch\n"
    "LOCALE = locale.setlocale(locale.LC_ALL)\n"
)


def run(folder: Path, *options: str) -> str:
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly", "-q", "-rA", *options]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PYTEST_ADDOPTS": ""}, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of which pytest takes the files in the order of their names."""
    (tmp_path / "pytest.ini").write_text("[pytest]\nautograder_unit = u\naddopts = --import-mode=importlib\n")
    (tmp_path / "helper.py").write_text("")
    return tmp_path


def test_every_deed_is_undone(folder: Path):
    """Each shows in its own exercise's checks, and no more in the next one's."""
    for name, (deed, probe) in DEEDS.items():
        (folder / f"do_{name}.py").write_text(f"{IMPORTS}\n\ndef do():\n    {deed}\n")
        before = f"BEFORE = repr({probe})"
        does = f"def test_does(student):\n    student.do()\n    assert repr({probe}) != BEFORE\n"
        looks = f"def test_looks(student):\n    assert repr({probe}) == BEFORE\n"
        # All are collected, and so read what is the case, before the first is run.
        (folder / f"test_do_{name}.py").write_text(f"{IMPORTS}{before}\n\n\n{does}")
        (folder / f"test_do_{name}_next.py").write_text(f"{IMPORTS}{before}\n\n\n{looks}")
        (folder / f"do_{name}_next.py").write_text("")
    said = run(folder)
    assert f"{2 * len(DEEDS)} passed" in said, said
    assert "could not be undone" not in said


def test_what_a_module_does_at_its_import_holds_for_all_its_checks(folder: Path):
    """As in grading, where it is imported for each of them."""
    (folder / "a.py").write_text(
        "import torch\n\ntorch.set_default_dtype(torch.float64)\n\n\ndef f():\n    return torch.ones(1)\n"
    )
    check = "import torch\n\n\n"
    for number in (1, 2):
        check += f"def test_{number}(student):\n    assert student.f().dtype is torch.float64\n\n\n"
    (folder / "test_a.py").write_text(check)
    assert "2 passed" in run(folder)


def test_two_copies_of_a_unit_import_their_own_neighbours(folder: Path):
    """Files of one name in two folders are two modules."""
    for copy, value in (("one", 1), ("two", 2)):
        (folder / copy).mkdir()
        (folder / copy / "draw.py").write_text(f"VALUE = {value}\n")
        (folder / copy / "loop.py").write_text("from draw import VALUE\n\n\ndef f():\n    return VALUE\n")
        check = f"def test_f(student):\n    assert student.f() == {value}\n"
        (folder / copy / "test_loop.py").write_text(check)
    (folder / "pytest.ini").unlink()
    for copy in ("one", "two"):
        (folder / copy / "pytest.ini").write_text("[pytest]\nautograder_unit = u\n")
    assert "2 passed" in run(folder)


def test_what_cannot_be_undone_is_said(folder: Path):
    """A thread goes on; whoever reads the results of the next exercise knows."""
    thread = "threading.Thread(target=time.sleep, args=(60,), daemon=True, name='mine').start()"
    (folder / "a.py").write_text(f"import threading\nimport time\n\n\ndef f():\n    {thread}\n")
    (folder / "test_a.py").write_text("def test_a(student):\n    student.f()\n")
    said = run(folder, "--autograder-lang=en")
    assert "a: could not be undone before the next exercise was checked: thread mine." in said


def test_libraries_are_loaded_only_for_who_names_them():
    """The answer itself, or a neighbour that it names."""
    texts = {"a": "import b\n", "b": "import torch\n", "c": "import numpy\n", "d": "torches = 1\n"}
    assert named_libraries(Sources("a", texts)) == ["torch"]
    assert named_libraries(Sources("d", texts)) == []
    assert named_libraries(Sources("e", texts)) == []
