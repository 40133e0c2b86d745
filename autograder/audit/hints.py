"""Hints: three levels in both languages for every public check, and nothing of what stays secret in them."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator

from autograder.audit.shipping import inside_marks
from autograder.course.hints import FILE
from autograder.exercise import Exercise, Unit
from autograder.messages import Message

# A piece of code that says what to write: this many tokens, an operator among them, and this many characters.
_TOKENS, _CHARACTERS = 3, 8
_CODE = {tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING}
_JAPANESE = re.compile("[ぁ-んァ-ヶ一-龯]")


def audit_hints(unit: Unit) -> list[Message]:
    """What is missing from the hints of a unit, and what they give away."""
    return [
        Message(f"{exercise.folder / FILE}: {problem.ja}", f"{exercise.folder / FILE}: {problem.en}")
        for exercise in unit.exercises
        if exercise.rubric is None
        for problem in [*_missing(exercise), *_given_away(exercise)]
    ]


def _missing(exercise: Exercise) -> Iterator[Message]:
    hinted = {hint.check for hint in exercise.hints}
    for check in exercise.checks:
        if check.public and check.id not in hinted:
            yield Message(f"{check.id} のヒントがありません。書いてください。", f"no hint for {check.id}. Write one.")
    for hint in exercise.hints:
        for level, text in enumerate(hint.levels, start=1):
            if not _JAPANESE.search(text.ja):
                yield Message(
                    f"{hint.check} の段階 {level}: ja が日本語ではありません。",
                    f"level {level} of {hint.check}: ja is not Japanese.",
                )


def _given_away(exercise: Exercise) -> Iterator[Message]:
    secret = set(_pieces(exercise))
    hidden = [check.id for check in exercise.checks if not check.public]
    for hint in exercise.hints:
        for level, text in enumerate(hint.levels, start=1):
            for language in (text.ja, text.en):
                squeezed = _squeezed(language)
                found = next((piece for piece in sorted(secret) if piece in squeezed), None)
                found = found or next((name for name in hidden if name in squeezed), None)
                if found:
                    yield Message(
                        f"{hint.check} の段階 {level}: 秘密の {found} が入っています。言葉で言い換えてください。",
                        f"level {level} of {hint.check}: holds {found}, which is secret. Say it in words.",
                    )


def _pieces(exercise: Exercise) -> Iterator[str]:
    """The shortest telling pieces of code of the solution's holes, without spaces, that students are not shown anyway."""
    checks = (exercise.folder / "checks_public.py").read_text(encoding="utf-8")
    shown = _squeezed(exercise.statement.ja + exercise.statement.en + exercise.stub + checks)
    for line in inside_marks(exercise.solution):
        tokens = _tokens(line)
        for start in range(len(tokens)):
            for end in range(start + _TOKENS, len(tokens) + 1):
                piece = "".join(token.string for token in tokens[start:end])
                if len(piece) >= _CHARACTERS and any(token.type == tokenize.OP for token in tokens[start:end]):
                    if piece not in shown:
                        yield piece
                    break


def _tokens(line: str) -> list[tokenize.TokenInfo]:
    """The tokens of one line of code, as far as it can be read alone."""
    found: list[tokenize.TokenInfo] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(line.strip()).readline):
            if token.type in _CODE:
                found.append(token)
    except (tokenize.TokenError, SyntaxError):  # a bracket that closes on another line
        pass
    return found


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
