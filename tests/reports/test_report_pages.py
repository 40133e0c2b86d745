"""The HTML pages: complete, both languages, nothing but text from students, nothing from outside."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any, get_args
from urllib.parse import unquote

import pytest

from autograder.grading.causes import FOLLOWS, Kind
from autograder.messages import visible
from autograder.nbgrader.outputs import exercise_html
from autograder.reports.pages import BAR_ORDER, class_page, report_link, student_page, times_page
from autograder.reports.summary import summarise
from autograder.reports.words import CAUSES, LOOKS, MEANINGS, READINGS, SIGNS, WORDS

VOID = {"meta", "input", "br", "link", "img", "hr"}


class Page(HTMLParser):
    """Tags with their attributes, text by language, and whether every tag is closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, str] = {"ja": "", "en": "", "": ""}
        self.scripts: list[str] = []
        self._open: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        assert not self._open, f"left open: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> repeats an attribute: {names}"
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            inherited = self._open[-1][1] if self._open else ""
            own = "" if tag == "html" else dict(attrs).get("lang")
            self._open.append((tag, inherited if own is None else own))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        opened, _ = self._open.pop()
        assert opened == tag, f"<{opened}> closed by </{tag}>"

    def handle_data(self, data: str) -> None:
        tag, language = self._open[-1] if self._open else ("", "")
        if tag == "script":
            self.scripts.append(data)
        elif tag != "style":
            self.text[language] += f"{data}\n"

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_a_student_page_holds_every_sentence_in_its_language(every_verdict: dict[str, Any]) -> None:
    """Titles, messages, hints and notes stand in elements of their own language."""
    page = Page(student_page(every_verdict))
    sentences = [*every_verdict["notes"]]
    for exercise in every_verdict["exercises"]:
        sentences += [exercise["title"], exercise["note"]]
        for check in exercise["checks"]:
            sentences += [check["title"], check["message"], check["hint"]]
    for sentence in filter(None, sentences):
        for language in ("ja", "en"):
            assert sentence[language] in page.text[language]


def test_a_student_page_names_all_six_verdicts_by_sign_and_word(every_verdict: dict[str, Any]) -> None:
    """No verdict is told by colour alone."""
    page = Page(student_page(every_verdict))
    for verdict, word in WORDS.items():
        assert SIGNS[verdict] in page.text[""]
        assert word.ja in page.text["ja"]
        assert word.en in page.text["en"]


def test_a_withheld_mark_is_no_zero_and_no_fault_of_the_student(every_verdict: dict[str, Any]) -> None:
    """The page says who must act, and gives no number in place of the mark."""
    page = Page(student_page(every_verdict))
    assert "This is not your fault" in page.text["en"]
    assert "あなたのせいではありません" in page.text["ja"]
    assert "on hold" in page.text["en"]
    assert 'class="meter"' not in student_page(every_verdict)


def test_the_page_of_a_perfect_report_asks_for_nothing(all_passed: dict[str, Any]) -> None:
    """Full marks are shown and no step is left."""
    page = Page(student_page(all_passed))
    assert "There is nothing to fix" in page.text["en"]
    assert "\n30\n" in page.text[""]


def test_passed_states_its_scope(all_passed: dict[str, Any]) -> None:
    """Public and hidden checks are counted; a report of public checks alone says so."""
    assert "7 public and 6 hidden" in Page(student_page(all_passed)).text["en"]
    for exercise in all_passed["exercises"]:
        exercise["checks"] = [check for check in exercise["checks"] if check["public"]]
    text = Page(student_page(all_passed)).text["en"]
    assert "No hidden check is part of this report" in text
    assert "hidden check\n" not in text


def test_hostile_text_stays_text(hostile: dict[str, Any]) -> None:
    """No tag, attribute or script comes from a report; bidi and control characters are made visible."""
    student = hostile["student"]
    for html in (student_page(hostile), class_page(summarise([hostile]))):
        page = Page(html)
        assert len(page.scripts) == len(page.attributes("script")) == 1
        assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
        assert "\u202e" not in html
        assert "\x1b" not in html
        assert visible(student) in page.text[""]
        assert visible(student) in page.text["ja"]
        assert "<script>alert" not in html


@pytest.mark.parametrize("student", ["alice", "山田 太郎", "a b#c?d%e", '"><script>', "javascript:alert(1)"])
def test_links_lead_to_the_students_folder(student: str, every_verdict: dict[str, Any]) -> None:
    """Every link to a student is relative, quoted, and means the folder of that name."""
    every_verdict["student"] = student
    page = Page(class_page(summarise([every_verdict])))
    targets = [attributes["href"] or "" for attributes in page.attributes("a")]
    of_students = [target for target in targets if not target.startswith("#") and target != "./times.html"]
    assert len(of_students) == 6  # on hold, to look at, prose, mistakes, limits, students
    assert {unquote(target) for target in of_students} == {f"./{student}/report.html"}
    assert re.fullmatch(r"\./[\w%.~-]+/report\.html", report_link(student), re.ASCII)


def test_pages_need_nothing_from_outside(every_verdict: dict[str, Any], reports: list[dict[str, Any]]) -> None:
    """No address, no import, no element that loads; the policy allows one script, the one that is there."""
    for html in (student_page(every_verdict), class_page(summarise(reports))):
        page = Page(html)
        assert not re.search(r"https?:|//[a-z]|url\(|@import|\bsrc=|<link|<img|<iframe|xlink", html)
        policy = page.attributes("meta")[1]["content"] or ""
        digest = base64.b64encode(hashlib.sha256(page.scripts[0].encode()).digest()).decode()
        assert "default-src 'none'" in policy
        assert f"script-src 'sha256-{digest}'" in policy


def test_a_class_page_lists_every_student_in_a_real_table(reports: list[dict[str, Any]]) -> None:
    """One row with a row header for each student, for none, one and 300 of them."""
    page = Page(class_page(summarise(reports)))
    named = [attributes for attributes in page.attributes("th") if "data-value" in attributes]
    assert [attributes["data-value"] for attributes in named] == sorted(report["student"] for report in reports)
    assert all(attributes["scope"] in ("row", "col") for attributes in page.attributes("th"))
    assert ("No submission has been graded yet" in page.text["en"]) is (not reports)


def test_who_needs_a_person_comes_first(every_verdict: dict[str, Any], all_passed: dict[str, Any]) -> None:
    """The students with withheld marks stand above pictures and tables, with the reason."""
    html = class_page(summarise([all_passed, every_verdict]))
    assert html.index("The model for grading could not be loaded") < html.index("<svg")
    assert "need a person" not in class_page(summarise([all_passed]))


def test_pages_are_the_same_bytes_every_time(every_verdict: dict[str, Any], reports: list[dict[str, Any]]) -> None:
    """Nothing of the hour, the machine or a random source stands in a page."""
    assert student_page(every_verdict) == student_page(every_verdict)
    assert class_page(summarise(reports)) == class_page(summarise(reports[::-1]))


def test_ids_are_unique_and_labels_point_at_them(every_verdict: dict[str, Any], reports: list[dict[str, Any]]) -> None:
    """Every aria-labelledby and every inner link has its one target."""
    for html in (student_page(every_verdict), class_page(summarise(reports))):
        tags = Page(html).tags
        ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
        inner = [(attributes.get("href") or "") for _, attributes in tags]
        targets = {target[1:] for target in inner if target.startswith("#")}
        targets |= {str(attributes["aria-labelledby"]) for _, attributes in tags if "aria-labelledby" in attributes}
        assert len(ids) == len(set(ids))
        assert targets <= set(ids)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_of_words_have_contrast(scheme: int, every_verdict: dict[str, Any]) -> None:
    """WCAG 2 contrast of at least 4.5 for every text colour on every ground it stands on."""
    blocks = re.findall(r":root \{([^}]*)\}", student_page(every_verdict))
    colour = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", blocks[scheme]))
    on_page = [(name, ground) for name in ("text", "muted", "accent", *WORDS) for ground in ("surface", "raised")]
    in_bars = [("on-fill", verdict) for verdict in BAR_ORDER if verdict not in ("pass", "unwritten")]
    in_bars += [("text", "pass-fill"), ("text", "unwritten-fill")]
    for name, ground in on_page + in_bars:
        light, dark = sorted((_luminance(colour[name]), _luminance(colour[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, ground)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_verdict_is_explained_in_its_own_sentence(every_verdict: dict[str, Any]) -> None:
    """At the check or the exercise that has it, and once more in the list at the end; a pass needs it there only."""
    page = Page(student_page(every_verdict))
    for verdict, meaning in MEANINGS.items():
        assert page.text["ja"].count(meaning.ja) >= 1 + (verdict not in ("pass",)), verdict
        assert page.text["en"].count(meaning.en) >= 1 + (verdict not in ("pass",)), verdict
    assert len({meaning.en for meaning in MEANINGS.values()}) == len(MEANINGS) == len(WORDS)


def test_only_verdicts_that_occur_are_explained(all_passed: dict[str, Any]) -> None:
    """A perfect report speaks of no crash."""
    text = Page(student_page(all_passed)).text["en"]
    assert MEANINGS["pass"].en in text
    assert not any(meaning.en in text for verdict, meaning in MEANINGS.items() if verdict != "pass")


def test_a_student_is_told_where_to_read_on(every_verdict: dict[str, Any]) -> None:
    """File and heading of the statement, in the language of each; nothing where the report knows none."""
    check = every_verdict["exercises"][1]["checks"][0]
    check["read_on"] = {
        "file": {"ja": "top_p.ja.md", "en": "top_p.en.md"},
        "heading": {"ja": "考え方", "en": "The idea"},
    }
    page = Page(student_page(every_verdict))
    assert ("top_p.ja.md" in page.text["ja"], "「考え方」" in page.text["ja"]) == (True, True)
    assert ("top_p.en.md" in page.text["en"], "“The idea”" in page.text["en"]) == (True, True)
    check["read_on"] = None
    assert "Read on in" not in student_page(every_verdict)


def test_bars_tell_sign_number_and_word(every_verdict: dict[str, Any], all_passed: dict[str, Any]) -> None:
    """What went wrong comes first; each part is told by sign, word and number, not by colour alone."""
    html = class_page(summarise([every_verdict, all_passed]))
    shown = next(bar for bar in re.findall(r'<div class="bar">(.*?)</div>', html) if "fail-part" in bar)
    assert shown.index("fail-part") < shown.index("pass-part")
    for verdict in ("fail", "pass"):
        assert f'<b aria-hidden="true">{SIGNS[verdict]}</b>' in shown
        assert WORDS[verdict].en in shown
    assert sorted(BAR_ORDER) == sorted(SIGNS)


def test_headings_are_in_order(every_verdict: dict[str, Any], reports: list[dict[str, Any]]) -> None:
    """One h1, and no level is left out on the way down; every page names its language."""
    summary = summarise(reports)
    for html in (student_page(every_verdict), class_page(summary), times_page(summary, {})):
        page = Page(html)
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(below - above <= 1 for above, below in pairwise(levels))
        assert page.attributes("html") == [{"lang": "ja"}]
        assert all(attributes["scope"] in ("row", "col") for attributes in page.attributes("th"))


def test_other_reasons_to_look_are_shown_but_withhold_nothing(all_passed: dict[str, Any]) -> None:
    """A note stands at the top and marks the student in the list; the mark stays."""
    all_passed["notes"] = [{"ja": "版 1 から作られた提出物です。", "en": "Made from release 1, which is old."}]
    summary = summarise([all_passed])
    page = Page(class_page(summary))
    assert summary["students"][0]["needs_person"] == []
    assert page.text["en"].index("Made from release 1") < page.text["en"].index("Distribution of points")
    assert page.text["en"].count(LOOKS["note"].en) == 2


def test_similar_answers_are_called_a_reason_not_a_proof(reports: list[dict[str, Any]]) -> None:
    """Groups link to their students, with how often they meet; without comparison the page says so."""
    if len(reports) < 2:
        return
    names = sorted(report["student"] for report in reports)[:2]
    group = {"students": names, "least": 0.71, "most": 0.93}
    found = [
        {
            "id": exercise["id"],
            "n_answers": 2,
            "n_compared": 2,
            "groups": [group] * (exercise["id"] != "sampling/top_p"),
        }
        for exercise in reports[0]["exercises"]
    ]
    page = Page(class_page(summarise(reports, found)))
    assert "a reason to look, not a proof" in page.text["en"]
    assert "写した証拠ではありません" in page.text["ja"]
    assert page.text[""].count("71–93 %") == 4
    assert "not compared with each other" in Page(class_page(summarise(reports))).text["en"]


def test_checks_say_in_words_how_they_separate(reports: list[dict[str, Any]]) -> None:
    """The reading of each check stands in the page; no number stands where the class is too small."""
    summary = summarise(reports)
    page = Page(class_page(summary))
    readings = {check["item"]["reading"] for exercise in summary["exercises"] for check in exercise["checks"]}
    assert all(READINGS[reading].en in page.text["en"] for reading in readings)
    if len(reports) == 1:
        assert readings == {"few students"}
    if len(reports) == 300:
        assert "good" in readings


def test_times_have_a_page_of_their_own(every_verdict: dict[str, Any], all_passed: dict[str, Any]) -> None:
    """Seconds by student and exercise, a sign where a limit was reached, a dash for what was not measured."""
    summary = summarise([every_verdict, all_passed])
    html = times_page(summary, {"alice": {"sampling/top_p": 1.25, "basics/batch_prompts": 20.04}})
    page = Page(html)
    assert "\n21.3\n" in page.text[""]
    assert "20.0" in page.text[""]
    assert html.count(f'<b aria-hidden="true">{SIGNS["limit"]}</b>') == 1
    assert page.text[""].count("–\n") >= 6
    assert "21.3" not in class_page(summary)


def with_cause(report: dict[str, Any]) -> dict[str, Any]:
    """The second exercise fails in two checks for one cause."""
    cause = {"ja": "top_k.py を Python として読めません。", "en": "top_k.py cannot be read as Python."}
    rest = {"ja": "ほかに 1 個のチェックも、この原因で合格していません。", "en": "1 more check follows from this."}
    exercise = report["exercises"][1]
    failed = [check for check in exercise["checks"] if check["verdict"] != "pass"]
    for check, message in zip(failed, [cause, {"ja": FOLLOWS.ja, "en": FOLLOWS.en}], strict=True):
        check.update(message=message, mistake=None, hint=None, follows=True)
    checks = [check["id"] for check in failed]
    exercise["cause"] = {"kind": "import", "message": cause, "rest": rest, "line": 3, "checks": checks}
    return report


def test_a_root_cause_stands_once_above_the_checks(every_verdict: dict[str, Any]):
    """What follows from it is folded into one line each; the class page and nbgrader's feedback say it, too."""
    report = with_cause(every_verdict)
    page = Page(student_page(report)).text["en"]
    assert page.count("top_k.py cannot be read as Python.") == 1
    assert page.count("1 more check follows from this.") == 1
    assert page.count(FOLLOWS.en) == 1
    feedback = exercise_html(report["exercises"][1], 0.0, [])
    assert feedback.count("top_k.py cannot be read as Python.") == 1
    assert FOLLOWS.en in feedback
    summary = summarise([report])
    assert summary["exercises"][1]["causes"] == [{"kind": "import", "students": ["alice"]}]
    assert CAUSES["import"].en in Page(class_page(summary)).text["en"]


@pytest.mark.parametrize("kind", get_args(Kind))
def test_the_class_page_has_words_for_every_cause(every_verdict: dict[str, Any], kind: str):
    """A kind without words would end the page, and with it the grading of a class."""
    report = with_cause(every_verdict)
    report["exercises"][1]["cause"]["kind"] = kind
    text = Page(class_page(summarise([report]))).text
    assert CAUSES[kind].ja in text["ja"]
    assert CAUSES[kind].en in text["en"]
