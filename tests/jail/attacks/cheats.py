"""Submissions that want full marks for `answer(n)`, which should return [n, n + 1], without working it out.

Name → files of the submission. `CHEATS` fool a grader that imports what it grades; `PICKLE` one that takes a pickle
from another process; `NEVER` are said to fool some, and fool nobody here.
"""

_EQUAL = """
class Equal(BASE):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __hash__ = None
"""
_PLANT_NOW = 'with open("results.json", "w") as file: file.write(\'{"points": 100}\')'
_PLANT = 'open("results.json", "w").write(\'{"points": 100}\')'

CHEATS: dict[str, dict[str, str]] = {
    "object_that_equals_everything": {
        "submission": _EQUAL.replace("BASE", "list") + "\ndef answer(n): return Equal()\n"
    },
    "elements_that_equal_everything": {
        "submission": _EQUAL.replace("BASE", "int") + "\ndef answer(n): return [Equal(), Equal()]\n"
    },
    "object_that_says_it_is_a_list": {
        "submission": _EQUAL.replace("BASE", "object")
        + "\n    __class__ = property(lambda self: list)\n"
        + "\ndef answer(n): return Equal()\n"
    },
    "expected_value_from_the_frame": {
        "submission": "import sys\ndef answer(n): return sys._getframe(1).f_locals['expected']\n"
    },
    "cases_from_the_loaded_module": {
        "submission": "import sys\ndef answer(n): return dict(sys.modules['hidden_checks'].CASES)[n]\n"
    },
    "cases_from_the_garbage_collector": {
        "submission": (
            "import gc\n"
            "def answer(n):\n"
            "    for one in gc.get_objects():\n"
            "        if isinstance(one, dict) and 'CASES' in one:\n"
            "            return dict(one['CASES'])[n]\n"
        )
    },
    "checks_from_the_disk": {
        "submission": (
            "import glob\n"
            "found = {}\n"
            "def answer(n):\n"
            "    exec(open(glob.glob('**/hidden_checks.py', recursive=True)[0]).read(), found)\n"
            "    return dict(found['CASES'])[n]\n"
        )
    },
    "another_body_for_the_check": {
        "submission": "import sys\nsys.modules['hidden_checks'].check.__code__ = (lambda module: 100).__code__\n"
    },
    "no_cases_left": {"submission": "import sys\nsys.modules['hidden_checks'].CASES.clear()\n"},
    "builtins_replaced": {"submission": "import builtins\nbuiltins.all = lambda _: True\ndef answer(n): return [0]\n"},
    "library_function_replaced": {
        "submission": (
            "import json\nright = json.dump\njson.dump = lambda result, file: right({'points': 100}, file)\n"
        )
    },
    "thread_that_patches_later": {
        "submission": (
            "import sys, threading, time\n"
            "def patch():\n"
            "    sys.modules['hidden_checks'].check = lambda module: 100\n"
            "threading.Thread(target=patch).start()\n"
            "time.sleep(0.05)\n"
        )
    },
    "trace_that_rewrites_the_grader": {
        "submission": (
            "import sys\n"
            "def trace(frame, event, argument):\n"
            "    if frame.f_code.co_name == 'check':\n"
            "        frame.f_globals['CASES'].clear()\n"
            "    return trace\n"
            "sys.settrace(trace)\n"
        )
    },
    "results_written_and_exit": {"submission": f"import os\n{_PLANT_NOW}\nos._exit(0)\n"},
    "results_written_and_system_exit": {"submission": f"import sys\n{_PLANT}\nsys.exit(0)\n"},
    "results_overwritten_at_exit": {"submission": f"import atexit\natexit.register(lambda: {_PLANT})\n"},
    "results_overwritten_by_a_daemon": {
        "submission": (
            "import os, time\n"
            "if os.fork() == 0:\n"
            "    os.setsid()\n"
            "    time.sleep(0.4)\n"
            f"    {_PLANT}\n"
            "    os._exit(0)\n"
        )
    },
    "module_that_shadows_the_graders": {
        "submission": "def answer(n): return []\n",
        "json": "def dump(result, file):\n    file.write('{\"points\": 100}')\n",
    },
}

PICKLE = {
    "code_in_a_pickle": {
        "submission": (
            "class Sly(list):\n    def __reduce__(self): return (eval, ('[n, n + 1]',))\ndef answer(n): return Sly()\n"
        )
    }
}

NEVER = {
    "says_passed": {"submission": "print('2 passed')\ndef answer(n): print('PASS', 100)\n"},
    "not_a_number": {"submission": "def answer(n): return [float('nan')] * 2\n"},
    "a_huge_number": {"submission": "def answer(n): return [10**5000, 10**5000]\n"},
    "true_for_one": {"submission": "def answer(n): return [True, 2]\n"},
    "raises_an_assertion": {"submission": "def answer(n): raise AssertionError('passed')\n"},
    "skips_by_pytest": {"submission": "def answer(n):\n    import pytest\n    pytest.skip('fine')\n"},
    "hooks_exceptions": {
        "submission": "import sys\nsys.excepthook = lambda *_: print('passed')\ndef answer(n): raise ValueError\n"
    },
}
