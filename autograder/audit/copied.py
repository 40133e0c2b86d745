"""Code of a solution in what ships: pieces of every hole of the course, looked for in every text that students get.

Compared are tokens, wherever they stand: in code, comments, docstrings, prose, cells, strings of JSON, words of a picture.
Whitespace, line breaks, comments, the order of statements and the names of variables make no difference: a name counts as
itself only if it is a keyword or built in, follows a dot, leads to a library (`torch.`), or names an argument (`dim=`).
Of strings only that there is one counts. Refused is

    a piece     `PIECE` tokens in a row of one statement of a hole
    a body      `SHARE` of the tokens of a hole of at least `BODY` tokens, in runs of `RUN` tokens, standing close together
    a short one a hole of `SHORT` to `BODY` tokens, with its own names and whole

Of prose that a person marks, sentences of its rubric and its example answer are looked for, letters alone.

Where a text shows on purpose what a hole asks for, one of them is written differently.

Not seen: what is encoded (base64), a translation into other operations, single statements that are shorter than a piece
(hints, which speak of one hole, are held to three tokens: `audit/hints.py`), and holes of fewer than `SHORT` tokens.
"""

from __future__ import annotations

import builtins
import html
import io
import json
import keyword
import re
import textwrap
import tokenize
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.course.source import BEGIN, END
from autograder.exercise import Course, Exercise
from autograder.messages import Message

PIECE, RUN, BODY, SHORT, SHARE = 16, 6, 30, 10, 0.75
_ROOM = 60  # tokens between the parts of a body, besides twice its own length
_MIN_SENTENCE = 20  # letters; shorter sentences of a rubric stand everywhere
_SENTENCE_END = re.compile(r"[。．.!?！？\n]")
_MIN_STRING = 20  # shorter strings hold no code worth looking at
_KEPT = frozenset(keyword.kwlist) | frozenset(dir(builtins))
_LIBRARIES = frozenset(
    [
        "json",
        "math",
        "matplotlib",
        "np",
        "numpy",
        "operator",
        "os",
        "plt",
        "random",
        "re",
        "sacrebleu",
        "scipy",
        "sys",
        "torch",
        "transformers",
    ]
)
_TOKEN = re.compile(
    r"""(?P<string>[rbfu]{0,2}(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"))|(?P<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+)"""
    r"""|(?P<name>[^\W\d]\w*)|(?P<mark>\*\*=?|//=?|>>=?|<<=?|->|[-+*/%&|^@!=<>:]=|[-+*/%&|^~@=<>()\[\]{}.,:;])""",
    re.IGNORECASE,
)


_COMMENT = re.compile(r"#.*")
# What makes lines into comments, quotations, lists and rows of a table.
_MARKS = re.compile(r"^[ \t]*(?:#+|>|\||[-*] )|\|[ \t]*$|`", re.MULTILINE)


@dataclass(frozen=True)
class Token:
    """`same`: what two tokens are compared by."""

    same: str
    text: str
    line: int


@dataclass(frozen=True)
class Hole:
    """What a student has to write in one place: its statements, and where it begins."""

    where: str
    statements: tuple[tuple[Token, ...], ...]

    @property
    def size(self) -> int:
        return sum(map(len, self.statements))


@dataclass(frozen=True)
class _Hit:
    """`RUN` tokens that a text shares with a statement of a hole: where they begin in the text, in which statement, and where in it."""

    at: int
    statement: int
    start: int


def copied(course: Course, shipped: Mapping[str, str]) -> list[Message]:
    """One message for each text and each hole of which the text holds a piece, with the piece and where it stands."""
    holes = [hole for unit in course.units for one in unit.exercises if one.rubric is None for hole in holes_of(one)]
    index = _index(holes)
    problems = []
    for name, text in shipped.items():
        found: dict[str, tuple[int, str]] = {}
        for first_line, part in _parts(name, text):
            for where, line, piece in _found(list(_tokens(part)), holes, index):
                found.setdefault(where, (first_line + line - 1, piece))
        problems += [_problem(f"{name}:{line}", where, piece) for where, (line, piece) in found.items()]
    return problems


def copied_prose(course: Course, shipped: Mapping[str, str]) -> list[Message]:
    """One message for each text that holds a sentence of a rubric or an example answer, however its lines are broken."""
    secret = {
        sentence: str(path)
        for unit in course.units
        for exercise in unit.exercises
        if exercise.rubric is not None
        for path in (exercise.folder / name for name in ("solution.md", "rubric.ja.md", "rubric.en.md"))
        for sentence in _sentences_of(path.read_text(encoding="utf-8"))
        if sentence not in _squeezed(exercise.statement.ja + exercise.statement.en)
    }
    problems = []
    for name, text in shipped.items():
        squeezed = _squeezed(text)
        for sentence, where in secret.items():
            if sentence in squeezed:
                before = squeezed.index(sentence)
                line = next(n for n, upto in enumerate(_lengths(text), start=1) if upto > before)
                problems.append(_problem(f"{name}:{line}", where, sentence))
    return problems


def _sentences_of(text: str) -> Iterator[str]:
    return (one for part in _SENTENCE_END.split(text) if len(one := _squeezed(part)) >= _MIN_SENTENCE)


def _lengths(text: str) -> Iterator[int]:
    """How many characters that count stand in the first lines, for one line, two lines and so on."""
    total = 0
    for line in text.split("\n"):
        total += len(_squeezed(line))
        yield total


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def holes_of(exercise: Exercise) -> Iterator[Hole]:
    """The holes of a solution, in order; comments are no part of them."""
    lines: list[str] = []
    begin = 0
    for number, line in enumerate(exercise.solution.splitlines(), start=1):
        if line.strip() == BEGIN:
            lines, begin = [], number
        elif line.strip() == END:
            yield Hole(f"{exercise.folder / 'solution.py'}:{begin}", tuple(_statements("\n".join(lines))))
        else:
            lines.append(line)


def _statements(code: str) -> list[tuple[Token, ...]]:
    """Its statements; its lines, where it is no code by itself."""
    try:
        return list(_logical_lines(code))
    except (tokenize.TokenError, SyntaxError):
        return [tuple(_tokens(line)) for line in code.splitlines()]


def _logical_lines(code: str) -> Iterator[tuple[Token, ...]]:
    statement: list[str] = []
    for token in tokenize.generate_tokens(io.StringIO(textwrap.dedent(code) + "\n").readline):
        if token.type == tokenize.NEWLINE:
            yield tuple(_tokens(" ".join(statement).replace(" . ", ".")))
            statement = []
        elif token.type != tokenize.COMMENT:
            statement.append(token.string.strip())


def _tokens(text: str) -> Iterator[Token]:
    found = []
    line, seen = 1, 0
    for one in _TOKEN.finditer(text):
        line, seen = line + text.count("\n", seen, one.start()), one.start()
        found.append((one.lastgroup, one.group(), line, one.start()))
    for index, (kind, token, line, start) in enumerate(found):
        before = found[index - 1][1] if index else ""
        if before == "." and found[index - 1][3] + 1 < start:
            before = ""  # the end of a sentence
        after = found[index + 1][1] if index + 1 < len(found) else ""
        if token == "," and after in {")", "]", "}"}:
            continue
        if kind == "name" and not _counts(token, before, after):
            yield Token("a name", token, line)
        else:
            yield Token("a string" if kind == "string" else token, token, line)


def _counts(name: str, before: str, after: str) -> bool:
    is_argument = after == "=" and before in {"(", ","}
    return name in _KEPT or before == "." or is_argument or (after == "." and name in _LIBRARIES)


def _index(holes: Sequence[Hole]) -> dict[tuple[str, ...], list[tuple[int, int, int]]]:
    """Every run of the holes → (hole, statement, place in the statement)."""
    index = defaultdict(list)
    for number, hole in enumerate(holes):
        for statement, tokens in enumerate(hole.statements):
            for start in range(len(tokens) - RUN + 1):
                index[_same(tokens[start : start + RUN])].append((number, statement, start))
    return dict(index)


def _found(
    tokens: Sequence[Token], holes: Sequence[Hole], index: Mapping[tuple[str, ...], list[tuple[int, int, int]]]
) -> Iterator[tuple[str, int, str]]:
    """(hole, line, piece) for each hole of which a piece or the body stands among `tokens`."""
    hits: dict[int, list[_Hit]] = defaultdict(list)
    same = _same(tokens)
    for at in range(len(tokens) - RUN + 1):
        for number, statement, start in index.get(same[at : at + RUN], ()):
            hits[number].append(_Hit(at, statement, start))
    for number, of_hole in hits.items():
        hole = holes[number]
        place = _piece(of_hole) or _body(of_hole, hole, tokens)
        if place:
            first, last = place
            yield hole.where, tokens[first].line, " ".join(token.text for token in tokens[first:last])


def _piece(hits: Iterable[_Hit]) -> tuple[int, int] | None:
    """Where a piece of one statement stands, as (first, behind the last) token: runs that overlap by all but one token."""
    lengths: dict[tuple[int, int, int], int] = {}
    for hit in hits:
        length = lengths.get((hit.at - 1, hit.statement, hit.start - 1), RUN - 1) + 1
        lengths[hit.at, hit.statement, hit.start] = length
        if length >= PIECE:
            return hit.at + RUN - length, hit.at + RUN
    return None


def _body(hits: Sequence[_Hit], hole: Hole, tokens: Sequence[Token]) -> tuple[int, int] | None:
    """Where the body of a hole stands, its statements in any order."""
    if hole.size < SHORT:
        return None
    able = sum(len(one) for one in hole.statements if len(one) >= RUN)
    is_short = hole.size < BODY
    first = 0
    covered: dict[tuple[int, int], int] = defaultdict(int)
    for hit in hits:
        if is_short and not _has_own_names(hit, hole, tokens):
            continue
        while hits[first].at < hit.at - 2 * hole.size - _ROOM:
            first += 1
        for step in range(RUN):
            covered[hit.statement, hit.start + step] = hit.at
        near = sum(1 for at in covered.values() if at >= hits[first].at)
        if near >= (able if is_short else SHARE * able) and able >= SHORT:
            return min(at for at in covered.values() if at >= hits[first].at), hit.at + RUN
    return None


def _has_own_names(hit: _Hit, hole: Hole, tokens: Sequence[Token]) -> bool:
    own = hole.statements[hit.statement][hit.start : hit.start + RUN]
    there = tokens[hit.at : hit.at + RUN]
    return all(one.text == other.text for one, other in zip(own, there, strict=True) if one.same == "a name")


def _same(tokens: Sequence[Token]) -> tuple[str, ...]:
    return tuple(token.same for token in tokens)


def _parts(name: str, text: str) -> Iterator[tuple[int, str]]:
    """(first line, text) of all that may be code in a file: itself, without its comments, its comments, longer strings, a picture's words."""
    if name.endswith(".json"):
        yield from _strings_of_json(text)
        return
    if name.endswith((".svg", ".html", ".j2")):
        yield 1, html.unescape(re.sub(r"<[^>]*>", " ", text))
    yield 1, text
    yield 1, _MARKS.sub("", _COMMENT.sub("", text))
    yield 1, _MARKS.sub("", text)
    seen, line = 0, 1
    for one in _TOKEN.finditer(text):
        if one.lastgroup == "string" and len(one.group()) >= _MIN_STRING:
            line, seen = line + text.count("\n", seen, one.start()), one.start()
            yield line, one.group().strip("rbfuRBFU").strip("\"'").replace("\\n", "\n").replace("\\", "")


def _strings_of_json(text: str) -> Iterator[tuple[int, str]]:
    waiting: list[Any] = [json.loads(text)]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str) and len(one) >= _MIN_STRING:
            at = text.find(json.dumps(one, ensure_ascii=False)[:_MIN_STRING])
            yield 1 + text.count("\n", 0, max(at, 0)), one.replace("\n", " ")


def _problem(where: str, hole: str, piece: str) -> Message:
    shown = piece if len(piece) <= 200 else f"{piece[:200]} …"
    return Message(
        f"{where}: `{shown}` は {hole} の解答の一部です（変数名、空白、順序の違いは数えません）。どちらかを書き換えてください。",
        f"{where}: `{shown}` is a part of the solution at {hole} (names of variables, spaces and order aside). Change one of them.",
    )
