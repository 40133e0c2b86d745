"""The one root cause that other failures follow from: what a student reads first, with its line.

A file that cannot be imported, a function that is missing, returns nothing, hands errors over instead of raising them, remembers
earlier calls, or ends in the same line again and again: each makes many checks fail, every one in words of its own. Here
it is found once, from the calls that the checks made and the text of the answer, for everybody who shows results: the report,
pytest, watch, `hint`, the check cell, nbgrader's feedback.

What an exception said is shown only where a public check met it; of hidden checks only lines of the answer itself are.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from autograder.grading.anatomy import Anatomy, Kept, anatomy_of, reached
from autograder.grading.families.errors import NO_ROOM, meaning
from autograder.grading.student import Call
from autograder.jail.wire import Opaque
from autograder.messages import Message, visible

FOLLOWS = Message(
    "この課題のはじめに書いた原因から起きています。まずそこを直してください。",
    "This follows from the cause named at the top of this exercise. Mend that first.",
)
FOLLOWS_HERE = Message(
    "上で述べた原因から、このチェックも合格していません。まずそこを直してください。",
    "This check fails for the cause that is named above. Mend that first.",
)
MAX_STEADY = 3  # calls that are tried again and end as before, until no more are tried
_BUILTIN_ERRORS = frozenset(
    name for name, one in vars(builtins).items() if isinstance(one, type) and issubclass(one, BaseException)
)


# The class page has words for each (`reports.words.CAUSES`).
Kind = Literal[
    "import", "missing", "state", "length", "nothing", "returned_error", "assert", "exit", "loop", "raises"
]  # fmt: skip


@dataclass(frozen=True)
class Ended:
    """One check that ran: whether it failed, what it called, and whether students have it.

    `last`: the call that it failed at; `is_first`: that call was the first of its process.
    """

    failed: bool
    calls: tuple[Call, ...]
    last: Call | None = None
    is_first: bool = False
    public: bool = True


@dataclass(frozen=True)
class Cause:
    """What is wrong before anything else. `line`: of the answer, 0 if none; `checks`: those that failed because of it, in order."""

    kind: Kind
    message: Message
    line: int
    checks: tuple[str, ...]

    @property
    def is_vague(self) -> bool:
        """Whether a mistake of the bank that is recognised says more."""
        return self.kind in {"loop", "raises"}

    @property
    def rest(self) -> Message | None:
        """How many more checks follow; None if it explains only one."""
        n = len(self.checks) - 1
        if n < 1:
            return None
        more = "check follows" if n == 1 else "checks follow"
        return Message(f"ほかに {n} 個のチェックも、この原因で合格していません。", f"{n} more {more} from this.")


@dataclass(frozen=True)
class Trials:
    """How a call may be tried again, apart from all others.

    Args:
        alone: the call as it ends in a fresh process (or module); called twice, the second time with other random numbers.
        is_right: whether a call ended as the reference's does; None where there is no reference.
    """

    alone: Callable[[Call, int], Call]
    same: Callable[[Call, Call], bool]
    is_right: Callable[[Call], bool] | None = None


def root_cause(name: str, text: str, checks: Mapping[str, Ended], trials: Trials | None = None) -> Cause | None:
    """The first that holds of: not imported, missing, forgetful, returns nothing, wrong way of refusing, a length that counts the prompt, one line that raises.

    Args:
        name: of the answer's file, without suffix.
        text: of that file.
        checks: by id, in the order of the exercise.
    """
    answer = _Answer(name, text, anatomy_of(text), checks, trials)
    finders = (_import, _missing, _state, _nothing, _handed_over, _asserted, _exits, _length, _loop, _same_line)
    return next((cause for find in finders if (cause := find(answer)) is not None), None)


@dataclass(frozen=True)
class _Answer:
    name: str
    text: str
    anatomy: Mapping[str, Anatomy]
    checks: Mapping[str, Ended]
    trials: Trials | None

    def failed_by(self, holds: Callable[[Call], bool], *, anywhere: bool = False) -> tuple[str, ...]:
        """The failed checks whose last call is such, or with `anywhere` any call."""
        return tuple(
            check
            for check, one in self.checks.items()
            if one.failed and one.last is not None and any(map(holds, one.calls if anywhere else [one.last]))
        )

    def failing_calls(self) -> Iterator[Call]:
        """The calls that checks failed at, those of public checks first."""
        for public in (True, False):
            yield from (one.last for one in self.checks.values() if one.failed and one.last and one.public is public)

    def said(self, holds: Callable[[Call], bool]) -> str:
        """What an exception said, if a public check met it."""
        public = [call for one in self.checks.values() if one.public for call in one.calls]
        return visible(next((call.text for call in public if call.text and holds(call)), ""), limit=300)

    def line_text(self, line: int) -> str:
        lines = self.text.splitlines()
        return visible(lines[line - 1].strip(), limit=200) if 0 < line <= len(lines) else ""

    def at(self, line: int) -> Message:
        """`line 3: the text of it`, empty without a line."""
        if not line:
            return Message("", "")
        shown = f": {text}" if (text := self.line_text(line)) else ""
        return Message(f"{line} 行目{shown}", f"line {line}{shown}")


def _import(answer: _Answer) -> Cause | None:
    checks = answer.failed_by(lambda call: call.importing, anywhere=True)
    call = next((call for call in answer.failing_calls() if call.importing), None)
    if call is None:
        return None
    said, line = answer.said(lambda one: one.importing), call.line
    if "SyntaxError" in call.raised:
        message = _unreadable(answer, line, re.sub(r" \([^()]*line \d+\)$", "", said))
    elif "ModuleNotFoundError" in call.raised:
        message = _no_module(answer, line, said)
    else:
        message = _breaks_at_import(answer, call, said)
    return Cause("import", _with_line(message, answer.at(line)), line, checks)


def _unreadable(answer: _Answer, line: int, said: str) -> Message:
    if "codec can't decode" in said or "null bytes" in said:
        return Message(
            f"{answer.name}.py は UTF-8 で保存されていないので、Python として読めません。エディタで文字コードを UTF-8 にして保存し直してください。",
            f"{answer.name}.py is not saved as UTF-8, so it cannot be read as Python. Save it as UTF-8 in your editor.",
        )
    reason = Message(f"（SyntaxError: {said}）", f" (SyntaxError: {said})") if said else Message("", "")
    where = Message(f"{line} 行目で" if line else "", f" at line {line}" if line else "")
    message = Message(
        f"{answer.name}.py を Python として読めません。{where.ja}文法が合っていません{reason.ja}。何も実行できていないので、まずここを直してください。",
        f"{answer.name}.py cannot be read as Python: the syntax breaks{where.en}{reason.en}. Nothing in it could run, so mend this first.",
    )
    if re.search(r"\bawait\b", answer.line_text(line)):
        return message + Message(
            "関数の外の await は、ノートブックの中でしか使えません。消してください。",
            "An await outside a function works in a notebook only. Remove it.",
        )
    return message


def _no_module(answer: _Answer, line: int, said: str) -> Message:
    found = re.search(r"No module named '([\w.]+)'", said)
    module = f" {found[1]}" if found else ""
    return Message(
        f"{answer.name}.py が import しているモジュール{module} がここにはないので、ファイル全体が動きません。課題の説明にあるライブラリだけを使い、自分で書いたファイルなら一緒に置いてください。",
        f"{answer.name}.py imports a module{module} that is not here, so nothing in the file could run. Use the libraries that the text names, and put a file of your own beside it.",
    )


def _breaks_at_import(answer: _Answer, call: Call, said: str) -> Message:
    if "input(" in answer.line_text(call.line):
        return Message(
            f"{answer.name}.py の input() に、採点中に答える人はいません。そこで止まり、何も実行できませんでした。値は関数の引数で受け取ってください。",
            f"Nobody answers the input() in {answer.name}.py while it is checked: it stops there, and nothing else could run. Take values from the arguments of the function.",
        )
    if error_name(call) == "RecursionError" and "compil" in said:
        return Message(
            f"{answer.name}.py には、Python が読めないほど長い 1 つの式か、続きすぎた elif があります。リストや辞書、ループを使って短くしてください。",
            f"{answer.name}.py holds one expression, or one chain of elif, that is too long for Python to read. Use a list, a dict or a loop instead.",
        )
    error, reason = error_name(call), f"（{said}）" if said else ""
    return Message(
        f"{answer.name}.py は、読み込んでいる途中で {error} が起きて止まりました{reason}。関数の外に書いた文を消すか、直してください。",
        f"{answer.name}.py stops with {error} while it is imported{f' ({said})' if said else ''}. Remove or mend what stands outside the functions.",
    )


def _missing(answer: _Answer) -> Cause | None:
    call = next((call for call in answer.failing_calls() if call.raised[:1] == ("MissingFunction",)), None)
    if call is None:
        return None
    name = call.function
    checks = answer.failed_by(lambda one: one.raised[:1] == ("MissingFunction",) and one.function == name)
    inner = answer.anatomy.get(name)
    if inner is not None and inner.within:
        message = Message(
            f"関数 {name} が {inner.within} の中に字下げされています。外から呼べるように、字下げを取ってください。",
            f"The function {name} is indented into {inner.within}, where nobody can call it. Take the indentation away.",
        )
        return Cause("missing", _with_line(message, answer.at(inner.line)), inner.line, checks)
    outer = [one.name for one in answer.anatomy.values() if not one.within]
    has = f"（あるのは {', '.join(outer[:6])}）" if outer else ""
    message = Message(
        f"{answer.name}.py に関数 {name} がありません{has}。配られたファイルにある名前と引数を変えずに残してください。",
        f"{answer.name}.py has no function {name}{f' (it has {chr(44).join(outer[:6])})' if outer else ''}. Keep the name and the arguments of the file that you were given.",
    )
    return Cause("missing", message, 0, checks)


def _state(answer: _Answer) -> Cause | None:
    """A call that ends otherwise when it is made alone, and then always the same (rightly, where that is known)."""
    trials = answer.trials
    if trials is None:
        return None
    checks: tuple[str, ...] = ()
    n_steady = 0
    for check, one in answer.checks.items():
        if one.failed and one.last is not None and n_steady < MAX_STEADY:
            if _is_swayed(answer, one.last, trials, is_first=one.is_first):
                checks = (*checks, check)
            else:
                n_steady += not one.is_first
    if not checks:
        return None
    function = next(one.last.function for check, one in answer.checks.items() if check in checks and one.last)
    kept = next((kept for one in reached(answer.anatomy, function) for kept in one.kept), None)
    message = Message(
        f"{function} は、前に呼ばれたときのことを覚えていて、呼ぶたびに結果が変わります。1 回だけ呼べば、違う値になります。{_remembers(kept).ja}",
        f"{function} remembers earlier calls, and its results depend on them: called alone, the same call gives another value. {_remembers(kept).en}",
    )
    line = kept.line if kept else 0
    return Cause("state", _with_line(message, answer.at(line)), line, checks)


def _is_swayed(answer: _Answer, call: Call, trials: Trials, *, is_first: bool) -> bool:
    # An argument that a call changed (CheckFailed) is seen where that is looked for; alone, nobody looks.
    if call.importing or call.function == "take_file" or {"MissingFunction", "CheckFailed"} & {*call.raised}:
        return False
    if trials.is_right is None:
        if not any(one.kept for one in reached(answer.anatomy, call.function)):
            return False
    elif is_first or trials.is_right(call):
        return False
    first = trials.alone(call, 1)
    if trials.same(first, call) or first.raised:
        return False
    if trials.is_right is not None and not trials.is_right(first):
        return False
    return trials.same(trials.alone(call, 2), first)


def _remembers(kept: Kept | None) -> Message:
    match kept:
        case Kept(how="default"):
            return Message(
                f"引数 {kept.name} の既定値（{kept.line} 行目）は 1 度しか作られず、呼ぶたびに同じものが変えられます。関数の中で新しく作ってください。",
                f"The default value of {kept.name} (line {kept.line}) is made only once, and every call changes that same object. Make a new one inside the function.",
            )
        case Kept(how="global"):
            return Message(
                f"関数の外の {kept.name} を変えています（{kept.line} 行目）。関数の中で新しく作ってください。",
                f"It changes {kept.name}, which stands outside the function (line {kept.line}). Make a new one inside the function.",
            )
        case Kept(how="cache"):
            return Message(
                f"キャッシュ（{kept.line} 行目）が前の結果を返しています。外してください。",
                f"The cache (line {kept.line}) gives earlier results back. Remove it.",
            )
    return Message(
        "関数の外の変数や、引数の既定値を変えていないか確かめてください。",
        "Look for a variable outside the function, or a default value, that it changes.",
    )


def _nothing(answer: _Answer) -> Cause | None:
    for call in answer.failing_calls():
        if call.value is not None or call.raised or call.function == "take_file":
            continue
        one = answer.anatomy.get(call.function)
        ended = [each for check in answer.checks.values() for each in check.calls if each.function == call.function]
        if (one is not None and one.says_none) or any(each.value is not None for each in ended):
            continue
        if answer.trials is not None and answer.trials.is_right is not None and answer.trials.is_right(call):
            continue
        checks = answer.failed_by(_none_of(call.function))
        message, line = _returns_nothing(call.function, one)
        return Cause("nothing", _with_line(message, answer.at(line)), line, checks)
    return None


def _none_of(function: str) -> Callable[[Call], bool]:
    return lambda call: call.function == function and call.value is None and not call.raised


def _returns_nothing(function: str, one: Anatomy | None) -> tuple[Message, int]:
    if one is not None and not one.returns and one.prints:
        line = one.prints[-1]
        return Message(
            f"{function} は結果を print していますが（{line} 行目）、何も返していません（None）。print ではなく return で返してください。",
            f"{function} prints its result (line {line}) and returns nothing (None). Give it back by return instead of print.",
        ), line
    if one is not None and not one.returns:
        return Message(
            f"{function} に値を返す return がないので、いつも None が返ります。最後に return で結果を返してください。",
            f"{function} has no return with a value, so every call gives None. Return the result at its end.",
        ), one.line
    line = one.returns[-1] if one is not None else 0
    return Message(
        f"{function} は、どの呼び出しでも return に届かずに終わり、None を返しました。return の字下げと、まわりの if を確かめてください。",
        f"{function} came to its end without reaching a return in every call, so it gave None. Look at the indentation of return and at the if around it.",
    ), line


def _handed_over(answer: _Answer) -> Cause | None:
    def is_error(call: Call) -> bool:
        return isinstance(call.value, Opaque) and call.value.type_name in _BUILTIN_ERRORS

    call = next((call for call in answer.failing_calls() if is_error(call)), None)
    if call is None:
        return None
    error = call.value.type_name if isinstance(call.value, Opaque) else ""
    lines = [line for one in reached(answer.anatomy, call.function) for line in one.errors]
    line = lines[0] if lines else 0
    message = Message(
        f"{call.function} は {error} を return していますが、それでは普通の値として返るだけで、エラーになりません。return ではなく raise {error}(…) と書いてください。",
        f"{call.function} returns {error}: that hands it over like any value, and nothing is raised. Write raise {error}(…) instead of return.",
    )
    return Cause("returned_error", _with_line(message, answer.at(line)), line, answer.failed_by(is_error))


def _asserted(answer: _Answer) -> Cause | None:
    def is_assert(call: Call) -> bool:
        return call.raised[:1] == ("AssertionError",) and not call.importing

    call = next((call for call in answer.failing_calls() if is_assert(call)), None)
    asserts = {line for one in answer.anatomy.values() for line in one.asserts}
    if call is None or call.line not in asserts:
        return None
    message = Message(
        f"{call.function} は assert で引数を断っていますが（{call.line} 行目）、assert が出すのは AssertionError です。if で確かめて、raise ValueError(…) で断ってください。",
        f"{call.function} refuses an argument by assert (line {call.line}), which raises AssertionError. Check it by if, and refuse by raise ValueError(…).",
    )
    return Cause("assert", _with_line(message, answer.at(call.line)), call.line, answer.failed_by(is_assert))


def _exits(answer: _Answer) -> Cause | None:
    def exits(call: Call) -> bool:
        return call.raised[:1] == ("SystemExit",) and not call.importing

    call = next((call for call in answer.failing_calls() if exits(call)), None)
    if call is None:
        return None
    message = Message(
        f"{call.function} は exit() でプログラム全体を終わらせています。値を返すなら return、使えない引数を断るなら raise ValueError(…) と書いてください。",
        f"{call.function} ends the whole program by exit(). Write return to give a value, and raise ValueError(…) to refuse an argument.",
    )
    return Cause("exit", _with_line(message, answer.at(call.line)), call.line, answer.failed_by(exits))


def _length(answer: _Answer) -> Cause | None:
    """`generate` is told max_length, which counts the prompt: what came is no longer than the new tokens alone might be."""

    def line_of(call: Call) -> int:
        if not _is_short(answer.anatomy.get(call.function), call):
            return 0
        return next((line for one in reached(answer.anatomy, call.function) for line in one.lengths), 0)

    line = next((line for call in answer.failing_calls() if (line := line_of(call))), 0)
    if not line:
        return None
    message = Message(
        f"{line} 行目の max_length はプロンプトのトークンも数えるので、新しいトークンが足りません。新しいトークンの数だけを制限する max_new_tokens=max_new_tokens を渡してください。",
        f"The max_length in line {line} counts the prompt's tokens, too, so too few new tokens come. Pass max_new_tokens=max_new_tokens, which limits the new tokens alone.",
    )
    return Cause(
        "length", _with_line(message, answer.at(line)), line, answer.failed_by(lambda one: line_of(one) == line)
    )


def _is_short(one: Anatomy | None, call: Call) -> bool:
    """Whether a call gave a text, or rows of at most max_new_tokens ids, prompt included, or `generate` had no room for new ones."""
    if call.raised:
        return bool(NO_ROOM.search(call.text)) and not call.importing
    if isinstance(call.value, str):
        return True
    given: Any = call.arguments
    limit = {**dict(zip(one.parameters if one else (), given[0], strict=False)), **given[1]}.get("max_new_tokens")
    shape = tuple(getattr(call.value, "shape", ()))
    return isinstance(limit, int) and bool(shape) and shape[-1] <= limit


def _loop(answer: _Answer) -> Cause | None:
    def line_of(call: Call) -> int:
        if call.raised:
            return 0
        return next((one.in_loop for one in reached(answer.anatomy, call.function) if one.in_loop), 0)

    call = next((call for call in answer.failing_calls() if line_of(call)), None)
    if call is None:
        return None
    line = line_of(call)
    message = Message(
        f"{line} 行目の return が for の中にあるので、繰り返しは 1 周目で終わります。return の字下げを 1 段戻し、for の外に出してください。",
        f"The return in line {line} stands inside the for loop, which therefore ends after its first round. Move it out of the loop, one level to the left.",
    )
    return Cause("loop", _with_line(message, answer.at(line)), line, answer.failed_by(lambda one: line_of(one) == line))


def _same_line(answer: _Answer) -> Cause | None:
    """The same exception in the same line, which ended more than one check."""
    for call in answer.failing_calls():
        if not call.line or call.importing:
            continue

        def alike(one: Call, call: Call = call) -> bool:
            return (one.raised[:1], one.line) == (call.raised[:1], call.line)

        checks = answer.failed_by(alike)
        if len(checks) < 2:
            continue
        said, error = answer.said(alike), error_name(call)
        known = meaning(error, call.text)
        message = Message(
            f"{call.line} 行目で {error} が起き、いくつものチェックがそこで止まりました{f'（{said}）' if said else ''}。その行と、そこに来る値を確かめてください。",
            f"Line {call.line} raises {error}, and several checks end there{f' ({said})' if said else ''}. Look at that line and at the values that reach it.",
        )
        if known is not None:
            message = known + message
        return Cause("raises", _with_line(message, answer.at(call.line)), call.line, checks)
    return None


def error_name(call: Call) -> str:
    """The class of an exception, or the first base that Python itself defines: any other name is the student's text."""
    return next((name for name in call.raised if name in _BUILTIN_ERRORS), "Exception")


def _with_line(message: Message, line: Message) -> Message:
    return message + line if line.en else message
