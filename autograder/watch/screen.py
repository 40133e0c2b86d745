"""What watch mode shows: the whole screen of a terminal, or a few plain lines after each run of a pipe."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Group as Lines
from rich.rule import Rule
from rich.text import Text

from autograder.messages import Message, visible
from autograder.watch.assignment import Assignment, shown_hint
from autograder.watch.state import SETTLED, Progress, State, Status
from autograder.wrapping import wrapped

BAR_CELLS = 20
MAX_MESSAGE_LINES, MAX_PRINTED_LINES = 24, 10
MAX_WIDTH = 100  # longer lines are hard to read
SLOW_S = 5

SIGNS = {
    Status.UNKNOWN: "…",
    Status.UNWRITTEN: "–",
    Status.TO_FIX: "✗",
    Status.PASSED: "✓",
    Status.WRITTEN: "✎",
}
_STYLES = {Status.PASSED: "green", Status.WRITTEN: "green", Status.TO_FIX: "red"}
_CHECK_SIGNS = {"waiting": "·", "pass": "✓", "fail": "✗", "unwritten": "–"}
_CHECK_STYLES = {"pass": "green", "fail": "red"}

_WORDS = {
    Status.UNKNOWN: Message("まだ調べていません", "not checked yet"),
    Status.UNWRITTEN: Message("まだ書かれていません", "not written yet"),
    Status.TO_FIX: Message("もう少しです", "not yet"),
    Status.PASSED: Message("公開チェックに合格", "public checks passed"),
    Status.WRITTEN: Message("書かれています（担当者が読みます）", "written (a person will read it)"),
}
_KEYS = (
    ("h", Message("ヒント（3 回まで詳しくなります）", "a hint; up to three, each says more")),
    ("r", Message("もう一度調べる（実行中なら止めて、はじめから）", "check again; stops a run and starts anew")),
    ("s", Message("実行を止める", "stop the run")),
    ("n", Message("次の課題", "next exercise")),
    ("p", Message("前の課題", "previous exercise")),
    ("a", Message("書いた課題をすべて調べる", "check everything that is written")),
    ("l", Message("言語を切り替える", "change the language")),
    ("?", Message("この一覧を開く・閉じる", "open or close this list")),
    ("q", Message("終わる", "quit")),
)
_FOOT = Message(
    "[h] ヒント  [r] もう一度  [n/p] 次・前の課題  [a] すべて  [l] 言語  [?] キー  [q] 終了",
    "[h] hint  [r] again  [n/p] next/previous  [a] all  [l] language  [?] keys  [q] quit",
)


def terminal_screen(state: State, assignment: Assignment, *, ready: bool, running_s: float, width: int = 80) -> Lines:
    """Everything there is to see now, from the top of the screen.

    Args:
        ready: whether the models are loaded.
        running_s: for how long the present run has been going on.
        width: of the terminal, in cells.
    """
    language = state.language
    parts: list[object] = [Text(assignment.unit, style="bold"), _bar(state), _overview(state, width), Text()]
    if state.shows_keys:
        parts += [Text(f"  {name}  {word.line(language)}") for name, word in _KEYS]
    else:
        parts += _exercise(state, assignment, width)
    parts += [Text(), *_doing(state, ready=ready, running_s=running_s), Text(_FOOT.text(language), style="dim")]
    return Lines(*parts)  # type: ignore[arg-type]


def plain_start(state: State, assignment: Assignment) -> str:
    """One line that says what is watched."""
    return Message(
        f"{assignment.folder}: 保存されるたびに調べます。終わるには Ctrl-C。",
        f"{assignment.folder}: checked at every save. Ctrl-C ends this.",
    ).text(state.language)


def plain_result(state: State, name: str) -> str:
    """The lines for one finished run."""
    one = next(one for one in state.exercises if one.name == name)
    lines = [f"{one.name}: {_count(one)} {_WORDS[one.status].line(state.language)}"]
    lines += [f"  {line}" for line in _message_lines(one)] if one.status is Status.TO_FIX else []
    if state.run is None and state.all_settled:
        lines += _after_everything(state).text(state.language).splitlines()
    return "\n".join(line.rstrip() for line in lines)


def _bar(state: State) -> Text:
    n_done, n_all = sum(one.status in SETTLED for one in state.exercises), len(state.exercises)
    n_full = BAR_CELLS * n_done // n_all
    words = Message(f"{n_done}/{n_all} 課題", f"{n_done}/{n_all} exercises").line(state.language)
    return Text.assemble(("█" * n_full, "green"), ("░" * (BAR_CELLS - n_full), "dim"), f"  {words}")


def _overview(state: State, width: int) -> Text:
    """Every exercise with its sign; the one at hand in brackets."""
    text, used = Text(), 0
    for number, one in enumerate(state.exercises):
        sign = "◔" if state.run and state.run.name == one.name else SIGNS[one.status]
        here = number == state.at
        word = f"[{sign} {one.name}]" if here else f"{sign} {one.name}"
        if used and used + cell_len(word) > width:
            text.append("\n")
            used = 0
        text.append(word, style="bold" if here else _STYLES.get(one.status, "dim"))
        text.append("  ")
        used += cell_len(word) + 2
    return text


def _exercise(state: State, assignment: Assignment, width: int) -> Iterator[object]:
    one, language = state.current, state.language
    if one is None:
        yield Text(
            Message(
                "まだ合格していない最初の課題を探しています。", "Looking for the first exercise that does not pass yet."
            ).text(language)
        )
        return
    yield Rule(Text(f"{one.title.line(language)}  {one.file}", style="bold"), align="left", style="dim")
    if one.is_prose:
        yield Text(_prose_advice(one).text(language))
    for check in one.checks:
        sign, style = _CHECK_SIGNS[check.state], _CHECK_STYLES.get(check.state, "dim")
        yield Text(f"{sign} {check.title.replace(chr(10), ' / ')}", style=style)
    yield Text()
    if one.status is Status.TO_FIX:
        yield Text("\n".join(_wrapped(_message_lines(one), width, "  ")))
    yield from (Text(line) for line in _next_thing(state, one))
    if state.hint_level:
        yield Text()
        yield from (Text(line, style="cyan") for line in _wrapped(_hint(state, one, assignment), width))


def _message_lines(one: Progress) -> list[str]:
    """The message of the first check that did not pass, and what the code printed there."""
    check = one.first_open
    if one.trouble or check is None:
        return _cut(visible(one.trouble).splitlines(), MAX_MESSAGE_LINES)
    message = check.message.removeprefix(check.title).strip()  # the title stands above
    lines = _cut(visible(message, limit=6000).splitlines(), MAX_MESSAGE_LINES)
    if check.printed:
        printed = visible(check.printed, limit=6000).splitlines()
        lines += ["", "print:", *(f"  {line}" for line in _cut(printed, MAX_PRINTED_LINES))]
    return lines


def _wrapped(lines: list[str], width: int, indent: str = "") -> list[str]:
    return [line for one in lines for line in wrapped(indent + one, min(width, MAX_WIDTH))]


def _cut(lines: list[str], n_most: int) -> list[str]:
    return lines if len(lines) <= n_most else [*lines[:n_most], f"… (+{len(lines) - n_most})"]


def _hint(state: State, one: Progress, assignment: Assignment) -> list[str]:
    if one.first_open is not None and one.first_open.cause:  # nothing about a check helps before that
        return one.first_open.cause.splitlines()
    hints = assignment.hints.get(one.name, {})
    levels = hints.get(state.hint_of or next(iter(hints), ""), ())
    if not levels:
        return [
            Message("この課題のヒントは、この配布物にはありません。", "This release has no hint for this.").text(
                state.language
            )
        ]
    return shown_hint(levels, state.hint_level, state.language)


def _next_thing(state: State, one: Progress) -> list[str]:
    """What to do now, in a sentence."""
    language = state.language
    if state.all_settled:
        return _after_everything(state).text(language).splitlines()
    if state.run and state.run.name == one.name:
        return []
    if one.status is Status.UNWRITTEN:
        return [
            Message(
                f"次に: {one.name}.ja.md を読み、{one.file} に書いて保存してください。",
                f"Next: read {one.name}.en.md, write {one.file}, and save it.",
            ).text(language)
        ]
    if one.status is Status.TO_FIX:
        return [
            "",
            Message(
                f"次に: {one.file} を直して保存してください。考え方がわからないときは h。",
                f"Next: mend {one.file} and save it. Press h if you are stuck.",
            ).text(language),
        ]
    if one.status in SETTLED:
        return [
            Message(
                "次に: n を押すと、まだ合格していない課題に進みます。",
                "Next: press n for the next exercise that does not pass yet.",
            ).text(language)
        ]
    return []


def _prose_advice(one: Progress) -> Message:
    if one.status is Status.WRITTEN:
        return _WORDS[Status.WRITTEN]
    return Message(
        f"文章で答える課題です。{one.name}.ja.md を読み、{one.file} に書いて保存してください。",
        f"Answered in prose: read {one.name}.en.md, write into {one.file}, and save it.",
    )


def _after_everything(state: State) -> Message:
    return Message(
        "すべての公開チェックに合格しました。採点では非公開のチェックも走ります。\n次に: `autograder submit` で提出するファイルを作ってください。",
        "Every public check is passed. Grading also runs hidden checks.\nNext: `autograder submit` makes the file to hand in.",
    )


def _doing(state: State, *, ready: bool, running_s: float) -> list[Text]:
    """What the computer is doing, if it is anything."""
    language = state.language
    if not ready:
        return [Text(Message("モデルを読み込んでいます…", "Loading the models …").line(language), style="dim")]
    if state.stopped:
        return [Text(Message("止めました。r でもう一度。", "Stopped. Press r to check again.").line(language))]
    if state.run is None:
        return []
    if running_s < SLOW_S:
        return [
            Text(
                Message(f"{state.run.name} を調べています…", f"checking {state.run.name} …").line(language), style="dim"
            )
        ]
    return [
        Text(
            Message(
                f"{state.run.name}: {running_s:.0f} 秒たちました。終わらない繰り返しかもしれません。s で止めるか、直して保存してください。",
                f"{state.run.name}: {running_s:.0f} s so far. If a loop does not end, press s, or mend it and save.",
            ).line(language)
        )
    ]


def _count(one: Progress) -> str:
    return f"{sum(check.state == 'pass' for check in one.checks)}/{len(one.checks)}" if one.checks else "–"
