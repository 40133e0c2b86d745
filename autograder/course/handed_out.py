"""What a student's folder says of the unit that was handed out in it: `unit.json`, as the build wrote it."""

from __future__ import annotations

import json
from pathlib import Path

from autograder.errors import SubmissionError
from autograder.exercise import Exercise, Rubric, Unit
from autograder.messages import Message

UNIT_FILE = "unit.json"
_NOTHING = Message("", "")


def read_handed_out(folder: Path) -> Unit:
    """The unit of an assignment folder: of each exercise what is needed to find its answer, and nothing secret.

    Raises: SubmissionError if `folder` is no assignment folder, or its unit.json is damaged.
    """
    try:
        given = json.loads((folder / UNIT_FILE).read_text(encoding="utf-8"))
        exercises = tuple(
            Exercise(
                id=str(one["id"]),
                folder=folder,
                title=Message(str(one["title"]["ja"]), str(one["title"]["en"])),
                statement=_NOTHING,
                solution="",
                stub=str(one["stub"]),
                functions=tuple(map(str, one["functions"])),
                checks=(),
                mistakes=(),
                rubric=None if one["functions"] else Rubric(_NOTHING, ()),
            )
            for one in given["exercises"]
        )
        return Unit(str(given["unit"]), folder, _NOTHING, _NOTHING, exercises)
    except OSError as error:
        raise SubmissionError(
            ja=f"{folder}: 課題のフォルダではありません（unit.json がありません）。配られたフォルダの中で実行するか、そのフォルダを指定してください。",
            en=f"{folder}: not an assignment folder (no unit.json). Run this in the folder that you were given, or name it.",
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise SubmissionError(
            ja=f"{folder / UNIT_FILE}: 壊れています（{error!r}）。配られた unit.json を入れ直してください。答えのファイルはそのままで構いません。",
            en=f"{folder / UNIT_FILE}: damaged ({error!r}). Put back the unit.json that you were given; your answers can stay.",
        ) from error


def exercise_of(file: Path) -> Exercise:
    """The exercise that a file beside unit.json is named after: `top_p.ja.ipynb` → top_p.

    Raises: SubmissionError if there is no such exercise.
    """
    name, folder = file.name.partition(".")[0], file.resolve().parent
    found = read_handed_out(folder).exercises if (folder / UNIT_FILE).is_file() else ()
    for exercise in found:
        if exercise.name == name:
            return exercise
    raise SubmissionError(
        ja=f"{file}: 配られたフォルダの中のファイルではありません。unit.json と同じフォルダに、もとの名前で置いてください。",
        en=f"{file}: not a file of an assignment folder. It must stand beside unit.json, under the name that it had.",
    )
