"""Power by resampling is the power that the judgement has; figures that are missing, stale or bad are reported."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from autograder.audit import Bench
from autograder.course import read_course
from autograder.exercise import Course, Exercise
from autograder.power import audit_power, bounds, figures_file
from autograder.power.findings import DETECTED, out_of_bounds, weakest
from autograder.power.means import mean_low
from autograder.power.measuring import measure_course
from autograder.power.page import page
from autograder.power.pools import Pools
from autograder.power.resampling import lower_limit, power_of, upper_limit
from autograder.stats import ALPHA, FLOAT32, Copy, Greedy, Question, Repeated, Sampler, judge_draws

PROBS = [("a", 0.5), ("b", 0.3), ("c", 0.2)]
FLAT = [("a", 1.0), ("b", 1.0), ("c", 1.0)]
DICE = Path(__file__).parent / "e01_dice"


def asked(n_draws: int, name: str):
    alternatives = {"flat": FLAT, "repeated": Repeated(), "seed": Copy(())}
    question = Question("draws", n_draws, PROBS, alternatives, margin=1e-6)
    return [(question, Pools().pool(question, name))]


def test_resampled_power_is_that_of_the_judgement():
    """At alpha = 0.01 and 60 draws: close to what 200 real judgements detect."""
    power = power_of(asked(60, "flat"), "flat", alpha=0.01, seed=1, n_resamples=2000)
    rng = random.Random(2)
    found = sum(
        judge_draws(
            rng.choices("abc", k=60), PROBS, alternatives={"flat": FLAT, "repeated": Repeated()}, alpha=0.01
        ).failed
        for _ in range(200)
    )
    assert 0.05 < power.rate < 0.95
    assert lower_limit(found, 200, 0.999) - 0.15 <= power.rate <= upper_limit(found, 200, 0.999)


def test_more_draws_more_power():
    """The median number of draws lies where half of the resamples have failed."""
    few, many = (power_of(asked(n, "flat"), "flat", alpha=1e-6, seed=3, n_resamples=500) for n in (60, 600))
    assert few.rate < 0.5 < many.rate
    assert many.median is not None
    assert many.most is not None
    assert 60 < many.median < many.most <= 600
    assert many.rate_low < many.rate


@pytest.mark.parametrize("name", ["repeated", "seed"])
def test_copied_draws_need_few(name: str):
    """Each copied draw counts its own improbability: about one nat here, and `c` twice."""
    power = power_of(asked(60, name), name, alpha=1e-6, seed=4, n_resamples=500)
    assert power.rate == 1.0
    assert power.median is not None
    assert 9 <= power.median <= 40


def test_an_alternative_that_is_what_was_asked_is_never_detected():
    """Its rate is the rate of false fails."""
    question = Question("draws", 50, PROBS, {"same": PROBS, "flat": FLAT}, margin=1e-6)
    power = power_of([(question, Pools().pool(question, "same"))], "same", alpha=0.01, seed=5, n_resamples=2000)
    assert power.rate <= 0.01
    assert power.median is None


class SecondBest(Sampler):
    """A sampler that transformers does not have: always the second most probable token."""

    def log_probs_at(self, ranking, rank):
        return torch.where(rank == 1, 0.0, -torch.inf).double()


def test_a_sampler_of_its_own_is_drawn_from_as_it_is_defined(bench: Bench):
    """Its draws are not those of the arguments that it inherits."""
    lm = bench.models.lm
    alternatives = {"second_best": SecondBest(), "greedy": Greedy(), "plain": Sampler(top_k=2)}
    question = Question(
        "tokens",
        4,
        Sampler(top_k=2),
        alternatives,
        model=lm.model,
        prompt_ids=tuple(lm.tokenizer("Once")["input_ids"]),
        max_new_tokens=3,
        eos_token_id=lm.tokenizer.eos_token_id,
        margin=FLOAT32,
    )
    pools = Pools(3)
    rows = {name: pools._drawn(question, alternative) for name, alternative in alternatives.items()}
    assert [len(rows[name]) for name in alternatives] == [3, 1, 3]
    assert rows["second_best"][0] == rows["second_best"][2]
    ids = torch.tensor([[*question.prompt_ids, *rows["second_best"][0]]])
    logits = lm.model(ids).logits[0, len(question.prompt_ids) - 1 : -1]
    ranks = (logits > logits.gather(-1, ids[0, len(question.prompt_ids) :, None])).sum(-1)
    assert ranks.tolist() == [1] * len(ranks)
    assert pools.pool(question, "second_best").log_e[:, 0].min() > 0


def test_lower_limit_of_a_mean_holds():
    """100 samples of 60 numbers of mean 0.2 at a rate of 0.05: above 0.2 in at most 5, not far below in most."""
    rng = random.Random(6)
    lows = [mean_low([rng.choice([1.0, 0.5, -0.9]) for _ in range(60)], 0.05) for _ in range(100)]
    assert sum(low > 0.2 for low in lows) <= 5
    assert sum(low > -0.2 for low in lows) >= 50
    assert mean_low([], 0.05) == -1.0


@pytest.mark.parametrize(
    "simulated",
    [bounds.simulated_tokens, bounds.simulated_texts, bounds.simulated_draws, bounds.simulated_trends],
    ids=lambda one: one.__name__,
)
def test_correct_submissions_fail_no_more_often_than_alpha(simulated):
    """A short version of `autograder power --bounds`."""
    row = simulated(1_000, alpha=0.05)
    assert row["n"] == 1_000
    assert row["failed"] <= 50


@pytest.mark.parametrize("generated", [bounds.generated_tokens, bounds.generated_texts], ids=lambda one: one.__name__)
def test_no_generation_of_the_embedded_model_fails(generated, bench: Bench):
    """100 generations, ten for each sampler, at alpha = 1e-6."""
    row = generated(bench.models.lm, 100)
    assert (row["n"], row["failed"]) == (100, 0)


@pytest.fixture
def dice(course: Course, tmp_path: Path) -> Course:
    """A course of one exercise whose only judgement is one of draws."""
    unit = tmp_path / "solutions" / "u02_sampling"
    shutil.copytree(DICE, unit / DICE.name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("intro.ja.md", "intro.en.md"):
        shutil.copy(course.root / "u02_sampling" / name, unit / name)
    return read_course(tmp_path / "solutions")


def test_figures_are_measured_once_and_audited(dice: Course, bench: Bench):
    """Missing, then measured and within bounds, then kept, then stale after an edit."""
    (exercise,) = dice.units[0].exercises
    assert "Run `autograder power sampling/dice`" in audit_power(dice)[0].en
    silent = lambda *_: None  # noqa: E731
    assert measure_course(dice, [exercise], bench.models, silent) == ["sampling/dice"]
    assert audit_power(dice) == []
    entry = json.loads(figures_file(dice).read_text("utf-8"))["exercises"]["sampling/dice"]
    (check,) = entry["checks"]
    assert check["alpha"] == pytest.approx(ALPHA)
    assert {row["alternative"] for row in check["alternatives"]} == {"counts_from_zero", "rolls_once"}
    assert all(row["rate_low"] >= DETECTED for row in check["alternatives"])
    assert "| `rolls_once` |" in figures_file(dice).with_suffix(".md").read_text("utf-8")
    assert measure_course(dice, [exercise], bench.models, silent) == []
    path = exercise.folder / "solution.py"
    path.write_text(path.read_text("utf-8") + "\n", encoding="utf-8")
    assert len(audit_power(dice)) == 1


def row(name: str, rate_low: float) -> dict[str, object]:
    return {"alternative": name, "rate_low": rate_low}


def entry(*checks: tuple[str, float, list[dict[str, object]], list[dict[str, object]]]) -> dict[str, object]:
    keys = ("check", "alpha", "alternatives", "trends")
    return {"checks": [dict(zip(keys, check, strict=True)) for check in checks]}


def test_the_check_that_a_mistake_names_answers_for_it(top_p: Exercise):
    """Another check's better rate does not help; an alternative without a mistake is answered for by the best."""
    mistake = replace(top_p.mistakes[0], id="known", caught_by="test_a")
    exercise = replace(top_p, mistakes=(mistake,))
    found = entry(
        ("test_a", ALPHA, [row("known", 0.5), row("unknown", 0.1), row("known", 0.6)], []),
        ("test_b", ALPHA, [row("known", 1.0), row("unknown", 1.0)], []),
    )
    assert list(weakest(exercise, found)) == [("test_a", "known", 0.6), ("test_b", "unknown", 1.0)]
    (problem,) = out_of_bounds(exercise, found)
    assert "test_a: detects known at a rate that may be as low as 0.6000" in problem.en


def test_alpha_and_trends_out_of_bounds_are_reported(top_p: Exercise):
    """One sentence each; nothing for what is within bounds."""
    good = ("test_a", ALPHA, [row("x", 1.0)], [{"mean_low": 0.3}])
    bad = ("test_b", 2 * ALPHA, [], [{"mean_low": -0.1}])
    assert out_of_bounds(top_p, entry(good)) == []
    said = [problem.en for problem in out_of_bounds(top_p, entry(good, bad))]
    assert "test_b: a correct answer fails with probability up to 2e-06" in said[0]
    assert "test_b: the trend is not certain (lower limit of its mean -0.1)" in said[1]


def test_the_page_shows_every_figure():
    """A median beyond the path is shown as such."""
    power = {"n_draws": 8, "median": 3, "most": None, "rate": 0.5, "rate_low": 0.4, "n_resamples": 10}
    line = {
        "alternative": "greedy",
        "asked": ["4 texts", "4 texts"],
        "alpha": 1e-6,
        "pool": 500,
        "tokens_per_draw": 7.5,
        **power,
    }
    trend = {"alpha": 5e-7, "pairs_in_a_check": 16, "n_pairs": 320, "mean": 0.8, "mean_low": 0.6}
    check = {"check": "test_a", "alpha": 1e-6, "alternatives": [line], "trends": [trend]}
    entries = {"a/b": {"model": "tiny-chat", "checks": [check]}, "a/c": {"model": "tiny-chat", "checks": []}}
    verified = {"what": "coins", "n": 1000, "alpha": 0.01, "failed": 2, "rate": 0.002, "upper": 0.01}
    text = page({"exercises": entries, "bounds": [verified]})
    assert "| `greedy` | 2 × 4 texts | 1e-06 | 500 | 7.5 | 3 | > 32 | 8 | 0.50000 | 0.40000 |" in text
    assert "| 1 | 5e-07 | 16 | 320 | 0.8 | 0.6 |" in text
    assert "| coins | 1,000 | 0.01 | 2 | 0.00200 | 0.01000 |" in text
    assert "No judgement by chance." in text
