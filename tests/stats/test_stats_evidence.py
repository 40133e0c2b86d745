"""Evidence adds up, and the judgement follows from it."""

import math

import pytest

from autograder.stats import Evidence, Finding


def evidence(log_e, *, log_reverse=None, log_q=None, escaped=None, outside=None, n_draws=4):
    """Evidence about the alternatives a, b, …"""
    names = "abcdef"[: len(log_e)]
    return Evidence(
        n_draws,
        dict(zip(names, log_e, strict=True)),
        dict(zip(names, log_reverse or [0.0] * len(names), strict=True)),
        dict(zip(names, log_q or log_e, strict=True)),
        dict(zip(names, escaped or [0] * len(names), strict=True)),
        outside,
    )


def test_fails_when_the_mean_e_value_reaches_one_over_alpha():
    """Two alternatives, one e-value: the bar lies at 2 / alpha."""
    bar = math.log(2 / 1e-6)
    assert evidence([bar + 1e-9, -math.inf]).judge(1e-6).finding is Finding.FAIL
    assert evidence([bar - 1e-9, -math.inf]).judge(1e-6).finding is Finding.UNDECIDED


def test_names_the_likeliest_alternative_that_could_have_made_the_draws():
    """b is likelier than a, but could not have made the draws."""
    judged = evidence([50.0, 60.0, 10.0], escaped=[0, 4, 0]).judge()
    assert (judged.finding, judged.alternative) == (Finding.FAIL, "a")


def test_a_proof_fails_without_a_name_when_no_alternative_could_have_made_the_draws():
    """A token outside the support fails on its own."""
    judged = evidence([-5.0, -5.0], escaped=[4, 4], outside=(1, 3)).judge()
    assert (judged.finding, judged.alternative, judged.outside) == (Finding.FAIL, None, (1, 3))
    assert judged.failed


def test_passes_when_every_alternative_is_refuted():
    """One alternative short of 1 / beta leaves it undecided."""
    assert evidence([-9.0, -9.0], log_reverse=[9.0, 9.0]).judge().finding is Finding.PASS
    assert evidence([-9.0, -9.0], log_reverse=[9.0, 6.0]).judge().finding is Finding.UNDECIDED


def test_evidence_adds_up():
    """Sums for each alternative; a later proof keeps its place among all draws."""
    total = evidence([1.0, -math.inf]) + evidence([2.0, 5.0], escaped=[1, 0], outside=(2, 0))
    assert total.n_draws == 8
    assert total.log_e == {"a": 3.0, "b": -math.inf}
    assert total.escaped == {"a": 1, "b": 0}
    assert total.outside == (6, 0)


def test_evidence_about_other_alternatives_does_not_add_up():
    """Different names: ValueError."""
    with pytest.raises(ValueError, match="same alternatives"):
        evidence([1.0]) + evidence([1.0, 2.0])


@pytest.mark.parametrize("rate", [0.0, 1.0, -1.0])
def test_rates_out_of_range_are_refused(rate):
    """alpha and beta lie in (0, 1)."""
    with pytest.raises(ValueError, match="alpha"):
        evidence([1.0]).judge(alpha=rate)


def test_without_alternatives_only_a_proof_fails():
    """No alternative, no evidence."""
    assert evidence([]).judge().finding is Finding.PASS
    assert evidence([], outside=(0, 0)).judge().failed
