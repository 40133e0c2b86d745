"""One student's report for programs: Gradescope's results.json, and JUnit XML with points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from autograder.errors import SettingsError
from autograder.exercise import Verdict
from autograder.messages import visible

_ERRORS = {Verdict.CRASH.value, Verdict.LIMIT.value, Verdict.FAULT.value}


def gradescope_results(report: Mapping[str, Any]) -> dict[str, Any]:
    """Gradescope's results.json: the score, and each check as a test. What a person marks is left to a question there.

    Raises: SettingsError if a mark is withheld: Gradescope would take its absence for a zero.
    """
    checked = [exercise for exercise in report["exercises"] if exercise["checks"]]
    if any(exercise["points"] is None for exercise in checked):
        raise SettingsError(
            ja=f"{report['student']}: 保留の点があるので results.json を作れません。担当者が確かめてから採点し直してください。",
            en=f"{report['student']}: a mark is withheld, so there is no results.json. Look into it and grade again.",
        )
    return {
        "score": sum(exercise["points"] for exercise in checked),
        "output": "\n".join(_both(note) for note in report["notes"]),
        "visibility": "visible",
        "tests": [_test(exercise, check) for exercise in checked for check in exercise["checks"]],
    }


def _test(exercise: Mapping[str, Any], check: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": f"{exercise['id']}: {_both(check['title'])}".replace("\n", " / "),
        "number": f"{exercise['id']}::{check['id']}",
        "score": check["points"],
        "max_score": check["max_points"],
        "status": "passed" if check["verdict"] == Verdict.PASS.value else "failed",
        "output": _words(check),
        "visibility": "visible",
    }


def junit_xml(report: Mapping[str, Any]) -> str:
    """A suite for each exercise, a test case for each check; points stand as properties."""
    root = ElementTree.Element("testsuites", {"name": visible(report["student"])})
    for exercise in report["exercises"]:
        checks = exercise["checks"]
        verdicts = [check["verdict"] for check in checks]
        n_errors = sum(verdict in _ERRORS for verdict in verdicts)
        n_failures = len(verdicts) - n_errors - verdicts.count(Verdict.PASS.value)
        counts = {"tests": len(checks), "failures": n_failures, "errors": n_errors}
        suite = ElementTree.SubElement(
            root, "testsuite", {"name": exercise["id"], **{k: str(v) for k, v in counts.items()}}
        )
        _points(suite, exercise)
        for check in checks:
            _case(suite, exercise["id"], check)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _case(suite: ElementTree.Element, exercise: str, check: Mapping[str, Any]) -> None:
    case = ElementTree.SubElement(suite, "testcase", {"classname": exercise, "name": check["id"]})
    _points(case, check)
    if check["verdict"] != Verdict.PASS.value:
        kind = "error" if check["verdict"] in _ERRORS else "failure"
        failure = ElementTree.SubElement(case, kind, {"type": check["verdict"], "message": _both(check["title"])})
        failure.text = _words(check)


def _points(element: ElementTree.Element, marked: Mapping[str, Any]) -> None:
    properties = ElementTree.SubElement(element, "properties")
    for name in ("points", "max_points"):
        value = "" if marked[name] is None else f"{marked[name]:g}"
        ElementTree.SubElement(properties, "property", {"name": name, "value": value})


def _words(check: Mapping[str, Any]) -> str:
    return "\n".join(filter(None, [_both(check["message"]), _both(check["hint"])]))


def _both(message: Mapping[str, str] | None) -> str:
    return (
        visible("\n".join(dict.fromkeys(filter(None, [message["ja"], message["en"]]))), limit=8000) if message else ""
    )
