"""Answers that resemble each other more than independent work does: a reason to look, never a proof.

Code is compared as in winnowing (Schleimer, Wilkerson and Aiken, SIGMOD 2003), by the library copydetect: names become
one letter, comments and white space vanish, and what is left is cut into overlapping pieces of `CODE_PIECE` characters. All
pieces are kept (a window of 1), for these texts are short and the result must not depend on a random hash. Prose is cut the same way
after everything but letters and digits is taken out. Pieces that need no explanation are set aside: those of the
stub and the statement, of the reference and the typical mistakes, and those that more than a quarter of the class share.

The similarity of two answers is the share of the smaller one's remaining pieces that the other has as well. An answer with
fewer than `MIN_PIECES` of them is like everybody's, and is not compared. docs/similarity.md says how the thresholds were set.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from autograder.course.source import without_marks
from autograder.exercise import Exercise, Unit

CODE_PIECE = 15  # characters of code whose names are one letter: about one short statement
PROSE_PIECE, WIDE_PROSE_PIECE = 20, 10  # characters of alphabetic text, of Japanese
MIN_PIECES = 40
CODE_THRESHOLD, PROSE_THRESHOLD = 0.5, 0.3
COMMON_SHARE, MIN_COMMON = 0.25, 5
MAX_CHARACTERS = 40_000  # of one answer; what comes behind is not compared
MAX_ANSWERS = 4000  # in one class; with more, every pair is too many, and so are their texts in memory

Answers = Mapping[str, Mapping[str, str]]  # exercise id → student → text
Pieces = Callable[[str], set[int]]


def similar_answers(unit: Unit, answers: Answers) -> list[dict[str, Any]]:
    """For each exercise of `unit`, in its order: the groups of students whose answers resemble each other.

    Returns: dicts with `id`; `n_answers`; `n_compared`, how many of them have enough of their own to be compared; and `groups`, the closest first: dicts of `students` and, over the alike pairs, the `least` and
        the `most` similarity in (0, 1]. The same answers give the same result.
    """
    found = []
    for exercise in unit.exercises:
        texts = {student: text[:MAX_CHARACTERS] for student, text in sorted(answers.get(exercise.id, {}).items())}
        compared, groups = _groups(exercise, texts)
        found.append({"id": exercise.id, "n_answers": len(texts), "n_compared": compared, "groups": groups})
    return found


def _groups(exercise: Exercise, texts: Mapping[str, str]) -> tuple[int, list[dict[str, Any]]]:
    known = _known_texts(exercise)
    alike = {text.strip() for text in known}
    writers: dict[str, list[str]] = {}
    for student, text in texts.items():
        if text.strip() not in alike:
            writers.setdefault(text, []).append(student)
    most = max(MIN_COMMON, COMMON_SHARE * len(texts))
    known += [text for text, who in writers.items() if len(who) > most]
    writers = {text: who for text, who in writers.items() if len(who) <= most}
    if sum(map(len, writers.values())) < 2:
        return 0, []
    cut = prose_pieces if exercise.rubric is not None else code_pieces
    own = own_pieces({text: len(who) for text, who in writers.items()}, known, cut, most=most)
    threshold = PROSE_THRESHOLD if exercise.rubric is not None else CODE_THRESHOLD
    groups: list[dict[str, Any]] = [
        {
            "students": sorted(student for text in group for student in writers[text]),
            "least": round(least, 2),
            "most": 1.0 if any(len(writers[text]) > 1 for text in group) else round(most, 2),
        }
        for group, least, most in linked(own, threshold)
    ]
    groups += [
        {"students": who, "least": 1.0, "most": 1.0}
        for text, who in writers.items()
        if text in own and len(who) > 1 and not any(who[0] in group["students"] for group in groups)
    ]
    groups.sort(key=lambda group: (-group["most"], -group["least"], group["students"]))
    return sum(len(writers[text]) for text in own), groups


def _known_texts(exercise: Exercise) -> list[str]:
    """What students were given, and the typical answers, right and wrong."""
    if exercise.rubric is not None:
        return [exercise.stub, exercise.solution, exercise.statement.ja, exercise.statement.en]
    mistakes = [text for mistake in exercise.mistakes for text in (mistake.prelude, mistake.source)]
    return list(dict.fromkeys([exercise.stub, without_marks(exercise.solution), *mistakes]))


def own_pieces(n_writers: Mapping[str, int], known: Iterable[str], cut: Pieces, *, most: float) -> dict[str, set[int]]:
    """The pieces that are each text's own, for the texts that have at least MIN_PIECES of them.

    Args:
        n_writers: how many students wrote each text.
        most: of what more students wrote, nothing is anybody's own.
    """
    usual = set().union(*map(cut, known))
    pieces = {text: cut(text) - usual for text in n_writers}
    counts: Counter[int] = Counter()
    for text, found in pieces.items():
        counts.update(dict.fromkeys(found, n_writers[text]))
    common = {piece for piece, count in counts.items() if count > most}
    own = {text: found - common for text, found in pieces.items()}
    return {text: found for text, found in own.items() if len(found) >= MIN_PIECES}


def linked(own: Mapping[str, set[int]], threshold: float) -> list[tuple[list[str], float, float]]:
    """Texts that hang together by pairs of at least `threshold`: (texts, least and most similarity of these pairs)."""
    import numpy as np
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    if len(own) < 2:
        return []
    texts, number = list(own), {piece: i for i, piece in enumerate(set().union(*own.values()))}
    sizes = np.array([len(own[text]) for text in texts])
    columns = np.fromiter((number[piece] for text in texts for piece in own[text]), dtype=np.int64, count=sizes.sum())
    ends = np.concatenate([[0], np.cumsum(sizes)])
    has = csr_matrix((np.ones(len(columns), dtype=np.float64), columns, ends), shape=(len(texts), len(number)))
    shared = (has @ has.T).tocoo()
    similarity = shared.data / np.minimum(sizes[shared.row], sizes[shared.col])
    close = (shared.row < shared.col) & (similarity >= threshold)
    rows, cols, values = shared.row[close], shared.col[close], similarity[close]
    _, label = connected_components(
        csr_matrix((np.ones(len(rows)), (rows, cols)), shape=(len(texts), len(texts))), directed=False
    )
    groups = []
    for group in sorted(set(label[rows].tolist())):
        inside = values[label[rows] == group]
        members = [texts[i] for i in np.flatnonzero(label == group)]
        groups.append((members, float(inside.min()), float(inside.max())))
    return groups


def code_pieces(text: str) -> set[int]:
    """The pieces of a Python text, whatever its names, comments and layout."""
    from copydetect.utils import filter_code, hashed_kgrams

    filtered, _ = filter_code(text, "answer.py", "python")
    return set(hashed_kgrams(filtered, CODE_PIECE).tolist())


def prose_pieces(text: str) -> set[int]:
    """The pieces of a text in words, whatever its case, width, punctuation and line breaks."""
    from copydetect.utils import hashed_kgrams

    letters = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())
    wide = sum(letter >= "\u2e80" for letter in letters)
    return set(hashed_kgrams(letters, WIDE_PROSE_PIECE if 2 * wide > len(letters) else PROSE_PIECE).tolist())
