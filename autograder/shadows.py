"""Files of a folder that stand before Python's own modules and installed packages, where Python looks into the folder first."""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from pathlib import Path

from autograder.jail.libraries import module_path


def shadowing(folder: Path) -> list[str]:
    """Names of files, and of folders with `/`, that `python`, `python -m` and notebooks in `folder` import in the place of others.

    Only folders with an `__init__.py` do so; Python finds any other folder last.
    """
    files = {path.stem: path.name for path in folder.glob("*.py") if path.stem != "__init__"}
    packages = {path.parent.name: f"{path.parent.name}/" for path in folder.glob("*/__init__.py")}
    elsewhere = [entry for entry in module_path() if Path(entry).resolve() != folder.resolve()]
    return sorted(name for module, name in {**files, **packages}.items() if _is_taken(module, elsewhere))


def _is_taken(module: str, path: list[str]) -> bool:
    if module in sys.builtin_module_names:  # which nothing stands before
        return False
    return module in sys.stdlib_module_names or (module.isidentifier() and _is_found(module, path))


def _is_found(module: str, path: list[str]) -> bool:
    found = PathFinder.find_spec(module, path)
    return found is not None and found.origin is not None  # a folder without __init__.py has none
