"""Made-up reports: every verdict, notes, withheld marks, names and messages that try to be more than text."""

from __future__ import annotations

import random
from typing import Any

import pytest

HOSTILE = '<script>alert(\'x\')</script>" onclick="y" & \u202egnp.exe\x1b[31m'

# id, title ja, title en; then the checks: id, title ja, title en, public, points
EXERCISES: list[tuple[str, str, str, list[tuple[str, str, str, bool, float]]]] = [
    (
        "sampling/temperature_softmax",
        "温度付きソフトマックス",
        "Softmax with temperature",
        [
            ("test_gives_the_table", "T = 1.5 で教材の表の値になる", "Gives the table's values at T = 1.5", True, 2.0),
            ("test_sums_to_one", "合計が 1 になる", "Sums to one", True, 1.0),
            ("test_survives_large_scores", "スコアが 1e4 でもあふれない", "Does not overflow for 1e4", False, 3.0),
        ],
    ),
    (
        "sampling/top_p",
        "top-p（nucleus）で候補をしぼる",
        "Cut to the nucleus: top-p",
        [
            ("test_keeps_the_crossing_token", "p をまたぐトークンを残す", "Keeps the token that crosses p", True, 2.0),
            ("test_renormalises", "教材の表のとおりに合計 1 へ直す", "Renormalises as in the table", True, 1.0),
            ("test_keeps_one_token", "p が小さくても 1 つは残す", "Keeps at least one token for any p", True, 1.0),
            (
                "test_agrees_with_the_reference_on_random_distributions",
                "でたらめに作った多くの分布で、模範解答と同じトークンと同じ確率を同じ順に返す",
                "Agrees with the reference on many random distributions: the same tokens, probabilities and order",
                False,
                3.0,
            ),
            ("test_refuses_wrong_p", "範囲外の p に ValueError を出す", "Refuses p outside its range", False, 2.0),
        ],
    ),
    (
        "sampling/sampling_loop",
        "サンプリングの繰り返しを自分で書く",
        "Write the sampling loop yourself",
        [
            ("test_stops_at_eos", "EOS で止まる", "Stops at EOS", True, 2.0),
            ("test_draws_as_asked", "求められた分布から引く", "Draws from the asked distribution", False, 6.0),
        ],
    ),
    (
        "basics/batch_prompts",
        "複数のプロンプトをまとめて生成する",
        "Several prompts in one batch",
        [
            ("test_keeps_the_order", "順番を保つ", "Keeps the order", True, 1.0),
            ("test_pads_on_the_left", "左側をパディングする", "Pads on the left", False, 4.0),
        ],
    ),
    (
        "sampling/top_p_sweep",
        "top_p を変えて多様さを比べる",
        "Compare diversity over top_p",
        [("test_reports_self_bleu", "返した文の Self-BLEU を返す", "Reports the Self-BLEU of its texts", False, 2.0)],
    ),
]

MESSAGES = {
    "fail": (
        "top_p_filter: トークンは 6 個のはずですが、5 個でした。p をまたぐトークンも nucleus に入ります。",
        "top_p_filter: expected 6 tokens, got 5. The token that crosses p belongs to the nucleus.",
    ),
    "crash": (
        "sample_decode: 例外 IndexError が起きました（24 行目）。その行と、そこに来る値を確かめてください。",
        "sample_decode: raised IndexError (line 24). Look at that line and at the values that reach it.",
    ),
    "limit": ("generate_batch: 10 秒たっても終わりませんでした。", "generate_batch: did not finish within 10 s."),
    "unwritten": ("この関数はまだひな形のままです。", "This function is still as handed out."),
    "fault": ("採点用のモデルを読み込めませんでした。", "The model for grading could not be loaded."),
}
MISTAKE = "drops_the_crossing_token"
HINT = {
    "ja": "p をまたぐトークンを捨てています。nucleus は合計が p 以上になる最小の集合です。",
    "en": "The token that crosses p is dropped. The nucleus is the smallest set whose sum is at least p.",
}


def make_check(row: tuple[str, str, str, bool, float], verdict: str) -> dict[str, Any]:
    name, ja, en, public, max_points = row
    message = MESSAGES.get(verdict, ("", ""))
    mistaken = verdict == "fail" and "crossing" in name
    return {
        "id": name,
        "title": {"ja": ja, "en": en},
        "public": public,
        "verdict": verdict,
        "points": None if verdict == "fault" else max_points if verdict == "pass" else 0.0,
        "max_points": max_points,
        "message": {"ja": message[0], "en": message[1]},
        "mistake": MISTAKE if mistaken else None,
        "hint": HINT if mistaken else None,
    }


def make_report(student: str, verdicts: list[list[str]]) -> dict[str, Any]:
    """A report whose checks have `verdicts`, one list for each exercise, in order."""
    exercises = []
    for (name, ja, en, rows), wanted in zip(EXERCISES, verdicts, strict=True):
        checks = [make_check(row, verdict) for row, verdict in zip(rows, wanted, strict=True)]
        worst = [v for v in ("fault", "limit", "crash", "fail", "unwritten", "pass") if v in wanted]
        exercises.append(
            {
                "id": name,
                "title": {"ja": ja, "en": en},
                "points": _sum(checks),
                "max_points": sum(check["max_points"] for check in checks),
                "verdict": worst[0],
                "note": None,
                "checks": checks,
            }
        )
    return {
        "schema_version": 1,
        "student": student,
        "unit": "u02_sampling",
        "release": "0.1.0",
        "model": "tiny-chat",
        "device": "cpu",
        "jail": "process+rlimits+landlock",
        "points": _sum(exercises),
        "max_points": sum(exercise["max_points"] for exercise in exercises),
        "points_by_person": 0.0,
        "notes": [],
        "exercises": exercises,
    }


def _sum(parts: list[dict[str, Any]]) -> float | None:
    points = [part["points"] for part in parts]
    return None if None in points else sum(points)


def make_every_verdict(student: str = "alice") -> dict[str, Any]:
    """All verdicts, a recognised mistake, notes on the submission and on an exercise."""
    report = make_report(
        student,
        [["pass"] * 3, ["fail", "pass", "pass", "fail", "pass"], ["crash", "fault"], ["pass", "limit"], ["unwritten"]],
    )
    report["notes"] = [
        {
            "ja": "提出フォルダに余分なファイル notes.txt がありました。採点には使っていません。",
            "en": "The submission also holds notes.txt. It was not used in grading.",
        }
    ]
    report["exercises"].append(make_prose())
    report["max_points"] += 12
    report["points_by_person"] = 12.0
    report["exercises"][4]["note"] = {"ja": "top_p_sweep.py がありません。", "en": "top_p_sweep.py is missing."}
    return report


def make_prose() -> dict[str, Any]:
    """An answer that a person marks."""
    return {
        "id": "sampling/observations",
        "title": {"ja": "観察したことを言葉にする", "en": "Put your observations into words"},
        "points": None,
        "max_points": 12.0,
        "verdict": "person",
        "note": None,
        "checks": [],
        "answer": "Self-BLEU fell from 96.8 to 15.9.",
    }


def make_class(n_students: int, seed: int = 0) -> list[dict[str, Any]]:
    """Reports of a class with mixed success; about 1 of 60 has a fault."""
    draw = random.Random(seed)
    reports = []
    for i in range(n_students):
        skill = draw.betavariate(4, 1.6)
        verdicts = [[_draw_verdict(draw, skill) for _ in rows] for _, _, _, rows in EXERCISES]
        if draw.random() < 1 / 60:
            verdicts[2][1] = "fault"
        reports.append(make_report(f"b{26000 + i}" if i % 7 else f"山田 {i} 太郎", verdicts))
    return reports


def _draw_verdict(draw: random.Random, skill: float) -> str:
    if draw.random() < skill:
        return "pass"
    return draw.choices(["fail", "crash", "limit", "unwritten"], [6, 2, 1, 3])[0]


@pytest.fixture
def every_verdict() -> dict[str, Any]:
    return make_every_verdict()


@pytest.fixture
def all_passed() -> dict[str, Any]:
    return make_report("bob", [["pass"] * len(rows) for _, _, _, rows in EXERCISES])


@pytest.fixture
def hostile() -> dict[str, Any]:
    """A report whose every free text is HOSTILE."""
    report = make_every_verdict(HOSTILE)
    text = {"ja": HOSTILE, "en": HOSTILE + "!"}
    report["notes"] = [text]
    for key in ("unit", "release", "model", "device", "jail"):
        report[key] = HOSTILE
    for exercise in report["exercises"]:
        exercise.update(id=HOSTILE + exercise["id"], title=text, note=text)
        for check in exercise["checks"]:
            check.update(id=HOSTILE + check["id"], title=text, message=text, mistake=HOSTILE, hint=text)
    return report


@pytest.fixture(params=[0, 1, 300], ids=["empty", "one", "300"])
def reports(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    return make_class(request.param)


@pytest.fixture
def small_class() -> list[dict[str, Any]]:
    return make_class(9)
