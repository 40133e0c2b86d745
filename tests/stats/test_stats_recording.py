"""What a block asks of the package is recorded, and nothing is kept outside of it."""

from autograder.stats import Greedy, Sampler, judge_draws, judge_tokens, recorded_questions, weigh_draws, weigh_trend

PROBS = [("a", 0.5), ("b", 0.5)]


def test_a_question_to_a_model_is_recorded_with_its_settings(table_model):
    """Prompt, samplers, number of draws, limit, margin, and the alpha of the judgement."""
    alternatives = {"greedy": Greedy()}
    with recorded_questions() as record:
        judge_tokens(
            table_model,
            [1, 2],
            [[3, 0], [4, 0]],
            null=Sampler(top_p=0.9),
            alternatives=alternatives,
            max_new_tokens=5,
            eos_token_id=0,
            alpha=1e-7,
        )
    (question,) = record.questions
    assert (question.kind, question.n_draws, question.prompt_ids) == ("tokens", 2, (1, 2))
    assert (question.null, question.alternatives) == (Sampler(top_p=0.9), alternatives)
    assert (question.max_new_tokens, question.eos_token_id, question.model) == (5, 0, table_model)
    assert [(ruling.questions, ruling.alpha) for ruling in record.rulings] == [((question,), 1e-7)]


def test_draws_and_trends_are_recorded():
    """Each with what it is about."""
    with recorded_questions() as record:
        judge_draws(["a", "b"], PROBS, alternatives={})
        weigh_trend(["a b", "a b"], ["a b", "c d"])
    draws, trend = record.questions
    assert (draws.kind, draws.n_draws, draws.null) == ("draws", 2, PROBS)
    assert (trend.kind, trend.n_draws, trend.likeness) == ("trend", 1, (1.0,))
    assert len(record.rulings) == 1


def test_evidence_that_grows_is_one_ruling():
    """Judging again after more draws costs no further alpha; another share does, and so do other draws."""
    first, second, other = (["a", "b"], ["b", "b"], ["b", "a"])
    with recorded_questions() as record:
        total = weigh_draws(first, PROBS, alternatives={})
        total.judge(1e-7)
        total += weigh_draws(second, PROBS, alternatives={})
        total.judge(1e-7)
        weigh_draws(other, PROBS, alternatives={}).judge(2e-7)
    assert [len(ruling.questions) for ruling in record.rulings] == [1, 2, 1]
    assert [(len(ruling.questions), ruling.alpha) for ruling in record.final_rulings()] == [(2, 1e-7), (1, 2e-7)]


def test_choosing_a_name_is_no_ruling():
    """`likeliest` decides nothing."""
    with recorded_questions() as record:
        assert weigh_draws(["a"] * 9, PROBS, alternatives={"only_a": [("a", 1.0)]}).likeliest() == "only_a"
    assert record.rulings == []


def test_nothing_is_recorded_outside_the_block():
    """Evidence carries no question, and an inner block keeps its own."""
    with recorded_questions() as outer, recorded_questions() as inner:
        judge_draws(["a"], PROBS, alternatives={})
    evidence = weigh_draws(["a"], PROBS, alternatives={})
    assert (len(outer.questions), len(inner.questions), evidence.asked) == (0, 1, ())
