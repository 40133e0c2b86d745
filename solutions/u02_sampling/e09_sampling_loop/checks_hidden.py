"""Hidden checks of sampling/sampling_loop."""

from dataclasses import dataclass

import pytest
import torch

from autograder.checks import (
    by_hand,
    different_seeds,
    fail,
    forbid,
    points,
    read_tensor,
    require,
    require_raises,
    require_seeded,
    unchanging,
)
from autograder.stats import (
    ALPHA,
    Greedy,
    Repeated,
    Sampler,
    departure,
    greedy_tokens,
    judge_draws,
    temperature_for,
    weigh_tokens,
)

NEVER = -1  # no token has this id
UNIFORM = 1e5  # at this temperature all tokens are equally probable, up to 1e-6
FLAT = 1e3  # nearly so, and float32 still tells them apart
STORY = "Once upon a time"
WIDE_PROMPT = "Every day, the"  # many words may follow, so that a low temperature shows
QUESTION = "2+3=?"


@pytest.fixture
def student(student):
    """The student, who writes the loop by hand: neither `generate` nor a pipeline around it."""
    return by_hand(student, "transformers.pipeline", "transformers.TextGenerationPipeline")


class TruncatedFirst(Sampler):
    """top_p on the probabilities at temperature 1, then the temperature on what is left."""

    def log_probs_at(self, ranking, rank):
        cold = ranking.at(1.0)
        kept = cold.count_in_front_below(self.top_p * cold.mass(cold.everything()))
        return among_first(ranking.at(self.temperature), kept, rank)


class TopPFirst(Sampler):
    """top_p on all probabilities, then top_k."""

    def log_probs_at(self, ranking, rank):
        scaled = ranking.at(self.temperature)
        kept = scaled.count_in_front_below(self.top_p * scaled.mass(scaled.everything()))
        return among_first(scaled, kept.clamp(max=self.top_k), rank)


class WithoutCrossing(Sampler):
    """top_k, then top_p without the token that crosses it, as long as another one is left."""

    def log_probs_at(self, ranking, rank):
        scaled = ranking.at(self.temperature)
        most = scaled.everything().clamp(max=self.top_k)
        crossing = scaled.count_in_front_below(self.top_p * scaled.mass(most))
        return among_first(scaled, (crossing - 1).clamp(min=1), rank)


def among_first(weights, kept, rank):
    """Log-probabilities when the first `kept` ranks stay."""
    chances = weights.score(rank) - weights.mass(kept).log()
    return chances.masked_fill(rank >= kept, -torch.inf)


@dataclass(frozen=True)
class Task:
    """What a call asks for: a prompt, limits and settings."""

    ids: list
    max_new_tokens: int
    eos_token_id: int
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0


def new_tokens(student, lm, task, seed):
    """The student's new tokens, once prompt, ids and length are known to be right."""
    answer = student.sample_decode(
        forbid(lm.model, "generate"),
        torch.tensor([task.ids]),
        task.max_new_tokens,
        temperature=task.temperature,
        top_k=task.top_k,
        top_p=task.top_p,
        eos_token_id=task.eos_token_id,
        seed=seed,
    )
    row = read_tensor(answer, "sample_decode", dtype="int64", shape=(1, None))[0].tolist()
    new = row[len(task.ids) :]
    require(
        row[: len(task.ids)] == task.ids,
        ja="sample_decode: 返す列の先頭に、プロンプトの ID がそのまま並んでいません。",
        en="sample_decode: the ids of the prompt do not stand unchanged at the front of the result.",
    )
    require(
        all(0 <= token < lm.model.config.vocab_size for token in new),
        ja="sample_decode: 語彙にない ID が入っています。並べ替えた位置ではなく、トークンの ID を加えてください。",
        en="sample_decode: there are ids outside the vocabulary. Add ids of tokens, not places in a sorted list.",
    )
    require(
        task.eos_token_id not in new[:-1],
        ja="sample_decode: EOS のあとにもトークンが続いています。渡された eos_token_id を加えたら、そこで止めてください。",
        en="sample_decode: tokens follow behind EOS. Stop once the eos_token_id that was passed has been added.",
    )
    is_whole = len(new) == task.max_new_tokens or (new and new[-1] == task.eos_token_id)
    require(
        len(new) <= task.max_new_tokens and is_whole,
        ja=f"sample_decode: 新しいトークンが {len(new)} 個でした。EOS を加えるか、上限にちょうど達するまで続けてください（プロンプトは数えません）。",
        en=f"sample_decode: got {len(new)} new tokens. Go on until EOS has been added or the limit is reached exactly (the prompt does not count).",
    )
    return new


def weigh(student, lm, rng, task, *, n, alternatives):
    """The evidence in n draws with as many seeds."""
    rows = [new_tokens(student, lm, task, seed) for seed in rng.sample(range(2**31), n)]
    return weigh_rows(lm, task, rows, alternatives)


def weigh_rows(lm, task, rows, alternatives):
    """The evidence in the new tokens of several calls."""
    return weigh_tokens(
        lm.model,
        task.ids,
        rows,
        null=Sampler(task.temperature, task.top_p, min(task.top_k, lm.model.config.vocab_size)),
        alternatives=alternatives,
        max_new_tokens=task.max_new_tokens,
        eos_token_id=task.eos_token_id,
    )


def require_distribution(student, lm, rng, task, *, n, alternatives, alpha=ALPHA, are_far_apart=True):
    """FAIL unless n draws with as many seeds may come from the distribution of `task`.

    A check that asks twice gives each its share of alpha. The mistake is named if the alternatives are far enough apart to be told from each other by n draws.
    """
    judged = weigh(student, lm, rng, task, n=n, alternatives=alternatives).judge(alpha)
    if judged.failed:
        fail(
            ja=f"sample_decode: 頼まれた分布からは、まず出ないトークンでした（正しい答えがこうなる確率は {ALPHA:g} 以下です）。"
            "スコアを温度で割り、top_k、top_p の順に絞り、合計を 1 に直してから、毎回引いてください。",
            en=f"sample_decode: the distribution asked for hardly ever gives such tokens (a right answer does with probability at most {ALPHA:g}). "
            "Divide the scores by the temperature, narrow by top_k, then by top_p, renormalise, and draw anew each time.",
            mistake=judged.alternative if are_far_apart else None,
        )


def answered(lm):
    """Ids of a question with its whole answer, behind which EOS is the likeliest by far."""
    ids, eos = lm.tokenizer(QUESTION)["input_ids"], lm.tokenizer.eos_token_id
    answer = greedy_tokens(lm.model, ids, max_new_tokens=16, eos_token_id=eos)
    return [*ids, *(token for token in answer if token != eos)]


def story(lm, **settings):
    """A short continuation of a story, with these settings."""
    return Task(lm.tokenizer(STORY)["input_ids"], 6, lm.tokenizer.eos_token_id, **settings)


@points(1)
def test_tokens_come_from_the_asked_temperature(student, lm, rng):
    """トークンは、低い温度でも高い温度でも、頼まれた温度の分布から出ます。

    The tokens come from the distribution at the temperature asked for, be it low or high.
    """
    alternatives = {
        "ignores_the_temperature": Sampler(),
        "multiplies_by_the_temperature": Sampler(temperature=1 / 4.0),
        "decodes_greedily": Greedy(),
        "leaves_top_k_on": Sampler(temperature=4.0, top_k=50),
        "leaves_a_larger_top_k_on": Sampler(temperature=4.0, top_k=200),
        "ignores_the_seed": Repeated(),
    }
    task = story(lm, temperature=4.0)
    require_distribution(student, lm, rng, task, n=36, alternatives=alternatives, alpha=ALPHA / 4)
    wide, eos = lm.tokenizer(WIDE_PROMPT)["input_ids"], lm.tokenizer.eos_token_id
    alternatives = {"ignores_temperatures_below_1": Sampler(), "decodes_greedily": Greedy()}
    task = Task(wide, 3, eos, temperature=0.5)
    require_distribution(student, lm, rng, task, n=24, alternatives=alternatives, alpha=ALPHA / 4)
    task = Task(wide, 6, eos, temperature=1.6)  # no whole number
    require_distribution(
        student, lm, rng, task, n=10, alternatives={"ignores_the_temperature": Sampler()}, alpha=ALPHA / 4
    )
    task = Task(wide, 3, eos, temperature=0.04)  # to one decimal it would be 0
    require_distribution(
        student, lm, rng, task, n=1, alternatives={"ignores_the_temperature": Sampler()}, alpha=ALPHA / 4
    )


@points(1)
def test_the_end_comes_as_often_as_it_should(student, lm, rng):
    """EOS は、ほかのトークンと同じように、その確率で出ます。最初のトークンでも、モデルがほぼ確信しているときでも同じです。

    EOS is drawn with its probability like any other token, also as the first one, and where the model is all but sure.
    """
    ids, eos = answered(lm), lm.tokenizer.eos_token_id
    # One token a call: these many show EOS at half of its probability, and the best token always where it is likely.
    for p, n in ((0.55, 860), (0.9, 260)):
        task = Task(ids, 1, eos, temperature=temperature_for(lm.model, ids, eos, p))
        alternatives = {"decodes_greedily": Greedy(), "ignores_the_temperature": Sampler()}
        require_distribution(
            student, lm, rng, task, n=n, alternatives=alternatives, alpha=ALPHA / 2, are_far_apart=False
        )


@points(1)
def test_tokens_come_from_the_asked_top_p(student, lm, rng):
    """トークンは、温度をかけたあとの nucleus から、その中の確率で出ます。

    The tokens come from the nucleus after the temperature, by their probabilities in it.
    """
    alternatives = {
        "ignores_the_temperature": Sampler(top_p=0.95),
        "truncates_before_the_temperature": TruncatedFirst(temperature=3.0, top_p=0.95),
        "decodes_greedily": Greedy(),
        "ignores_the_seed": Repeated(),
    }
    task = story(lm, temperature=3.0, top_p=0.95)
    require_distribution(student, lm, rng, task, n=16, alternatives=alternatives, alpha=ALPHA / 2)
    alternatives = {"ignores_top_p": Sampler(temperature=3.0)}
    task = story(lm, temperature=3.0, top_p=0.5)
    require_distribution(student, lm, rng, task, n=4, alternatives=alternatives, alpha=ALPHA / 2)


@points(1)
def test_tokens_come_from_the_asked_top_k(student, lm, rng):
    """トークンは、上位 top_k 個から出ます。語彙より大きい top_k は何も捨てません。

    The tokens come from the best top_k; a top_k beyond the vocabulary drops none.
    """
    alternatives = {
        "ignores_top_k": Sampler(temperature=FLAT),
        "keeps_one_more": Sampler(temperature=FLAT, top_k=4),
        "keeps_one_less": Sampler(temperature=FLAT, top_k=2),
    }
    task = story(lm, temperature=FLAT, top_k=3)
    require_distribution(student, lm, rng, task, n=8, alternatives=alternatives, alpha=ALPHA / 2)
    task = story(lm, temperature=4.0, top_k=10**6)
    require_distribution(student, lm, rng, task, n=2, alternatives={"decodes_greedily": Greedy()}, alpha=ALPHA / 2)


@points(1)
def test_top_p_works_on_what_top_k_has_left(student, lm, rng):
    """両方があるときは、top_k で絞って合計を 1 に直した分布に top_p が働き、top_p をまたぐトークンも残ります。

    With both, top_p works on what top_k has left, renormalised, and keeps the token that crosses it.
    """
    alternatives = {
        "ignores_top_p": Sampler(temperature=3.0, top_k=10),
        "ignores_top_k": Sampler(temperature=3.0, top_p=0.5),
        "applies_top_p_first": TopPFirst(temperature=3.0, top_k=10, top_p=0.5),
    }
    task = story(lm, temperature=3.0, top_k=10, top_p=0.5)
    require_distribution(student, lm, rng, task, n=8, alternatives=alternatives, alpha=ALPHA / 2, are_far_apart=False)
    alternatives = {
        "drops_the_crossing_token": WithoutCrossing(temperature=FLAT, top_k=4, top_p=0.6),
        "decodes_greedily": Greedy(),
    }
    task = story(lm, temperature=FLAT, top_k=4, top_p=0.6)
    require_distribution(student, lm, rng, task, n=8, alternatives=alternatives, alpha=ALPHA / 2)


@points(1)
def test_every_step_draws_anew(student, lm, rng):
    """1 つの列の中でも、トークンごとに新しく引きます。

    Within one sequence, each token is drawn anew.
    """
    size = lm.model.config.vocab_size
    task = Task(lm.tokenizer(STORY)["input_ids"], 8, NEVER, temperature=UNIFORM)
    uniform = [(str(index), 1 / size) for index in range(size)]
    # The same random number again gives the same token, or the one at the same place in the order of the scores.
    tokens, places = [], []
    for seed in rng.sample(range(2**31), 2):
        new = new_tokens(student, lm, task, seed)
        tokens += new
        places += places_of(lm.model, task.ids, new)
    for draws in (tokens, places):
        judged = judge_draws([str(draw) for draw in draws], uniform, alternatives={}, alpha=ALPHA / 2)
        require(
            not judged.failed,
            ja="sample_decode: 1 つの列のトークンが、互いに無関係に引かれていません。生成器を初期化するのはループの前の 1 回だけにし、"
            "温度で割ったスコアから毎回引いてください。",
            en="sample_decode: the tokens of one sequence are not drawn independently. Start the generator once, before the loop, "
            "and draw from the scores divided by the temperature each time.",
        )


def places_of(model, ids, new):
    """The place of each new token in the order of the scores in front of it."""
    with torch.inference_mode():
        rows = model(torch.tensor([[*ids, *new[:-1]]], device=model.device)).logits[0, len(ids) - 1 :].float().cpu()
    return (rows > rows.gather(-1, torch.tensor(new)[:, None])).sum(-1).tolist()


@points(1)
def test_one_seed_gives_one_result(student, lm, rng):
    """間に別の呼び出しがあっても、同じシードなら（0 でも）同じ列になります。

    The same seed, 0 too, gives the same sequence, whatever is called in between.
    """
    task = Task(lm.tokenizer(STORY)["input_ids"], 8, lm.tokenizer.eos_token_id, temperature=4.0)
    seed, other, third = rng.sample(range(1, 2**31), 3)
    for asked, between in ((seed, other), (0, third)):
        require_seeded(
            lambda one: new_tokens(student, lm, task, one),
            asked,
            between,
            where="sample_decode",
            mistake="takes_seed_0_for_none" if asked == 0 else "forgets_the_seed",
        )
    # Of so many honest results at this temperature two are equal with a probability below 1e-8.
    uniform = Task(task.ids, 3, NEVER, temperature=UNIFORM)
    seeds = {*different_seeds(rng), *rng.sample(range(2**31), 15)}
    drawn = {tuple(new_tokens(student, lm, uniform, one)) for one in seeds}
    require(
        len(drawn) == len(seeds),
        ja=f"sample_decode: {len(seeds)} 個の違うシードで、違う列は {len(drawn)} 通りしかありませんでした。seed を切り詰めずに、そのまま使ってください。",
        en=f"sample_decode: {len(seeds)} different seeds gave only {len(drawn)} different sequences. Use the seed as it is, without cutting it down.",
    )


@points(1)
def test_ends_at_the_eos_that_was_passed(student, lm, other_lm):
    """引数の eos_token_id を加えたところで終わり、それ以外では上限まで続きます。

    The text ends once the eos_token_id that was passed has been added, and otherwise at the limit.
    """
    for one in (lm, other_lm):
        ids = one.tokenizer(QUESTION)["input_ids"]
        run = greedy_tokens(one.model, ids, max_new_tokens=5, eos_token_id=NEVER)
        own = one.tokenizer.eos_token_id
        for prompt, eos, limit in (
            (ids, own, 16),
            (ids, NEVER, 10),
            (ids, run[3], 8),
            ([*ids, own], own, 3),
            (ids[:1], own, 1),
        ):
            task = Task(prompt, limit, eos, temperature=0.5, top_k=1)
            new = new_tokens(student, one, task, 0)
            require(
                departure(one.model, prompt, new, max_new_tokens=limit, eos_token_id=eos) is None,
                ja="sample_decode: top_k = 1 なのに、最も確率の高いトークンが選ばれていないか、終わる場所が違います。",
                en="sample_decode: with top_k = 1 a token is not the most probable one, or the text ends at the wrong place.",
            )


@points(1)
@pytest.mark.parametrize(
    "wrong",
    [
        *({"temperature": -0.5}, {"temperature": 0.0}, {"top_p": -0.1}, {"top_p": 0.0}, {"top_p": 1.01}, {"top_k": -1}),
        *({"max_new_tokens": 0}, {"max_new_tokens": -1}, {"ids": []}),
    ],
    ids=str,
)
def test_refuses_arguments_that_make_no_sense(student, lm, wrong):
    """空のプロンプト、1 より小さい上限、範囲外の温度、top_k、top_p には ValueError を出します。

    An empty prompt, a limit below 1, and a temperature, top_k or top_p out of range raise ValueError.
    """
    settings = {"temperature": 0.7, "top_k": 5, "top_p": 0.9, "max_new_tokens": 2} | wrong
    ids = torch.tensor([settings.pop("ids", lm.tokenizer(STORY)["input_ids"])], dtype=torch.int64)
    settings |= {"input_ids": ids, "eos_token_id": lm.tokenizer.eos_token_id, "seed": 4}
    require_raises(ValueError, student.sample_decode, forbid(lm.model, "generate"), **settings)


@points(0.5)
def test_leaves_its_arguments_as_they_were(student, lm):
    """渡された input_ids は、呼び出しのあとも変わりません。

    The input_ids that are passed stay as they were.
    """
    task = Task(lm.tokenizer(STORY)["input_ids"], 3, lm.tokenizer.eos_token_id)
    new_tokens(unchanging(student), lm, task, 1)
