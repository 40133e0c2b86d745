"""A student's own folder as the place of their module: imported from disk, once, and read for `by_hand`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from autograder.grading.by_hand import Sources


def folder_sources(folder: Path, name: str) -> Sources:
    """The text of `<folder>/<name>.py` and of its neighbours, which it may import."""
    texts = {}
    for path in sorted(folder.glob("*.py")):
        if path.is_file():
            texts[path.stem] = path.read_text(encoding="utf-8", errors="replace")
    return Sources(name, texts)


def folder_loader(folder: os.PathLike[str], name: str) -> Callable[[], ModuleType]:
    """A loader of `<folder>/<name>.py` that imports it once; a failed import is tried again at the next call.

    Neighbouring files of the folder can be imported by it, after installed packages.
    """
    from importlib.util import module_from_spec, spec_from_file_location

    path = os.path.join(folder, f"{name}.py")
    loaded: list[ModuleType] = []

    def load() -> ModuleType:
        if not loaded:
            if os.fspath(folder) not in sys.path:
                sys.path.append(os.fspath(folder))
            spec = spec_from_file_location(name, path)
            assert spec is not None, path
            assert spec.loader is not None, path
            module = module_from_spec(spec)
            sys.modules[name] = module
            try:
                spec.loader.exec_module(module)
            except BaseException:
                sys.modules.pop(name, None)
                raise
            loaded.append(module)
        return loaded[0]

    return load
