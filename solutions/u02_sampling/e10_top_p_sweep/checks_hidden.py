"""Hidden checks of sampling/top_p_sweep."""

import functools
import math
import operator

import pytest

from autograder.checks import (
    different_seeds,
    fail,
    points,
    read_dict,
    read_float,
    read_list,
    read_texts,
    require,
    require_raises,
    require_seeded,
    unchanging,
)
from autograder.stats import ALPHA, Cut, Finding, Greedy, Repeated, Sampler, weigh_texts, weigh_trend

BLEU_ROUNDING = 3e-5  # a mean of numbers up to 100, in float32
DRAGON_PROMPT = "Tell me a story about a dragon."
OPENING = "Once upon a time, there was a"  # many words may follow, so a few tokens tell samplers apart
QUESTION = "What is the capital of Japan?"


def require_new_part(texts, lm, prompt, max_new_tokens, where):
    """FAIL if every text begins with the prompt, and one is longer than new tokens alone can be."""
    if not all(text.strip().startswith(prompt) for text in texts):
        return
    n_prompt = len(lm.tokenizer.tokenize(prompt))
    require(
        all(len(lm.tokenizer.tokenize(text)) <= max_new_tokens + n_prompt / 2 for text in texts),
        ja=f"{where}: 文がプロンプトから始まっています。新しく生成された部分だけを返してください。",
        en=f"{where}: the texts begin with the prompt. Return the newly generated part only.",
        mistake="returns_the_whole_text",
    )


def sweep(student, lm, rng, *, prompt, values, n, max_new_tokens, temperature, seed=None):
    """The answer as {value: (texts, average)}; sentences name no hidden input."""
    seed = rng.randrange(2**31) if seed is None else seed
    answer = student.sweep_top_p(lm.model, lm.tokenizer, prompt, values, n, max_new_tokens, temperature, seed)
    found = read_dict(answer, "sweep_top_p")
    require(
        len(found) == len(values) and all(value in found for value in values),
        ja=f"sweep_top_p: values の値ごとに 1 つの結果（{len(values)} 個）があるはずですが、キーの合わない {len(found)} 個でした。"
        "values の値をそのままキーにしてください。",
        en=f"sweep_top_p: expected one result for each of the {len(values)} values, got {len(found)} whose keys do not fit. "
        "Use the values themselves as keys.",
    )
    longest = len(prompt) + (max_new_tokens + 1) * max(map(len, lm.tokenizer.get_vocab()))
    read = {}
    for value in values:
        pair = read_list(found[value], "sweep_top_p(…)[top_p]", length=2)
        texts = read_texts(pair[0], "sweep_top_p(…)[top_p][0]", length=n)
        require(
            max(map(len, texts)) <= longest,
            ja="sweep_top_p: max_new_tokens 個のトークンでは書けない長さの文があります。max_new_tokens を生成に渡してください。",
            en="sweep_top_p: a text is longer than max_new_tokens tokens can be. Pass max_new_tokens to the generation.",
        )
        require_new_part(texts, lm, prompt, max_new_tokens, "sweep_top_p(…)[top_p][0]")
        read[value] = texts, read_float(pair[1], "sweep_top_p(…)[top_p][1]")
    return read


def weigh(texts, lm, asked, values, *, prompt, max_new_tokens, recoding):
    """The evidence of one value's texts. `recoding` bounds how often a text does not give back the ids it was drawn as, in
    any accepted form; tests/stats measures it.
    """
    temperature, value = asked.temperature, asked.top_p
    n_prompt = len(lm.tokenizer(prompt)["input_ids"])
    return weigh_texts(
        lm.model,
        lm.tokenizer,
        prompt,
        texts,
        null=asked,
        alternatives={
            "ignores_top_p": Sampler(temperature=temperature),
            "ignores_the_temperature": Sampler(top_p=value),
            "uses_the_first_value": Sampler(temperature=temperature, top_p=values[0]),
            "sorts_the_keys": Sampler(temperature=temperature, top_p=values[sorted(values).index(value)]),
            "keeps_the_rest": Sampler(temperature=temperature, top_p=1 - value),
            "leaves_top_k_on": Sampler(temperature=temperature, top_k=50, top_p=value),
            "decodes_greedily": Greedy(),
            "repeats_one_text": Repeated(),
            "counts_the_prompt": Cut(asked, max(1, max_new_tokens - n_prompt)),
        },
        max_new_tokens=max_new_tokens,
        recoding=recoding,
    )


def require_asked_distribution(found, lm, *, alpha, prompt, max_new_tokens, temperature, recoding):
    """FAIL unless the texts of every value may come from its sampler.

    The values share alpha, so one seed may be used again for each of them.
    """
    values = list(found)
    settings = {"prompt": prompt, "max_new_tokens": max_new_tokens, "recoding": recoding}
    evidence = [
        weigh(texts, lm, Sampler(temperature=temperature, top_p=value), values, **settings)
        for value, (texts, _) in found.items()
    ]
    worst = max((one.judge(alpha / len(values)) for one in evidence), key=lambda judgement: judgement.log_e)
    if worst.failed:
        fail(
            ja=f"sweep_top_p: 頼まれた分布からは、まず出ない文でした（正しい答えがこうなる確率は {ALPHA:g} 以下です）。"
            "generate に渡す do_sample、temperature、top_p、top_k、num_return_sequences、max_new_tokens を確かめてください。",
            en=f"sweep_top_p: the distribution asked for hardly ever gives such texts (a right answer does with probability at most {ALPHA:g}). "
            "Look at do_sample, temperature, top_p, top_k, num_return_sequences and max_new_tokens that you pass to generate.",
            # One value alone may look like several mistakes; all of them together tell which.
            mistake=functools.reduce(operator.add, evidence).likeliest(),
        )


@points(2)
def test_texts_come_from_the_asked_top_p(student, lm, rng):
    """どの top_p の値でも、その top_p で出る文が返ります。

    For every value of top_p the texts are those that this top_p gives.
    """
    settings = {"prompt": DRAGON_PROMPT, "max_new_tokens": 24, "temperature": 1.0}
    found = sweep(student, lm, rng, values=[0.5, 0.1, 0.9], n=12, **settings)
    require_asked_distribution(found, lm, alpha=ALPHA, recoding=0.02, **settings)


@points(1)
@pytest.mark.parametrize(
    ("prompt", "temperature", "top_p", "n", "max_new_tokens", "recoding"),
    # 0.04 would be 0 to one decimal
    [
        (DRAGON_PROMPT, 0.3, 0.9, 8, 24, 0.02),
        (OPENING, 0.5, 0.95, 96, 4, 0.05),
        (OPENING, 1.0, 0.9, 120, 6, 0.05),
        (OPENING, 2.0, 0.8, 40, 4, 0.15),
        (OPENING, 2.0, 0.5, 96, 1, 0.05),
        (DRAGON_PROMPT, 0.04, 0.9, 2, 6, 0.02),
    ],
    ids=["cold", "cool", "plain", "hot", "clipped", "coldest"],
)
def test_texts_come_from_the_asked_temperature(
    student, lm, rng, prompt, temperature, top_p, n, max_new_tokens, recoding
):
    """低い温度でも高い温度でも、その温度で出る文が返ります。

    At a low and at a high temperature the texts are those that this temperature gives.
    """
    settings = {"prompt": prompt, "max_new_tokens": max_new_tokens, "temperature": temperature}
    found = sweep(student, lm, rng, values=[top_p], n=n, **settings)
    require_asked_distribution(found, lm, alpha=ALPHA / 6, recoding=recoding, **settings)


@points(1)
def test_self_bleu_falls_as_top_p_rises(student, lm, rng):
    """top_p が大きいほど文は互いに似なくなり、小さい top_p ではほぼ 1 つの文になります。

    The larger top_p, the less alike the texts; at a small top_p they are nearly one text.
    """
    small, large = 0.1, 0.8
    settings = {"prompt": DRAGON_PROMPT, "max_new_tokens": 8}
    trend, rounds = None, []
    for _ in range(5):  # until the trend is plain; right answers need two rounds
        found = sweep(student, lm, rng, values=[large, small], n=16, temperature=2.0, **settings)
        rounds.append({value: texts for value, (texts, _) in found.items()})
        weighed = weigh_trend(rounds[-1][small], rounds[-1][large])
        trend = weighed if trend is None else trend + weighed
        judged = trend.judge(ALPHA / 2)
        if judged.finding is not Finding.UNDECIDED:
            break
    evidence = {
        value: weigh(
            [text for one in rounds for text in one[value]],
            lm,
            Sampler(temperature=2.0, top_p=value),
            [large, small],
            recoding=recoding,
            **settings,
        )
        for value, recoding in ((large, 0.2), (small, 0.02))
    }
    collapse = evidence[small].judge(ALPHA / 2)
    if judged.failed or collapse.failed:
        fail(
            ja="sweep_top_p: top_p が小さいときの文は互いにほぼ同じで、大きいときの文は違うはずですが、そうなっていません。"
            "それぞれの値の文が、その値のキーで、その値を top_p として作られているか確かめてください。",
            en="sweep_top_p: at a small top_p the texts should be nearly the same and at a large one differ, but they do not. "
            "Make sure that the texts of each value are made with that value as top_p and stored under it.",
            mistake=(evidence[large] + evidence[small]).likeliest(),
        )


@points(2)
def test_self_bleu_compares_each_text_with_all_others(student, lm, rng):
    """平均 Self-BLEU は、返した文の 1 つ 1 つを、同じ値のほかの文すべてと比べた値です。

    The average Self-BLEU compares each reported text with all the other texts of the same value.
    """
    long = sweep(student, lm, rng, prompt=DRAGON_PROMPT, values=[0.8, 1.0], n=4, max_new_tokens=20, temperature=1.0)
    # texts of few words have no 4-gram: there the sentence-level setting counts
    short = sweep(student, lm, rng, prompt=DRAGON_PROMPT, values=[0.9, 1.0], n=4, max_new_tokens=3, temperature=1.7)
    for texts, average in [*long.values(), *short.values()]:
        expected = [mean_bleu(form, all_others) for form in forms(texts)]
        if min(abs(average - number) for number in expected) <= BLEU_ROUNDING:
            continue
        for form in forms(texts):
            require(
                abs(average - mean_bleu(form, first_other)) > BLEU_ROUNDING,
                ja="sweep_top_p: 平均 Self-BLEU が、ほかの文のうち最初の 1 つだけを参照にした値になっています。"
                "sacrebleu に渡す参照のリストの形を確かめてください。",
                en="sweep_top_p: the average Self-BLEU is the one with only the first of the other texts as reference. "
                "Look at the shape of the list of references that you give to sacrebleu.",
                mistake="takes_one_reference",
            )
        off = min(abs(average - number) for number in expected)
        fail(
            ja=f"sweep_top_p: 平均 Self-BLEU が、返された文から計算した値と {off:.3g} ずれています。"
            "返す文そのものを、同じ値のほかの文すべてと比べてください（丸めは不要です）。",
            en=f"sweep_top_p: the average Self-BLEU is off by {off:.3g} from that of the reported texts. "
            "Compare the very texts that you return, each with all the others of the same value (and do not round).",
        )


@points(1)
def test_texts_hold_no_special_tokens(student, lm, rng):
    """終了トークンなどの特殊トークンは文に残りません。

    No special token, such as the end of the text, is left in the texts.
    """
    found = sweep(student, lm, rng, prompt=QUESTION, values=[0.1], n=2, max_new_tokens=48, temperature=1.0)
    texts, _ = found[0.1]
    left = [token for token in lm.tokenizer.all_special_tokens if any(token in text for text in texts)]
    require(
        not left,
        ja=f"sweep_top_p: 文に特殊トークン {left} が残っています。文字列に戻すときに取り除いてください。",
        en=f"sweep_top_p: the special tokens {left} are left in the texts. Remove them when you decode.",
        mistake="keeps_special_tokens",
    )


@points(0.5)
def test_the_same_seed_gives_the_same_texts(student, lm, rng):
    """同じ seed（0 も）で呼べば、いつも同じ文と平均になります。

    The same seed, 0 too, gives the same texts and the same average every time.
    """
    settings = {"prompt": DRAGON_PROMPT, "values": [1.0], "n": 3, "max_new_tokens": 10, "temperature": 1.5}
    seed, other, third = rng.sample(range(1, 2**31), 3)
    for asked, between in ((seed, other), (0, third)):
        require_seeded(
            lambda one: sweep(student, lm, rng, **settings, seed=one),
            asked,
            between,
            where="sweep_top_p",
            mistake="takes_seed_0_for_none" if asked == 0 else "never_sets_the_seed",
        )


@points(1)
def test_texts_are_drawn_apart_from_each_other(student, lm, rng):
    """1 つの呼び出しの中の文も、違う seed の呼び出しの文も、互いに無関係に引かれています。

    The texts of one call are drawn independently of each other, and so are those of calls with other seeds.
    """
    # Of single words, though two thousand may come, many come again: whoever draws anew until all differ is far from that.
    hot, words = Sampler(temperature=2.0, top_p=0.95), []
    for _ in range(4):
        found = sweep(student, lm, rng, prompt=OPENING, values=[0.95], n=96, max_new_tokens=1, temperature=2.0)
        words.append(weigh(found[0.95][0], lm, hot, [0.95], prompt=OPENING, max_new_tokens=1, recoding=0.05))
    values, long = [0.9], 8
    settings = {"prompt": OPENING, "values": values, "max_new_tokens": long, "temperature": 1.0}
    pairs = [
        sweep(student, lm, rng, n=2, seed=seed, **settings)[0.9][0]
        for seed in (*different_seeds(rng), *rng.sample(range(2**31), 5))
    ]
    plain = Sampler(temperature=1.0, top_p=0.9)
    of_pairs = [weigh(texts, lm, plain, values, prompt=OPENING, max_new_tokens=long, recoding=0.05) for texts in pairs]
    together = functools.reduce(operator.add, of_pairs)
    of_words = functools.reduce(operator.add, words)
    if of_words.judge(ALPHA / 2).failed or together.judge(ALPHA / 2).failed:
        fail(
            ja="sweep_top_p: 文が、互いに無関係に引かれていません。文を作り直したり、写したりせず、引数の seed をそのまま乱数の種にして、"
            "1 回の生成で n 個の文を引いてください。",
            en="sweep_top_p: the texts are not drawn independently. Do not copy texts or draw them again, use the argument seed itself to fix the "
            "random numbers, and draw the n texts by one generation.",
            mistake=together.likeliest() if together.judge(ALPHA / 2).failed else None,
        )


@points(1)
@pytest.mark.parametrize(
    ("values", "n", "temperature"),
    [([0.9, 0.0], 3, 0.8), ([0.5, 1.0001, 0.9], 3, 0.8), ([], 3, 0.8), ([0.5], 1, 0.8), ([0.5], 3, -0.5)],
    ids=["zero", "above_1", "no_values", "one_text", "negative_temperature"],
)
def test_refuses_one_wrong_argument_among_good_ones(student, lm, values, n, temperature):
    """正しい引数に混じった 1 つの誤りにも ValueError を出します。

    A single wrong argument among good ones raises ValueError.
    """
    require_raises(ValueError, student.sweep_top_p, lm.model, lm.tokenizer, DRAGON_PROMPT, values, n, 8, temperature, 5)


def forms(texts):
    """The texts as they are, and stripped."""
    return [texts, [text.strip() for text in texts]]


def all_others(texts, index):
    """The references of text `index`."""
    return texts[:index] + texts[index + 1 :]


def first_other(texts, index):
    """The one reference that is left when the others are passed as one stream."""
    return all_others(texts, index)[:1]


def mean_bleu(texts, references):
    """Mean sentence BLEU of each text against its references, 0 to 100."""
    import sacrebleu

    scores = [
        sacrebleu.sentence_bleu(text, references(texts, index), use_effective_order=True).score
        for index, text in enumerate(texts)
    ]
    return math.fsum(scores) / len(scores)


@points(0.5)
def test_leaves_its_arguments_as_they_were(student, lm, rng):
    """渡されたリスト values は、呼び出しのあとも変わりません。

    The list of values that is passed stays as it was.
    """
    settings = {"prompt": DRAGON_PROMPT, "values": [0.9, 0.2], "n": 2, "max_new_tokens": 2, "temperature": 1.0}
    sweep(unchanging(student), lm, rng, **settings)
