"""class.json's content: right counts in a fixed order."""

from __future__ import annotations

import random
from typing import Any

import pytest

from autograder.errors import SettingsError
from autograder.reports.summary import summarise


def test_counts_add_up_to_the_class(reports: list[dict[str, Any]]) -> None:
    """Every student counts once in each exercise and check, whatever the verdict."""
    summary = summarise(reports)
    assert [student["student"] for student in summary["students"]] == sorted(r["student"] for r in reports)
    for exercise in summary["exercises"]:
        for part in [exercise, *exercise["checks"]]:
            assert sum(part["verdicts"].values()) == len(reports)
    for exercise in summary["exercises"]:
        same = [e for report in reports for e in report["exercises"] if e["id"] == exercise["id"]]
        for verdict, count in exercise["verdicts"].items():
            assert count == sum(e["verdict"] == verdict for e in same)
        for check in exercise["checks"]:
            verdicts = [c["verdict"] for e in same for c in e["checks"] if c["id"] == check["id"]]
            assert check["verdicts"] == {verdict: verdicts.count(verdict) for verdict in check["verdicts"]}


def test_mistakes_are_gathered_with_their_hint(every_verdict: dict[str, Any], all_passed: dict[str, Any]) -> None:
    """A mistake names its students and its hint, at the exercise and at the check."""
    exercise = summarise([all_passed, every_verdict])["exercises"][1]
    assert exercise["mistakes"] == [
        {
            "id": "drops_the_crossing_token",
            "hint": every_verdict["exercises"][1]["checks"][0]["hint"],
            "students": ["alice"],
        }
    ]
    assert exercise["checks"][0]["mistakes"] == {"drops_the_crossing_token": ["alice"]}
    assert exercise["checks"][1]["mistakes"] == {}


def test_frequent_mistakes_come_first_and_a_student_counts_once(all_passed: dict[str, Any]) -> None:
    """Two checks that recognise one mistake of one student make one entry."""

    def report(student: str, mistakes: list[str | None]) -> dict[str, Any]:
        checks = [
            {**check, "mistake": mistake}
            for check, mistake in zip(all_passed["exercises"][0]["checks"], mistakes, strict=True)
        ]
        return {**all_passed, "student": student, "exercises": [{**all_passed["exercises"][0], "checks": checks}]}

    summary = summarise([report("a", ["x", "x", "y"]), report("b", [None, "y", "y"])])
    found = [(mistake["id"], mistake["students"]) for mistake in summary["exercises"][0]["mistakes"]]
    assert found == [("y", ["a", "b"]), ("x", ["a"])]
    assert summary["exercises"][0]["mistakes"][0]["hint"] == {"ja": "", "en": ""}


def test_a_withheld_mark_says_why(every_verdict: dict[str, Any], all_passed: dict[str, Any]) -> None:
    """Exercise, check and message of each fault; nothing for the others."""
    alice, bob = summarise([all_passed, every_verdict])["students"]
    assert bob["needs_person"] == []
    assert alice["points"] is None
    assert alice["needs_person"] == [
        {
            "ja": "サンプリングの繰り返しを自分で書く – 求められた分布から引く: 採点用のモデルを読み込めませんでした。",
            "en": "Write the sampling loop yourself – Draws from the asked distribution: "
            "The model for grading could not be loaded.",
        }
    ]


def test_a_withheld_mark_needs_a_person_even_without_a_faulty_check(all_passed: dict[str, Any]) -> None:
    """An exercise in fault without checks, and a report without points, both ask for a person."""
    all_passed["points"] = None
    assert len(summarise([all_passed])["students"][0]["needs_person"]) == 1
    all_passed["exercises"][0].update(verdict="fault", points=None, checks=[])
    (reason,) = summarise([all_passed])["students"][0]["needs_person"]
    assert reason["en"].startswith("Softmax with temperature: ")


def test_the_order_of_the_reports_does_not_matter(reports: list[dict[str, Any]]) -> None:
    """Any order of reading gives the same summary, keys in the same order."""
    shuffled = random.Random(1).sample(reports, len(reports))
    assert repr(summarise(shuffled)) == repr(summarise(reports))


@pytest.mark.parametrize("key", ["unit", "release", "model", "schema_version"])
def test_reports_that_do_not_agree_are_not_mixed(
    key: str, every_verdict: dict[str, Any], all_passed: dict[str, Any]
) -> None:
    """Marks of two releases, models or units make no table."""
    every_verdict[key] = "other"
    with pytest.raises(SettingsError, match=f"Expected reports with one {key}"):
        summarise([every_verdict, all_passed])


def test_a_student_has_one_report(all_passed: dict[str, Any]) -> None:
    """Two reports of one name are refused instead of one being lost."""
    with pytest.raises(SettingsError, match="several of bob"):
        summarise([all_passed, all_passed])


def test_machines_may_differ(every_verdict: dict[str, Any], all_passed: dict[str, Any]) -> None:
    """A class graded on several devices names them all."""
    every_verdict["device"] = "cuda"
    assert summarise([every_verdict, all_passed])["device"] == "cpu, cuda"
