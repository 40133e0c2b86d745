"""What students are given: whole, without secrets, upgradable; and a commitment that can be opened once, to one thing."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import shutil
import stat
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import parse_wheel_filename

from autograder.archives import read_whole
from autograder.audit.shipping import secret_lines
from autograder.course import read_course
from autograder.course.inputs import read_secret
from autograder.errors import SettingsError
from autograder.exercise import Exercise
from autograder.release import make
from autograder.release.bundle import MANIFEST, manifest, pins, read_manifest
from autograder.release.commitment import reveal
from autograder.release.make import Release, make_release
from autograder.release.upgrade import upgrade


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The engine's, built once."""
    return make.build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def small(top_p: Exercise, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of one exercise, in a folder of its own."""
    folder = tmp_path / "course" / "solutions" / "u02_sampling"
    folder.mkdir(parents=True)
    for name in ("intro.ja.md", "intro.en.md"):
        shutil.copy(top_p.folder.parent / name, folder)
    shutil.copytree(top_p.folder, folder / top_p.folder.name, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(make, "build_wheel", lambda _: wheel)
    return folder.parent


def released(solutions: Path, out: Path, change: str = "first") -> Release:
    course = read_course(solutions)
    return make_release(course, course.units[0], out, change=change)


def unpacked(release: Release, folder: Path) -> Path:
    with zipfile.ZipFile(release.bundle) as opened:
        opened.extractall(folder)
    return folder / "u02_sampling"


def test_a_bundle_holds_what_a_student_needs(small: Path, wheel: Path, tmp_path: Path):
    """Texts, stub, notebooks, public checks, figures, the engine, pinned versions, sums that hold; nothing else."""
    release = released(small, tmp_path / "dist")
    folder = unpacked(release, tmp_path)
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {"README.md", "pyproject.toml", "requirements.txt", "VERSION", "CHANGELOG.md", "COMMITMENT.json"} <= names
    assert {
        "top_p.py",
        "top_p.ja.md",
        "top_p.en.ipynb",
        "test_top_p.py",
        "pytest.ini",
        "unit.json",
        "hints.json",
    } <= names
    assert f"wheels/{wheel.name}" in names
    assert any(name.startswith("figures/") for name in names)
    assert not {name for name in names if "hidden" in name or "mistake" in name or "solution" in name}
    sums = read_manifest((folder / "MANIFEST.sha256").read_bytes())
    assert sums == {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names - {"MANIFEST.sha256"}
    }
    assert json.loads((folder / "unit.json").read_text())["release"] == "1"


def test_versions_are_pinned(wheel: Path):
    """Each package that the engine needs, at the version of this machine."""
    found = pins(wheel)
    for name in ("torch", "transformers", "numpy", "sacrebleu"):
        version = importlib.metadata.version(name).partition("+")[0]
        assert any(one.startswith(f"{name}=={version}") for one in found)
    for one in found:
        requirement = Requirement(one)
        assert any(part.operator in {"==", "<="} for part in requirement.specifier)


def test_another_engine_has_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Or an upgraded folder would go on with the engine that is installed; the same one has the same bytes."""
    root = Path(make.__file__).parents[2]
    (tmp_path / "autograder").mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, tmp_path)
    (tmp_path / "autograder" / "__init__.py").write_text("x = 1\n")
    monkeypatch.setattr(make.autograder, "__file__", str(tmp_path / "autograder" / "__init__.py"))
    first, again = make.build_wheel(tmp_path / "1"), make.build_wheel(tmp_path / "2")
    assert (first.name, first.read_bytes()) == (again.name, again.read_bytes())
    (tmp_path / "autograder" / "__init__.py").write_text("x = 2\n")
    other = make.build_wheel(tmp_path / "3")
    versions = [parse_wheel_filename(wheel.name)[1] for wheel in (first, other)]
    assert versions[0] != versions[1]
    assert versions[0].public == versions[1].public
    with zipfile.ZipFile(other) as opened:
        (metadata,) = (name for name in opened.namelist() if name.endswith(".dist-info/METADATA"))
        assert f"Version: {versions[1]}\n" in opened.read(metadata).decode()


def test_a_secret_line_stops_the_release(small: Path, top_p: Exercise, tmp_path: Path):
    """In a text, in public checks: named with where it stands, and nothing is written."""
    line = next(iter(secret_lines(read_course(small))))
    statement = small / "u02_sampling" / top_p.folder.name / "statement.en.md"
    statement.write_text(statement.read_text() + f"\n    {line}\n")
    with pytest.raises(SettingsError, match=r"top_p\.en\.md"):
        released(small, tmp_path / "dist")
    assert not (tmp_path / "dist").exists()


def test_versions_count_on_and_changes_are_kept(small: Path, tmp_path: Path):
    """The latest first; the same files but for what tells the versions apart."""
    out = tmp_path / "dist"
    first, second = released(small, out, "first"), released(small, out, "clearer")
    assert (first.version, second.version) == ("1", "2")
    folder = unpacked(second, tmp_path)
    changes = [line for line in (folder / "CHANGELOG.md").read_text().splitlines() if line.startswith("- ")]
    assert changes == ["- 2: clearer", "- 1: first"]


def test_a_release_commits_to_inputs_of_its_own(small: Path, tmp_path: Path):
    """Those with which the course grades from then on, never used before; the course's secret stands in no opening."""
    keys = []
    for out in ("dist", "dist", "elsewhere"):
        opening = json.loads(released(small, tmp_path / out).opening.read_text())
        (exercise,) = read_course(small).units[0].exercises
        assert opening["files"]["inputs_key.txt"] == f"{exercise.inputs_key}\n"
        assert read_secret(small).secret not in json.dumps(opening)
        keys.append(exercise.inputs_key)
    assert len({*keys, ""}) == 4
    assert dict(read_secret(small).releases) == {"u02_sampling": 3}


def test_the_opening_is_for_the_instructor_alone(small: Path, tmp_path: Path):
    """Nobody else can read the file; the commitment tells nothing but a number."""
    release = released(small, tmp_path / "dist")
    assert stat.S_IMODE(release.opening.stat().st_mode) == 0o600
    commitment = json.loads((unpacked(release, tmp_path) / "COMMITMENT.json").read_text())
    assert set(commitment) == {"unit", "version", "format", "digest"}
    again = released(small, tmp_path / "other")
    assert (
        json.loads((unpacked(again, tmp_path / "b") / "COMMITMENT.json").read_text())["digest"] != commitment["digest"]
    )


def test_what_was_committed_to_can_be_revealed(small: Path, top_p: Exercise, tmp_path: Path):
    """The very files; and after a change of one character nothing."""
    release = released(small, tmp_path / "dist")
    commitment = unpacked(release, tmp_path) / "COMMITMENT.json"
    written = reveal(release.opening, commitment, tmp_path / "shown")
    shown = tmp_path / "shown" / top_p.folder.name / "checks_hidden.py"
    assert shown in written
    assert shown.read_text() == (top_p.folder / "checks_hidden.py").read_text()
    opening = json.loads(release.opening.read_text())
    name = next(iter(opening["files"]))
    opening["files"][name] += " "
    forged = tmp_path / "forged.json"
    forged.write_text(json.dumps(opening))
    with pytest.raises(SettingsError, match="not what"):
        reveal(forged, commitment, tmp_path / "no")
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"salt": 1, "files": {}}', "not json"])
def test_an_unreadable_opening_is_named(text: str, small: Path, tmp_path: Path):
    """With what to give instead."""
    release = released(small, tmp_path / "dist")
    commitment = unpacked(release, tmp_path) / "COMMITMENT.json"
    (tmp_path / "broken.json").write_text(text)
    with pytest.raises(SettingsError, match="autograder release"):
        reveal(tmp_path / "broken.json", commitment, tmp_path / "no")


def test_an_upgrade_leaves_what_the_student_wrote(small: Path, top_p: Exercise, tmp_path: Path):
    """New texts come in, answers stay; a changed stub is put beside the answer; run again it changes nothing."""
    out = tmp_path / "dist"
    folder = unpacked(released(small, out), tmp_path)
    (folder / "top_p.py").write_text("def top_p_filter(probs, p):\n    return probs\n")
    (folder / "notes.txt").write_text("mine")
    exercise = small / "u02_sampling" / top_p.folder.name
    (exercise / "statement.en.md").write_text((exercise / "statement.en.md").read_text() + "\nOne more hint.\n")
    later = released(small, out)
    done = upgrade(later.bundle, folder)
    assert {"top_p.en.md", "VERSION", "CHANGELOG.md"} <= set(done.written)
    assert done.kept == ("top_p.py",)
    assert "One more hint." in (folder / "top_p.en.md").read_text()
    assert (folder / "top_p.py").read_text() == "def top_p_filter(probs, p):\n    return probs\n"
    assert not (folder / "top_p.py.new").exists()
    assert (folder / "notes.txt").read_text() == "mine"
    assert upgrade(later.bundle, folder).written == ()
    solution = exercise / "solution.py"
    solution.write_text(solution.read_text().replace('"""', '"""Later. ', 1))
    upgrade(released(small, out).bundle, folder)
    assert "Later." in (folder / "top_p.py.new").read_text()
    assert "return probs" in (folder / "top_p.py").read_text()


@pytest.mark.parametrize("what", ["cut", "changed", "another unit", "no release"])
def test_a_wrong_bundle_or_folder_changes_nothing(what: str, small: Path, tmp_path: Path):
    """And says what was expected."""
    release = released(small, tmp_path / "dist")
    folder = unpacked(release, tmp_path)
    bundle = tmp_path / "bundle.zip"
    data = release.bundle.read_bytes()
    bundle.write_bytes(data[: len(data) // 2] if what == "cut" else data)
    if what == "changed":
        with zipfile.ZipFile(release.bundle) as old, zipfile.ZipFile(bundle, "w") as new:
            for name in old.namelist():
                new.writestr(name, old.read(name) + (b" " if name.endswith("top_p.py") else b""))
    if what == "another unit":
        (folder / "VERSION").write_text("u01_basics 1\n")
    if what == "no release":
        (folder / "MANIFEST.sha256").unlink()
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(SettingsError):
        upgrade(bundle, folder)
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "name", ["/absolute/{}", "../{}", "..\\{}", "C:\\{}", "a\0/../{}", "x/../../{}", "top_p.py /{}"]
)
def test_an_upgrade_writes_nothing_outside_the_folder(name: str, small: Path, tmp_path: Path):
    """Whatever a bundle's members are called, though its manifest names them."""
    release = released(small, tmp_path / "dist")
    folder = unpacked(release, tmp_path)
    planted = "planted.txt"
    inside = name.format(str(tmp_path / planted).lstrip("/") if name.startswith("/") else planted)
    files = read_whole(release.bundle.read_bytes())
    prefix = f"{folder.name}/"
    own = {one.removeprefix(prefix): data for one, data in files.items() if not one.endswith(MANIFEST)} | {inside: b"x"}
    bundle = tmp_path / "bundle.zip"
    with zipfile.ZipFile(bundle, "w") as opened:
        for one, data in {**own, MANIFEST: manifest(own)}.items():
            info = zipfile.ZipInfo("x")
            info.filename = prefix + one
            opened.writestr(info, data)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(SettingsError):
        upgrade(bundle, folder)
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


def test_an_upgrade_follows_no_link_out_of_the_folder(small: Path, tmp_path: Path):
    """Which stands where a file of the release did."""
    out = tmp_path / "dist"
    folder = unpacked(released(small, out), tmp_path)
    outside = tmp_path / "outside.md"
    outside.write_bytes((folder / "top_p.en.md").read_bytes())
    (folder / "top_p.en.md").unlink()
    (folder / "top_p.en.md").symlink_to(outside)
    statement = next(small.rglob("statement.en.md"))
    statement.write_text(statement.read_text() + "\nOne more hint.\n")
    with pytest.raises(SettingsError, match="leads out"):
        upgrade(released(small, out).bundle, folder)
    assert "One more hint." not in outside.read_text()
