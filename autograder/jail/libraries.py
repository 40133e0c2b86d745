"""Where Python's packages lie: what student processes may read, and where their warm process looks for modules.

`sys.path` says more than that: `python -m` and Dask's workers put the folder in which they were started there, and that
may be a class's folder with everybody's submissions. So a folder counts if packages were installed into it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import autograder

ENGINE = Path(autograder.__file__).resolve().parent
# What `venv`, `virtualenv` and `uv venv` put into a virtual environment.
_ENVIRONMENT = ("bin", "lib", "lib64", "include", "share", "pyvenv.cfg")


def package_folders() -> list[Path]:
    """The folders of `sys.path` into which packages were installed, in its order."""
    folders = (Path(entry) for entry in sys.path if entry)
    return [folder for folder in folders if any(any(folder.glob(f"*.{kind}")) for kind in ("dist-info", "egg-info"))]


def readable_folders() -> set[Path]:
    """Python, its packages and the engine, some of them files.

    Of a repository that `sys.path` holds for the engine, only the engine; of a virtual environment, only what it is made
    of, for people make them in the folder that they work in.
    """
    packages = {
        one for one in package_folders() if not ENGINE.is_relative_to(one.resolve()) or "site-packages" in one.parts
    }
    own = Path(sys.prefix)
    parts = {own} if sys.prefix == sys.base_prefix else {own / name for name in _ENVIRONMENT}
    return {*packages, ENGINE, Path(sys.base_prefix), *(part for part in parts if part.exists())}


def module_path() -> list[str]:
    """`sys.path` as it is here, without folders that hold no packages, and with the engine's."""
    packages, python = package_folders(), (Path(sys.prefix), Path(sys.base_prefix))

    def is_kept(folder: Path) -> bool:
        return (
            folder in packages or folder.resolve() == ENGINE.parent or any(folder.is_relative_to(one) for one in python)
        )

    kept = [entry for entry in sys.path if entry and is_kept(Path(entry))]
    return kept if any(Path(entry).resolve() == ENGINE.parent for entry in kept) else [str(ENGINE.parent), *kept]
