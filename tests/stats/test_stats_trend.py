"""Judging which setting's texts are more alike: the bound holds, a reversed trend is found."""

import random

import pytest

from autograder.stats import Finding, judge_trend, weigh_trend
from autograder.stats.trend import bleu_of_pairs

WORDS = ["the", "a", "dragon", "flew", "over", "and", "castle", "into", "flames", "darkness"]


def texts(n, n_words, rng):
    """n texts of four words, drawn from the first `n_words` words: the fewer, the more alike."""
    return [" ".join(rng.choices(WORDS[:n_words], k=4)) for _ in range(n)]


def test_texts_without_a_trend_fail_no_more_often_than_alpha():
    """300 submissions whose two groups come from one distribution, judged after 6 and 12 pairs at alpha = 0.1: at most 30."""
    rng, failed = random.Random(1), 0
    for _ in range(300):
        first, second = (weigh_trend(texts(12, 2, rng), texts(12, 2, rng)) for _ in range(2))
        failed += first.judge(0.1).failed or (first + second).judge(0.1).failed
    assert failed <= 30


def test_a_trend_passes_and_its_reverse_fails():
    """56 texts of each setting, at alpha = 1e-6, ten times of ten."""
    for seed in range(10):
        rng = random.Random(seed)
        alike, varied = texts(56, 1, rng), texts(56, 10, rng)
        assert judge_trend(alike, varied).finding is Finding.PASS
        judged = judge_trend(varied, alike)
        assert (judged.finding, judged.alternative, judged.n_draws) == (Finding.FAIL, None, 28)


def test_few_texts_leave_it_undecided():
    """Nineteen pairs can never fail at 1e-6, whatever they are."""
    assert judge_trend(["a b c d", "e f g h"] * 19, ["a b c d"] * 38).finding is Finding.UNDECIDED
    assert judge_trend([], []).finding is Finding.UNDECIDED


def test_what_finds_no_partner_is_not_read():
    """Five texts against three are one pair against one pair."""
    judged = judge_trend(["a b", "a b", "c", "d", "e"], ["f", "g", "h"])
    assert judged.n_draws == 1


def test_likeness_is_the_sentence_bleu_of_sacrebleu():
    """Equal texts 1, unlike ones 0, the effective order for short ones."""
    assert bleu_of_pairs(["a b c", "a b c", "a b c", "x y z", "a b", "a b"]) == pytest.approx([1.0, 0.0, 1.0])


def test_evidence_of_two_rounds_adds_up():
    """Rounds with other seeds are judged together."""
    rng = random.Random(3)
    rounds = [(texts(24, 10, rng), texts(24, 1, rng)) for _ in range(3)]
    total = weigh_trend(*rounds[0]) + weigh_trend(*rounds[1]) + weigh_trend(*rounds[2])
    assert total.n_draws == 36
    assert total.judge().failed
