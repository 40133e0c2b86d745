"""Answers that resemble each other more than independent work does: a reason to look, never a proof.

Code is compared as in winnowing (Schleimer, Wilkerson and Aiken, SIGMOD 2003), by the library copydetect: names become
one letter, comments and white space vanish, and what is left is cut into overlapping pieces of some characters (`reports/pieces.py`). All
pieces are kept (a window of 1), for these texts are short and the result must not depend on a random hash. Prose is cut the same way
after everything but letters and digits is taken out. Pieces that need no explanation are set aside: those of the
stub and the statement, of the reference and the typical mistakes, and those that more than a quarter of the class share.

The similarity of two answers is the share of the smaller one's remaining pieces that the other has as well. An answer with
fewer than `MIN_PIECES` of them is like everybody's, and is not compared. docs/similarity.en.md says how the thresholds were set.

Texts are cut in a process of its own, within limits; one on which that fails is not compared, and that is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from autograder.course.source import without_marks
from autograder.exercise import Exercise, Unit
from autograder.jail.readers import Readers, ReadingFailedError, ReadingLimits

MIN_PIECES = 40
CODE_THRESHOLD, PROSE_THRESHOLD = 0.45, 0.3
COMMON_SHARE, MIN_COMMON = 0.25, 5
MAX_CHARACTERS = 40_000  # of one answer; what comes behind is not compared
MAX_ANSWERS = 4000  # in one class; with more, every pair is too many, and so are their texts in memory

Answers = Mapping[str, Mapping[str, str]]  # exercise id → student → text
Pieces = Mapping[str, set[int]]  # text → numbers of its pieces
# Cut in one go; where that fails, each text by itself.
_BATCH_TEXTS, _BATCH_CHARACTERS = 50, 200_000
_LIMITS = ReadingLimits(cpu_s=5, wall_s=60.0)


def similar_answers(unit: Unit, answers: Answers) -> list[dict[str, Any]]:
    """For each exercise of `unit`, in its order: the groups of students whose answers resemble each other.

    Returns: dicts with `id`; `n_answers`; `n_compared`, how many of them have enough of their own to be compared; `unread`,
        the students whose answer could not be cut; and `groups`, the closest first: dicts of `students` and, over the alike
        pairs, the `least` and the `most` similarity in (0, 1]. The same answers give the same result.
    """
    found = []
    with Readers(_LIMITS) as readers:
        for exercise in unit.exercises:
            texts = {student: text[:MAX_CHARACTERS] for student, text in sorted(answers.get(exercise.id, {}).items())}
            found.append({"id": exercise.id, "n_answers": len(texts), **_groups(exercise, texts, readers)})
    return found


def _groups(exercise: Exercise, texts: Mapping[str, str], readers: Readers) -> dict[str, Any]:
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
        return {"n_compared": 0, "unread": [], "groups": []}
    pieces = pieces_of([*known, *writers], readers, is_prose=exercise.is_prose)
    unread = sorted(student for text, who in writers.items() if text not in pieces for student in who)
    n_writers = {text: len(who) for text, who in writers.items() if text in pieces}
    own = own_pieces(n_writers, [text for text in known if text in pieces], pieces, most=most)
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
    return {"n_compared": sum(len(writers[text]) for text in own), "unread": unread, "groups": groups}


def _known_texts(exercise: Exercise) -> list[str]:
    """What students were given, and the typical answers, right and wrong."""
    if exercise.rubric is not None:
        return [exercise.stub, exercise.solution, exercise.statement.ja, exercise.statement.en]
    mistakes = [text for mistake in exercise.mistakes for text in (mistake.prelude, mistake.source)]
    return list(dict.fromkeys([exercise.stub, without_marks(exercise.solution), *mistakes]))


def pieces_of(texts: Iterable[str], readers: Readers, *, is_prose: bool) -> dict[str, set[int]]:
    """The pieces of each text, but for those on which cutting fails."""
    found: dict[str, set[int]] = {}
    for batch in _batches(list(dict.fromkeys(texts))):
        cut = _cut(batch, readers, is_prose=is_prose)
        if not cut and len(batch) > 1:
            for text in batch:
                found.update(zip([text], _cut([text], readers, is_prose=is_prose), strict=False))
        found.update(zip(batch, cut, strict=False))
    return found


def _cut(texts: Sequence[str], readers: Readers, *, is_prose: bool) -> list[set[int]]:
    """The pieces of `texts`; nothing if that fails."""
    import numpy as np

    order = {"texts": [text.encode("utf-8", "replace").decode() for text in texts], "is_prose": is_prose}
    try:
        answer = readers.ask("autograder.reports.pieces:cut_here", order)
    except ReadingFailedError:
        return []
    return [set(np.frombuffer(data, dtype=np.int64).tolist()) for data in answer]


def _batches(texts: list[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for text in texts:
        if batch and (len(batch) >= _BATCH_TEXTS or sum(map(len, batch)) + len(text) > _BATCH_CHARACTERS):
            yield batch
            batch = []
        batch.append(text)
    if batch:
        yield batch


def own_pieces(
    n_writers: Mapping[str, int], known: Iterable[str], pieces: Pieces, *, most: float
) -> dict[str, set[int]]:
    """The pieces that are each text's own, for the texts that have at least MIN_PIECES of them.

    Args:
        n_writers: how many students wrote each text.
        pieces: of all these texts.
        most: of what more students wrote, nothing is anybody's own.
    """
    usual = set().union(*(pieces[text] for text in known))
    unusual = {text: pieces[text] - usual for text in n_writers}
    counts: Counter[int] = Counter()
    for text, found in unusual.items():
        counts.update(dict.fromkeys(found, n_writers[text]))
    common = {piece for piece, count in counts.items() if count > most}
    own = {text: found - common for text, found in unusual.items()}
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
