"""Judging token ids: the bound holds, and the alternatives are found, on a model given by a table."""

import pytest
import torch

from autograder.stats import Copy, Cut, Evidence, Finding, Greedy, Repeated, Sampler, judge_tokens, weigh_tokens

ASKED = Sampler(temperature=1.3, top_p=0.8)
ALTERNATIVES = {
    "top_p_ignored": Sampler(temperature=1.3),
    "temperature_ignored": Sampler(top_p=0.8),
    "top_k_left_on": Sampler(temperature=1.3, top_k=4, top_p=0.8),
    "both_ignored": Sampler(),
    "greedy": Greedy(),
    "repeated": Repeated(),
    "limit_short": Cut(ASKED, 6),
}
LIMIT = 12


def judge(model, rows, *, null=ASKED, alternatives=ALTERNATIVES, **options):
    return judge_tokens(
        model, [1], rows, null=null, alternatives=alternatives, max_new_tokens=LIMIT, eos_token_id=0, **options
    )


@pytest.mark.parametrize(
    ("null", "noise"),
    [(ASKED, 0.0), (ASKED, 1e-4), (Sampler(top_p=0.8), 1e-4), (Sampler(temperature=0.7, top_k=3), 1e-4)],
    ids=["exact", "rounded", "edge_of_the_nucleus", "top_k"],
)
def test_correct_submissions_fail_no_more_often_than_alpha(table_model, null, noise):
    """1,500 correct submissions of 3 draws at alpha = 0.02, judged after every draw: at most 30 fail.

    `noise` moves the submission's logits by as much as the margin allows; in `edge_of_the_nucleus` one
    token's membership then depends on rounding. `autograder power --bounds` does it with 100,000.
    """
    n, alpha = 1_500, 0.02
    rows = table_model.draw(null, 3 * n, LIMIT, seed=11, noise=noise)
    alternatives = {**ALTERNATIVES, "limit_short": Cut(null, 6), "asked": Sampler(temperature=2.0)}
    single = {tuple(row): None for row in rows}
    scored = dict(zip(single, _one_by_one(table_model, list(single), null, alternatives), strict=True))
    failed = 0
    for start in range(0, 3 * n, 3):
        total, judged = None, []
        for row in rows[start : start + 3]:
            one = scored[tuple(row)]
            total = one if total is None else total + one
            judged.append(total.judge(alpha).failed)
        failed += any(judged)
    assert failed <= alpha * n


def _one_by_one(model, rows, null, alternatives):
    """The evidence of each draw on its own; `Repeated` needs several and is left out."""
    from autograder.stats.ranked import FLOAT32
    from autograder.stats.scoring import ended_draw, score_draws
    from autograder.stats.tokens import unbounded
    from autograder.stats.weighing import scored_alternatives, weigh

    scored = scored_alternatives(alternatives)
    draws = [ended_draw(row, 0) for row in rows]
    scores = score_draws(
        model, [1], draws, null=null, alternatives=scored, max_new_tokens=LIMIT, eos_token_id=0, margin=FLOAT32
    )
    for draw, score in zip(draws, scores, strict=True):
        assert score.outside is None
        yield weigh([draw.ids], [score], scored, unbounded)


def test_repeated_draws_are_no_more_than_luck(table_model):
    """5,000 submissions of two short draws that are often equal by chance: `repeated` stays within alpha."""
    null, n, alpha = Sampler(top_p=0.3), 5_000, 0.01
    rows = table_model.draw(null, 2 * n, 2, seed=12)
    judged = {}
    failed = 0
    for pair in zip(rows[::2], rows[1::2], strict=True):
        key = tuple(map(tuple, pair))
        if key not in judged:
            judged[key] = judge_tokens(
                table_model,
                [1],
                pair,
                null=null,
                alternatives={"repeated": Repeated()},
                max_new_tokens=2,
                eos_token_id=0,
                alpha=alpha,
            ).failed
        failed += judged[key]
    assert failed <= alpha * n


@pytest.mark.parametrize("name", ["top_p_ignored", "temperature_ignored", "top_k_left_on", "both_ignored"])
def test_alternative_samplers_are_found_and_named(table_model, name):
    """400 draws under each alternative fail at alpha = 1e-6 and carry its name."""
    judged = judge(table_model, table_model.draw(ALTERNATIVES[name], 400, LIMIT, seed=13))
    assert (judged.finding, judged.alternative) == (Finding.FAIL, name)


def test_greedy_is_found_and_named(table_model):
    """Greedy tokens lie inside every nucleus; their likelihood gives them away."""
    row = table_model.draw(Sampler(top_k=1), 1, LIMIT, seed=1)[0]
    judged = judge(table_model, [row] * 8)
    assert (judged.finding, judged.alternative) == (Finding.FAIL, "greedy")


def test_a_repeated_draw_is_found_and_named(table_model):
    """One correct draw, returned five times."""
    row = max(table_model.draw(ASKED, 20, LIMIT, seed=14), key=lambda row: len(row) - row.count(0))
    judged = judge(table_model, [row] * 5)
    assert (judged.finding, judged.alternative) == (Finding.FAIL, "repeated")


def test_a_seed_that_changes_nothing_is_found(table_model):
    """The second call returned the first call's draws."""
    rows = table_model.draw(ASKED, 4, LIMIT, seed=15)
    draws = tuple(tuple(row[: row.index(0)] if 0 in row else row) for row in rows)
    judged = judge(table_model, rows, alternatives={"seed_ignored": Copy(draws)})
    assert (judged.finding, judged.alternative) == (Finding.FAIL, "seed_ignored")
    other = table_model.draw(ASKED, 4, LIMIT, seed=16)
    assert not judge(table_model, other, alternatives={"seed_ignored": Copy(draws)}).failed


def test_another_limit_is_found_and_named(table_model):
    """Draws of 6 tokens without EOS cannot exist under a limit of 12."""
    rows = [row[:6] for row in table_model.draw(ASKED, 30, LIMIT, seed=17)]
    judged = judge(table_model, rows)
    assert (judged.finding, judged.alternative) == (Finding.FAIL, "limit_short")
    assert judged.outside is not None


def test_one_token_outside_the_nucleus_is_a_proof(table_model):
    """After token 2 the nucleus of 0.8 is {1, 2} and, by rounding, 3; token 4 proves another sampler."""
    options = {"alternatives": {"top_p_ignored": Sampler()}, "max_new_tokens": 1, "eos_token_id": 0}
    assert not judge_tokens(table_model, [1, 2], [[3]], null=Sampler(top_p=0.8), **options).failed
    judged = judge_tokens(table_model, [1, 2], [[1], [4]], null=Sampler(top_p=0.8), **options)
    assert (judged.finding, judged.alternative, judged.outside) == (Finding.FAIL, "top_p_ignored", (1, 0))


def test_tokens_after_eos_are_padding(table_model):
    """Whatever follows EOS, the judgement is the same."""
    rows = table_model.draw(ASKED, 50, LIMIT, seed=18)
    noisy = [row[: row.index(0) + 1] + [7] * 5 if 0 in row else row for row in rows]
    assert judge(table_model, rows) == judge(table_model, noisy)


def test_right_draws_pass_when_there_are_enough(table_model):
    """600 right draws refute every alternative; 2 leave it open."""
    rows = table_model.draw(ASKED, 600, LIMIT, seed=19)
    assert judge(table_model, rows).finding is Finding.PASS
    assert judge(table_model, rows[:2]).finding is Finding.UNDECIDED


def test_evidence_of_two_calls_is_the_evidence_of_both(table_model):
    """Adding is the same as judging at once, `Repeated` apart."""
    rows = table_model.draw(ASKED, 40, LIMIT, seed=20)
    options = {
        "null": ASKED,
        "alternatives": {name: ALTERNATIVES[name] for name in ("top_p_ignored", "greedy")},
        "max_new_tokens": LIMIT,
        "eos_token_id": 0,
    }
    whole = weigh_tokens(table_model, [1], rows, **options)
    parts = weigh_tokens(table_model, [1], rows[:15], **options) + weigh_tokens(table_model, [1], rows[15:], **options)
    assert isinstance(parts, Evidence)
    assert parts.log_e == pytest.approx(whole.log_e)


@pytest.mark.parametrize("rows", [[[12]], [[-1]]], ids=["beyond_the_vocabulary", "negative"])
def test_ids_outside_the_vocabulary_are_refused(table_model, rows):
    """The caller reads the student's answer first; here it is a ValueError, never an index error."""
    with pytest.raises(ValueError, match=r"0\.\.11"):
        judge(table_model, rows)


def test_no_draws_are_undecided(table_model):
    """Nothing drawn, nothing said."""
    assert judge(table_model, torch.zeros(0, 0).tolist()).finding is Finding.UNDECIDED
