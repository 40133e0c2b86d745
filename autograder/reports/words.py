"""The words and signs that reports use for verdicts and numbers, the same on every page and in the terminal."""

from __future__ import annotations

from autograder.exercise import Verdict
from autograder.messages import Message

WORDS: dict[str, Message] = {
    Verdict.PASS.value: Message("合格", "passed"),
    Verdict.FAIL.value: Message("要修正", "to fix"),
    Verdict.CRASH.value: Message("エラーで停止", "stopped by an error"),
    Verdict.LIMIT.value: Message("時間・メモリ切れ", "out of time or memory"),
    Verdict.UNWRITTEN.value: Message("未記入", "not written yet"),
    Verdict.FAULT.value: Message("採点側の問題", "grading problem"),
    Verdict.PERSON.value: Message("人が採点", "marked by a person"),
}

# What a verdict says to the student whose check or exercise has it.
MEANINGS: dict[str, Message] = {
    Verdict.PASS.value: Message(
        "このチェックが見ていることは、すべてそのとおりにできています。",
        "Everything that this check looks at is as it should be.",
    ),
    Verdict.FAIL.value: Message(
        "最後まで動きましたが、結果が求められたものと違いました。",
        "Your code ran to its end, but the result is not what was asked for.",
    ),
    Verdict.CRASH.value: Message(
        "途中でエラーになり、結果を受け取れませんでした。",
        "An error stopped your code, so there was no result to look at.",
    ),
    Verdict.LIMIT.value: Message(
        "決められた時間かメモリのうちに終わらなかったので、そこで止めました。",
        "Your code did not finish within its time or memory, so it was stopped.",
    ),
    Verdict.UNWRITTEN.value: Message(
        "まだ書かれていないか、ファイルが入っていません。書けば採点されます。",
        "Nothing is written here yet, or the file is missing. It is graded once it is there.",
    ),
    Verdict.FAULT.value: Message(
        "採点側のプログラムに問題が起き、判定できませんでした。あなたのせいではありません。担当者が確かめるまで、点は保留です。",
        "The grading program had a problem and could not judge this. It is not your fault; the mark waits for a person.",
    ),
    Verdict.PERSON.value: Message(
        "機械では採点しません。担当者が読んで点をつけます。",
        "No machine marks this: a person reads it and gives the points.",
    ),
}

SIGNS: dict[str, str] = {
    Verdict.PASS.value: "✓",
    Verdict.FAIL.value: "✗",
    Verdict.CRASH.value: "!",
    Verdict.LIMIT.value: "◷",
    Verdict.UNWRITTEN.value: "–",
    Verdict.FAULT.value: "?",
    Verdict.PERSON.value: "✎",
}

WITHHELD = Message("保留", "on hold")

# Why a person should look at a submission (`reports/attention.py`).
LOOKS: dict[str, Message] = {
    "withheld": Message("点数が保留", "mark on hold"),
    "unreadable": Message("読めない提出物", "cannot be read"),
    "note": Message("提出物に注意", "look at the submission"),
    "prose": Message("文章の採点待ち", "prose to be marked"),
}

# Kinds of root causes (`grading/causes.py`), as a teacher reads them; each student is told the line.
CAUSES: dict[str, Message] = {
    "import": Message("ファイルを読み込めない（文法、import、関数の外の文）", "the file cannot be imported (syntax, imports, code outside functions)"),
    "missing": Message("求められた関数がない", "a function that was asked for is missing"),
    "state": Message("前の呼び出しのことを覚えている", "a function remembers earlier calls"),
    "length": Message("max_length がプロンプトのトークンまで数えている", "max_length counts the tokens of the prompt, too"),
    "nothing": Message("値を返さない（print だけ、return がない）", "a function returns nothing (it prints, or lacks return)"),
    "returned_error": Message("例外を raise せずに return している", "an exception is returned, not raised"),
    "assert": Message("assert で引数を断っている", "an argument is refused by assert"),
    "exit": Message("exit() で終わらせている", "a function ends the program by exit()"),
    "loop": Message("return が for の中にあり、1 周目で終わる", "a return inside the for loop ends it in its first round"),
    "raises": Message("同じ行の例外で、いくつものチェックが止まる", "one line raises in several checks"),
}  # fmt: skip

# What item analysis says of a check (`reports/items.py`).
READINGS: dict[str, Message] = {
    "few students": Message("人数が足りず、言えません", "too few students to say"),
    "nearly all alike": Message("合格か不合格にかたより、言えません", "nearly all end alike: cannot say"),
    "same rest": Message("ほかの点が全員同じで、言えません", "the rest is the same for all: cannot say"),
    "negative": Message("逆向き。チェックと教材を見直してください", "backwards: look at the check and its text"),
    "maybe negative": Message(
        "逆向きかもしれませんが、この人数では確かでありません", "perhaps backwards: not sure with so few students"
    ),
    "unsure": Message(
        "分けていそうですが、この人数では確かでありません", "seems to separate: not sure with so few students"
    ),
    "weak": Message("ほとんど分けていません", "hardly separates"),
    "fair": Message("分けています", "separates"),
    "good": Message("よく分けています", "separates well"),
}


def number(value: float) -> str:
    """`value` with at most two decimals and no trailing zeros: 3, 12.5, 0.33."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
