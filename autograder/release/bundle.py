"""What a student of one unit is given, byte for byte: the files of the unit, the engine's wheel, and how to start."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
from pathlib import Path
from typing import Any

from autograder.archives import pack, read_whole
from autograder.build import plan_assignments
from autograder.exercise import Course, Unit

MANIFEST, VERSION, COMMITMENT, CHANGELOG = "MANIFEST.sha256", "VERSION", "COMMITMENT.json", "CHANGELOG.md"
_OLDEST_PYTHON = 10  # 3.10


def plan_bundle(
    course: Course, unit: Unit, version: str, *, wheel: Path, commitment: dict[str, str], changes: list[str]
) -> dict[str, bytes]:
    """Path in the student's folder → bytes.

    Args:
        wheel: of the engine, with the embedded models.
        changes: entries of the changelog, the latest first.
    """
    prefix = f"{unit.id}/"
    texts = {
        name.removeprefix(prefix): text for name, text in plan_assignments(course).items() if name.startswith(prefix)
    }
    texts["unit.json"] = _with_version(texts["unit.json"], version)
    texts["README.md"] = _README.format(title_ja=unit.title.ja, title_en=unit.title.en, version=version)
    texts["pyproject.toml"] = _PYPROJECT.format(
        name=unit.id.replace("_", "-"), wheel=wheel.name, pins="".join(f'    "{pin}",\n' for pin in pins(wheel))
    )
    texts["requirements.txt"] = "".join(f"{line}\n" for line in (f"./wheels/{wheel.name}", *pins(wheel)))
    texts[VERSION] = f"{unit.id} {version}\n"
    texts[CHANGELOG] = "# Changes / 変更\n\n" + "\n".join(changes) + "\n"
    texts[COMMITMENT] = json.dumps(commitment, indent=2) + "\n"
    files = {name: text.encode("utf-8") for name, text in texts.items()}
    files[f"wheels/{wheel.name}"] = wheel.read_bytes()
    files[MANIFEST] = manifest(files)
    return dict(sorted(files.items()))


def manifest(files: dict[str, bytes]) -> bytes:
    """SHA-256 sums as `sha256sum --check` reads them."""
    return "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items())).encode()


def read_manifest(data: bytes) -> dict[str, str]:
    """Path → SHA-256 in hex."""
    lines = (line.split("  ", 1) for line in data.decode("utf-8").splitlines())
    return {name: digest for digest, name in lines}


def archive(unit: Unit, files: dict[str, bytes]) -> bytes:
    """The files as a zip with one folder, named after the unit."""
    return pack({f"{unit.id}/{name}": data for name, data in files.items()})


def pins(wheel: Path) -> list[str]:
    """What the engine needs, in the versions with which this release was proven.

    Under an older Python than such a version runs on, any version up to it will do.
    """
    (about,) = (data for name, data in read_whole(wheel.read_bytes()).items() if name.endswith(".dist-info/METADATA"))
    lines = about.decode("utf-8").splitlines()
    wanted = [line.removeprefix("Requires-Dist: ") for line in lines if line.startswith("Requires-Dist: ")]
    found = []
    for one in (one for one in wanted if "extra ==" not in one):
        package = re.match(r"[\w.-]+", one)
        assert package is not None, one
        metadata: Any = importlib.metadata.metadata(package[0])
        version = metadata["Version"].partition("+")[0]
        python = re.search(r">=\s*3\.(\d+)", metadata["Requires-Python"] or "")
        if python is None or int(python[1]) <= _OLDEST_PYTHON:
            found.append(f"{package[0]}=={version}")
        else:
            found.append(f"{package[0]}=={version}; python_version >= '3.{python[1]}'")
            found.append(f"{one},<={version}; python_version < '3.{python[1]}'")
    return found


def _with_version(unit_json: str, version: str) -> str:
    return json.dumps({**json.loads(unit_json), "release": version}, ensure_ascii=False, indent=2) + "\n"


_PYPROJECT = """[project]
name = "{name}"
version = "0"
requires-python = ">=3.10"
dependencies = [
    "textgen-autograder",
{pins}]

[project.optional-dependencies]
notebook = ["textgen-autograder[notebook]"]
watch = ["textgen-autograder[watch]"]
playground = ["textgen-autograder[playground]"]

[tool.uv]
package = false

[tool.uv.sources]
textgen-autograder = {{ path = "wheels/{wheel}" }}
"""

_README = """# {title_ja} / {title_en} ({version})

使うコマンドは 2 つです。Python 3.10 以降が必要です。/ Two commands, with Python 3.10 or later:

```bash
uv sync          # はじめに 1 回だけ / once
uv run pytest    # 何度でも / as often as you like
```

uv がないとき / without uv:

```bash
python -m venv .venv
.venv/bin/pip install -r requirements.txt
.venv/bin/pytest
```

ほかにできること / What else there is:

```bash
uv run autograder hint                          # 行き詰まったら / when you are stuck
uv run --extra watch autograder watch           # 保存するたびにチェック / check at every save
uv run --extra notebook jupyter lab             # ノートブックで解く / work in notebooks
uv run --extra playground autograder playground # モデルで遊ぶ / play with a model
```

提出するときは、このコマンドが作る zip を出してください / To hand in, submit the zip that this makes: `uv run autograder submit`

課題の一覧 / The exercises: [README.ja.md](README.ja.md), [README.en.md](README.en.md).

新しい版が出たら / When a later version comes out: `uv run autograder upgrade NEW.zip .`
（書いたものはそのまま残ります / what you wrote stays as it is）。

`COMMITMENT.json` は、採点に使う非公開チェックがあとから変えられていないことを、締切のあとで確かめるためのものです。/
`COMMITMENT.json` lets you see after the deadline that the hidden checks were not changed meanwhile.
"""
