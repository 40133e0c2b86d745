"""公開チェック / public checks: sample_many"""

import pytest

from autograder.checks import fail, points, read_tensor, require, require_raises

PROMPT = "Tell me a story about a dragon."
N_NEW = 12


def prompt_ids(lm):
    """The prompt, int64, shape (1, m)."""
    return lm.tokenizer(PROMPT, return_tensors="pt")["input_ids"]


def read_samples(answer, lm, n):
    """The new tokens of each of n rows that begin with the prompt; at most N_NEW of them."""
    prompt = prompt_ids(lm)
    m = prompt.shape[1]
    rows = read_tensor(answer, "sample", dtype="int64", shape=(n, None))
    require(
        m < rows.shape[1] <= m + N_NEW and bool((rows[:, :m] == prompt).all()),
        ja=f"sample: どの行も、プロンプトの {m} トークンに 1 から {N_NEW} 個の新しいトークンが続くはずですが、形は {tuple(rows.shape)} でした。"
        "generate が返す系列を、プロンプトごとそのまま返してください。",
        en=f"sample: expected rows that begin with the {m} tokens of the prompt and go on for 1 to {N_NEW} new ones, got the shape {tuple(rows.shape)}. "
        "Return the sequences as generate gives them, prompt included.",
    )
    new = rows[:, m:].tolist()
    size = lm.model.config.vocab_size
    require(
        all(0 <= token < size for row in new for token in row),
        ja=f"sample: 0 から {size - 1} の ID のはずですが、語彙の外の数があります。",
        en=f"sample: expected ids from 0 to {size - 1}, but some lie outside the vocabulary.",
    )
    return new


def judged_draws(lm, draws, alternatives):
    """What the draws say about plain sampling at temperature 1."""
    from autograder.stats import Sampler, judge_tokens

    return judge_tokens(
        lm.model,
        prompt_ids(lm)[0].tolist(),
        draws,
        null=Sampler(),
        alternatives=alternatives,
        max_new_tokens=N_NEW,
        eos_token_id=lm.tokenizer.eos_token_id,
    )


@points(1)
@pytest.mark.parametrize("n", [1, 3])
def test_gives_n_whole_sequences(student, lm, n):
    """n 行の ID の表が返り、どの行もプロンプトで始まります。

    A table of ids with n rows comes back, each beginning with the prompt.
    """
    read_samples(student.sample(lm.model, prompt_ids(lm), n, N_NEW, seed=1), lm, n)


@points(1)
def test_the_sequences_are_not_all_alike(student, lm):
    """n 個の系列は、別々にサンプリングされています。

    The n sequences are sampled one by one.
    """
    from autograder.stats import Greedy, Repeated

    draws = read_samples(student.sample(lm.model, prompt_ids(lm), 12, N_NEW, seed=2), lm, 12)
    judged = judged_draws(lm, draws, {"decodes_greedily": Greedy(), "repeats_one_draw": Repeated()})
    if judged.failed:
        n_different = len({tuple(draw) for draw in draws})
        fail(
            ja=f"sample: 12 個の系列（{n_different} 種類）は、温度 1 のサンプリングではまず出ないものでした。"
            "do_sample と num_return_sequences を確かめてください。",
            en=f"sample: sampling at temperature 1 hardly ever gives these 12 sequences ({n_different} different ones). "
            "Look at do_sample and num_return_sequences.",
            mistake=judged.alternative,
        )


@points(1)
def test_one_seed_one_result(student, lm):
    """同じ seed なら同じ系列、別の seed なら別の系列になります。

    The same seed gives the same sequences, another seed gives others.
    """
    from autograder.stats import Copy

    first, other, again = (
        read_samples(student.sample(lm.model, prompt_ids(lm), 6, N_NEW, seed=seed), lm, 6) for seed in (7, 70000, 7)
    )
    require(
        first == again,
        ja="sample: seed=7 で 2 回呼ぶと同じ系列になるはずですが、違う系列でした。サンプリングの前に、毎回この seed で乱数を固定してください。",
        en="sample: two calls with seed=7 should give the same sequences, but they differ. Fix the random numbers by this seed at every call.",
        mistake="never_sets_the_seed",
    )
    judged = judged_draws(lm, other, {"fixes_another_seed": Copy(tuple(map(tuple, first)))})
    if judged.failed and first == other:
        fail(
            ja="sample: seed=7 と seed=70000 では違う系列になるはずですが、同じ系列でした。引数の seed を使ってください。",
            en="sample: seed=7 and seed=70000 should give different sequences, but they are the same. Use the argument seed.",
            mistake="fixes_another_seed" if len(set(map(tuple, first))) > 1 else None,
        )


@points(1)
@pytest.mark.parametrize(
    ("n", "max_new_tokens", "keywords"),
    [(3, 4, {"temperature": 0.0}), (0, 4, {}), (3, 0, {}), (3, 4, {"top_p": 1.5}), (3, 4, {"top_k": -1})],
    ids=["greedy", "no_sequences", "no_tokens", "top_p_above_1", "top_k_below_0"],
)
def test_refuses_arguments_that_make_no_sense(student, lm, n, max_new_tokens, keywords):
    """意味のない引数には ValueError を出します（temperature=0 は greedy なので、n 個は作れません）。

    Arguments that make no sense raise ValueError (temperature=0 would be greedy, which cannot give n samples).
    """
    require_raises(ValueError, student.sample, lm.model, prompt_ids(lm), n, max_new_tokens, seed=1, **keywords)
