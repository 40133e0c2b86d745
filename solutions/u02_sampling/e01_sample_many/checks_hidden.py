"""Hidden checks of sampling/sample_many."""

import functools
import operator

import pytest
import torch

from autograder.checks import different_seeds, fail, points, read_tensor, require, require_raises
from autograder.stats import ALPHA, Copy, Cut, Greedy, Repeated, Sampler, greedy_tokens, temperature_for, weigh_tokens

WIDE_PROMPT = "Every day, the"  # many words may follow: far more than 50 carry weight
DRAGON_PROMPT = "Tell me a story about a dragon."
SUM_PROMPT = "1+1=?"


def encoded(lm, prompt):
    """Prompt ids, int64, shape (1, m)."""
    return lm.tokenizer(prompt, return_tensors="pt")["input_ids"]


def read_draws(answer, lm, ids, n, max_new_tokens):
    """The new tokens of each row, EOS included where there is one; sentences name no hidden input."""
    m, size = ids.shape[1], lm.model.config.vocab_size
    rows = read_tensor(answer, "sample", dtype="int64", shape=(n, None))
    require(
        m < rows.shape[1] <= m + max_new_tokens,
        ja="sample: 系列の長さが、プロンプトに 1 個から max_new_tokens 個までを足した長さになっていません。"
        "max_new_tokens をそのまま generate に渡し、返った系列をプロンプトごと返してください。",
        en="sample: the sequences are not as long as the prompt and 1 to max_new_tokens tokens more. "
        "Pass max_new_tokens to generate as it is, and return its sequences, prompt included.",
    )
    require(
        bool((rows[:, :m] == ids).all()),
        ja="sample: プロンプトで始まらない行があります。generate が返す系列を、そのまま返してください。",
        en="sample: a row does not begin with the prompt. Return the sequences as generate gives them.",
    )
    require(
        bool(((rows >= 0) & (rows < size)).all()),
        ja="sample: 語彙にない ID があります。トークンの ID を返してください。",
        en="sample: there are ids outside the vocabulary. Return token ids.",
    )
    return [_ended(row, lm) for row in rows[:, m:].tolist()]


def _ended(row, lm):
    """The row up to its first EOS; FAIL if anything but padding follows."""
    eos = lm.tokenizer.eos_token_id
    if eos not in row:
        return row
    end = row.index(eos) + 1
    padding = {eos, lm.tokenizer.pad_token_id, lm.model.generation_config.pad_token_id}
    require(
        set(row[end:]) <= padding,
        ja="sample: 終了トークン (EOS) のあとに、パディングでないトークンがあります。モデルのパディングトークンで埋めてください。",
        en="sample: something other than padding follows the end token (EOS). Fill up with the model's padding token.",
        mistake="pads_with_another_token" if len(set(row[end:])) == 1 else None,
    )
    return row[:end]


def answered(lm):
    """Ids of a question with its whole answer, behind which the end token is the likeliest by far."""
    ids = lm.tokenizer(SUM_PROMPT)["input_ids"]
    eos = lm.tokenizer.eos_token_id
    answer = greedy_tokens(lm.model, ids, max_new_tokens=16, eos_token_id=eos)
    return torch.tensor([[*ids, *(token for token in answer if token != eos)]])


class TruncatedFirst(Sampler):
    """top_p on the probabilities at temperature 1, then the temperature on what is left."""

    def log_probs_at(self, ranking, rank):
        cold, hot = ranking.at(1.0), ranking.at(self.temperature)
        kept = cold.count_in_front_below(self.top_p * cold.mass(cold.everything()))
        return (hot.score(rank) - hot.mass(kept).log()).masked_fill(rank >= kept, -torch.inf)


def weigh(draws, lm, ids, asked, alternatives, max_new_tokens):
    """The evidence in the draws of one call."""
    return weigh_tokens(
        lm.model,
        ids[0].tolist(),
        draws,
        null=asked,
        alternatives=alternatives,
        max_new_tokens=max_new_tokens,
        eos_token_id=lm.tokenizer.eos_token_id,
    )


def weigh_call(student, lm, rng, *, ids, n, max_new_tokens, **keywords):
    """The evidence in one call with these keywords, against every other way of sampling."""
    answer = student.sample(lm.model, ids, n, max_new_tokens, seed=rng.randrange(2**31), **keywords)
    draws = read_draws(answer, lm, ids, n, max_new_tokens)
    asked = Sampler(**keywords)
    temperature, top_p, top_k = asked.temperature, asked.top_p, asked.top_k
    alternatives = {
        "ignores_the_temperature": Sampler(1.0, top_p, top_k),
        "inverts_the_temperature": Sampler(1 / temperature, top_p, top_k),
        "ignores_top_p": Sampler(temperature, 1.0, top_k),
        "ignores_top_k": Sampler(temperature, top_p, 0),
        "leaves_top_k_on": Sampler(temperature, top_p, top_k or 50),
        "leaves_a_larger_top_k_on": Sampler(temperature, top_p, top_k or 200),
        "changes_the_defaults": Sampler(keywords.get("temperature", 0.8), keywords.get("top_p", 0.9), top_k),
        "decodes_greedily": Greedy(),
        "repeats_one_draw": Repeated(),
        "truncates_before_the_temperature": TruncatedFirst(temperature, top_p, top_k),
        "counts_the_prompt": Cut(asked, max(1, max_new_tokens - ids.shape[1])),
        None: Sampler(2 * temperature, top_p, top_k),  # too hot, for whatever reason
    }
    return weigh(draws, lm, ids, asked, alternatives, max_new_tokens)


def require_asked_distribution(evidence):
    """FAIL unless the draws of every call, and those of all calls together, may come from their samplers.

    Half of alpha is for each call alone, which shows what one setting shows, half for all of them, which show what all show.
    """
    alone = [one.judge(ALPHA / 2 / len(evidence)) for one in evidence]
    together = functools.reduce(operator.add, evidence)
    # One call alone may look like several mistakes; all of them together tell which. This chooses a name, not a verdict.
    if any(one.failed for one in [*alone, together.judge(ALPHA / 2)]):
        fail(
            ja=f"sample: 頼まれた分布からは、まず出ない系列でした（正しい答えがこうなる確率は {ALPHA:g} 以下です）。"
            "generate に渡す do_sample、temperature、top_p、top_k、num_return_sequences、max_new_tokens を確かめてください。",
            en=f"sample: the distribution asked for hardly ever gives such sequences (a right answer does with probability at most {ALPHA:g}). "
            "Look at do_sample, temperature, top_p, top_k, num_return_sequences and max_new_tokens that you pass to generate.",
            mistake=together.likeliest(),
        )


@points(2)
def test_by_default_nothing_narrows_the_vocabulary(student, lm, rng):
    """何も指定しなければ、語彙全体からモデルの確率のとおりに選ばれます。

    Without keywords the tokens come from the whole vocabulary, with the model's own probabilities.
    """
    ids = encoded(lm, WIDE_PROMPT)
    # 2,400 first tokens, which the model scores at once, show that one in a hundred is never drawn.
    asked = [(48, 4), *[(240, 1)] * 10]
    require_asked_distribution([weigh_call(student, lm, rng, ids=ids, n=n, max_new_tokens=limit) for n, limit in asked])


@points(2)
def test_tokens_come_from_the_asked_temperature(student, lm, rng):
    """低い温度でも高い温度でも、その温度で出るトークンが返ります。

    At a low and at a high temperature the tokens are those that this temperature gives.
    """
    ids = encoded(lm, WIDE_PROMPT)
    require_asked_distribution(
        [
            weigh_call(student, lm, rng, ids=ids, n=n, max_new_tokens=limit, temperature=temperature)
            # 0.04 would be 0 to one decimal
            for temperature, n, limit in ((0.4, 48, 4), (2.0, 24, 8), (0.04, 2, 4))
        ]
    )


@points(2)
def test_top_p_and_top_k_narrow_the_choice(student, lm, rng):
    """top_p と top_k が、1 つずつでも一緒でも、候補を絞ります。

    Top_p and top_k narrow the choice, alone and together.
    """
    settings = {"ids": encoded(lm, WIDE_PROMPT), "n": 16, "max_new_tokens": 4}
    narrowed = [
        {"top_p": 0.5},
        {"top_k": 5},
        {"temperature": 1.5, "top_p": 0.7, "top_k": 20},
        {"temperature": 2.5, "top_p": 0.7},
        {"top_k": 1},
    ]
    require_asked_distribution([weigh_call(student, lm, rng, **keywords, **settings) for keywords in narrowed])


@points(1)
def test_rows_end_at_eos_or_at_the_limit(student, lm, rng):
    """どの行も、終了トークンか max_new_tokens 個で終わり、短い行は埋められます。

    Every row ends by the end token or after max_new_tokens tokens, and shorter ones are filled up.
    """
    ids = answered(lm)
    often = temperature_for(lm.model, ids[0].tolist(), lm.tokenizer.eos_token_id, 0.55)
    first = [weigh_call(student, lm, rng, ids=ids, n=225, max_new_tokens=1, temperature=often) for _ in range(4)]
    ended = weigh_call(student, lm, rng, ids=encoded(lm, SUM_PROMPT), n=12, max_new_tokens=12, temperature=2.5)
    cut = weigh_call(student, lm, rng, ids=encoded(lm, DRAGON_PROMPT), n=4, max_new_tokens=13)
    shortest = weigh_call(student, lm, rng, ids=encoded(lm, WIDE_PROMPT)[:, :1], n=1, max_new_tokens=1)
    require_asked_distribution([*first, ended, cut, shortest])


@points(1)
def test_every_seed_counts_and_none_fixes_nothing(student, lm, rng):
    """seed = 0 でも結果は 1 つに決まり、seed = None なら呼ぶたびに変わります。

    Seed 0, too, has one result, and with seed None every call gives another.
    """
    ids = encoded(lm, WIDE_PROMPT)

    def draws(**seed):
        return read_draws(student.sample(lm.model, ids, 6, 8, **seed), lm, ids, 6, 8)

    for seed in (rng.randrange(1, 2**31), 0):
        first, at_once, _, again = draws(seed=seed), draws(seed=seed), draws(seed=None), draws(seed=seed)
        require(
            first == at_once == again,
            ja="sample: 同じ seed で 2 回呼んだら、違う系列でした。サンプリングの前に、毎回この seed で乱数を固定してください（0 も 1 つの seed です）。",
            en="sample: two calls with one seed gave different sequences. Fix the random numbers by the seed at every call (0 is a seed, too).",
            mistake="takes_seed_0_for_none" if seed == 0 else "never_sets_the_seed",
        )
    seeds = different_seeds(rng)
    of_seeds = [draws(seed=seed) for seed in seeds]
    judged = functools.reduce(operator.add, [weigh(one, lm, ids, Sampler(), {}, 8) for one in of_seeds]).judge(
        ALPHA / 3
    )
    require(
        not (judged.failed and len(set(map(str, of_seeds))) < len(seeds)),
        ja="sample: 違う seed なのに、同じ系列になりました。引数の seed を、そのまま乱数の種にしてください。",
        en="sample: different seeds gave the same sequences. Use the argument seed itself to fix the random numbers.",
    )
    for none in ({"seed": None}, {}):
        first, other = draws(**none), draws(**none)
        kept = tuple(tuple(draw[:-1] if draw[-1] == lm.tokenizer.eos_token_id else draw) for draw in first)
        judged = weigh(other, lm, ids, Sampler(), {"fixes_the_seed_of_none": Copy(kept)}, 8).judge(ALPHA / 3)
        fails = judged.failed and first == other
        # Whoever has a few seeds to choose from repeats some calls, not all.
        is_fixed = fails and len(set(kept)) > 1 and all(draws(**none) == first for _ in range(6))
        require(
            not fails,
            ja="sample: seed=None のまま 2 回呼んだら、同じ系列でした。None のときは乱数を固定しないでください。",
            en="sample: two calls with seed=None gave the same sequences. Fix nothing when the seed is None.",
            mistake="fixes_the_seed_of_none" if is_fixed else None,
        )


@points(1)
@pytest.mark.parametrize(
    ("n", "max_new_tokens", "keywords"),
    [
        (1, 3, {"temperature": 0.0}),
        (2, 3, {"temperature": -0.5}),
        (0, 3, {}),
        (-1, 3, {}),
        (2, -1, {}),
        (2, 3, {"top_p": 0.0}),
        (2, 3, {"top_p": -0.1}),
        (2, 3, {"top_p": 1.001}),
        (2, 3, {"temperature": 0.7, "top_k": -5}),
    ],
)
def test_refuses_one_wrong_argument_among_good_ones(student, lm, n, max_new_tokens, keywords):
    """正しい引数に混じった 1 つの誤りにも ValueError を出します。

    A single wrong argument among good ones raises ValueError.
    """
    ids = encoded(lm, SUM_PROMPT)
    require_raises(ValueError, student.sample, lm.model, ids, n, max_new_tokens, seed=1, **keywords)


@points(1)
def test_refuses_an_empty_prompt(student, lm):
    """トークンが 1 つもないプロンプトには ValueError を出します。

    A prompt without any token raises ValueError.
    """
    require_raises(ValueError, student.sample, lm.model, encoded(lm, SUM_PROMPT)[:, :0], 2, 3, seed=1)
