"""Hidden checks of sampling/temperature_sweep."""

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
    take_file,
    unchanging,
)
from autograder.pictures import differ, has_y_name, look_alike, read_picture
from autograder.shared import ScratchFile
from autograder.stats import ALPHA, Cut, Greedy, Repeated, Sampler, weigh_texts

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


def sweep(student, lm, rng, *, prompt, values, n, max_new_tokens, top_p, seed=None):
    """The answer as {value: (texts, average)}; sentences name no hidden input."""
    seed = rng.randrange(2**31) if seed is None else seed
    answer = student.sweep_temperature(lm.model, lm.tokenizer, prompt, values, n, max_new_tokens, top_p, seed)
    found = read_dict(answer, "sweep_temperature")
    require(
        len(found) == len(values) and all(value in found for value in values),
        ja=f"sweep_temperature: values の値ごとに 1 つの結果（{len(values)} 個）があるはずですが、キーの合わない {len(found)} 個でした。"
        "values の値をそのままキーにしてください。",
        en=f"sweep_temperature: expected one result for each of the {len(values)} values, got {len(found)} whose keys do not fit. "
        "Use the values themselves as keys.",
    )
    longest = len(prompt) + (max_new_tokens + 1) * max(map(len, lm.tokenizer.get_vocab()))
    read = {}
    for value in values:
        pair = read_list(found[value], "sweep_temperature(…)[temperature]", length=2)
        texts = read_texts(pair[0], "sweep_temperature(…)[temperature][0]", length=n)
        require(
            max(map(len, texts)) <= longest,
            ja="sweep_temperature: max_new_tokens 個のトークンでは書けない長さの文があります。max_new_tokens を生成に渡してください。",
            en="sweep_temperature: a text is longer than max_new_tokens tokens can be. Pass max_new_tokens to the generation.",
        )
        require_new_part(texts, lm, prompt, max_new_tokens, "sweep_temperature(…)[temperature][0]")
        read[value] = texts, read_float(pair[1], "sweep_temperature(…)[temperature][1]")
    return read


@points(3)
@pytest.mark.parametrize(
    ("prompt", "values", "top_p", "n", "max_new_tokens", "recoding"),
    # 0.04 would be 0 to one decimal
    [
        (DRAGON_PROMPT, [2.2, 0.4], 0.95, 80, 6, 0.15),
        (DRAGON_PROMPT, [0.4, 2.0], 0.5, 40, 8, 0.1),
        (OPENING, [1.0], 0.9, 120, 6, 0.05),
        (OPENING, [0.5], 0.95, 96, 4, 0.05),
        (OPENING, [2.0], 0.5, 96, 1, 0.05),
        (DRAGON_PROMPT, [0.04], 0.9, 2, 6, 0.02),
    ],
    ids=["wide", "narrow", "plain", "cool", "clipped", "coldest"],
)
def test_texts_come_from_the_asked_temperature(student, lm, rng, prompt, values, top_p, n, max_new_tokens, recoding):
    """どの温度でも、その温度と頼まれた top_p で出る文が返ります。

    At every temperature the texts are those that this temperature gives, with the top_p asked for.
    """
    found = sweep(student, lm, rng, prompt=prompt, values=values, n=n, max_new_tokens=max_new_tokens, top_p=top_p)
    n_prompt = len(lm.tokenizer(prompt)["input_ids"])
    evidence = []
    for value, other in zip(values, reversed(values), strict=True):
        asked = Sampler(temperature=value, top_p=top_p)
        weighed = weigh_texts(
            lm.model,
            lm.tokenizer,
            prompt,
            found[value][0],
            null=asked,
            alternatives={
                "ignores_the_temperature": Sampler(top_p=top_p),
                "varies_top_p_instead": Sampler(temperature=top_p, top_p=min(value, 1.0)),
                "ignores_top_p": Sampler(temperature=value),
                "uses_the_first_value": Sampler(temperature=values[0], top_p=top_p),
                "mixes_up_the_values": Sampler(temperature=other, top_p=top_p),
                "leaves_top_k_on": Sampler(temperature=value, top_k=50, top_p=top_p),
                "leaves_a_larger_top_k_on": Sampler(temperature=value, top_k=200, top_p=top_p),
                "decodes_greedily": Greedy(),
                "repeats_one_text": Repeated(),
                "counts_the_prompt": Cut(asked, max(1, max_new_tokens - n_prompt)),
            },
            max_new_tokens=max_new_tokens,
            recoding=recoding,
        )
        evidence.append(weighed)
    # The six cases share alpha, and so do their values: one seed may be used again for each of them.
    worst = max((one.judge(ALPHA / 6 / len(values)) for one in evidence), key=lambda judgement: judgement.log_e)
    # One value alone may look like several mistakes; all of them together tell which. This chooses a name, not a verdict.
    together = functools.reduce(operator.add, evidence)
    if worst.failed:
        fail(
            ja=f"sweep_temperature: 頼まれた分布からは、まず出ない文でした（正しい答えがこうなる確率は {ALPHA:g} 以下です）。"
            "generate に渡す do_sample、temperature、top_p、top_k、num_return_sequences、max_new_tokens を確かめてください。",
            en=f"sweep_temperature: the distribution asked for hardly ever gives such texts (a right answer does with probability at most {ALPHA:g}). "
            "Look at do_sample, temperature, top_p, top_k, num_return_sequences and max_new_tokens that you pass to generate.",
            mistake=together.likeliest(),
        )


@points(1)
def test_self_bleu_compares_each_text_with_all_others(student, lm, rng):
    """平均 Self-BLEU は、返した文の 1 つ 1 つを、同じ温度のほかの文すべてと比べた値です。

    The average Self-BLEU compares each reported text with all the other texts of the same temperature.
    """
    settings = {"prompt": DRAGON_PROMPT, "top_p": 1.0}
    long = sweep(student, lm, rng, values=[1.0, 1.6], n=4, max_new_tokens=16, **settings)
    # texts of few words have no 4-gram: there the sentence-level setting counts
    short = sweep(student, lm, rng, values=[1.1, 1.7], n=4, max_new_tokens=3, **settings)
    for texts, average in [*long.values(), *short.values()]:
        off = min(abs(average - mean_bleu(form, all_others)) for form in forms(texts))
        if off <= BLEU_ROUNDING:
            continue
        for form in forms(texts):
            require(
                abs(average - mean_bleu(form, first_other)) > BLEU_ROUNDING,
                ja="sweep_temperature: 平均 Self-BLEU が、ほかの文のうち最初の 1 つだけを参照にした値になっています。"
                "sacrebleu に渡す参照のリストの形を確かめてください。",
                en="sweep_temperature: the average Self-BLEU is the one with only the first of the other texts as reference. "
                "Look at the shape of the list of references that you give to sacrebleu.",
                mistake="takes_one_reference",
            )
        fail(
            ja=f"sweep_temperature: 平均 Self-BLEU が、返された文から計算した値と {off:.3g} ずれています。"
            "返す文そのものを、同じ温度のほかの文すべてと比べてください（丸めは不要です）。",
            en=f"sweep_temperature: the average Self-BLEU is off by {off:.3g} from that of the reported texts. "
            "Compare the very texts that you return, each with all the others of the same temperature (and do not round).",
        )


@points(0.5)
def test_texts_hold_no_special_tokens(student, lm, rng):
    """終了トークンなどの特殊トークンは文に残りません。

    No special token, such as the end of the text, is left in the texts.
    """
    found = sweep(student, lm, rng, prompt=QUESTION, values=[0.1], n=2, max_new_tokens=40, top_p=0.5)
    texts, _ = found[0.1]
    left = [token for token in lm.tokenizer.all_special_tokens if any(token in text for text in texts)]
    require(
        not left,
        ja=f"sweep_temperature: 文に特殊トークン {left} が残っています。文字列に戻すときに取り除いてください。",
        en=f"sweep_temperature: the special tokens {left} are left in the texts. Remove them when you decode.",
        mistake="keeps_special_tokens",
    )


@points(0.5)
def test_the_same_seed_gives_the_same_texts(student, lm, rng):
    """同じ seed（0 も）で呼べば、いつも同じ文と平均になります。

    The same seed, 0 too, gives the same texts and the same average every time.
    """
    settings = {"prompt": DRAGON_PROMPT, "values": [1.5], "n": 3, "max_new_tokens": 10, "top_p": 1.0}
    seed, other, third = rng.sample(range(1, 2**31), 3)
    for asked, between in ((seed, other), (0, third)):
        require_seeded(
            lambda one: sweep(student, lm, rng, **settings, seed=one),
            asked,
            between,
            where="sweep_temperature",
            mistake="takes_seed_0_for_none" if asked == 0 else "never_sets_the_seed",
        )


@points(1)
def test_texts_are_drawn_apart_from_each_other(student, lm, rng):
    """1 つの呼び出しの中の文も、違う seed の呼び出しの文も、互いに無関係に引かれています。

    The texts of one call are drawn independently of each other, and so are those of calls with other seeds.
    """
    # Of single words, though two thousand may come, many come again: whoever draws anew until all differ is far from that.
    words = [
        sweep(student, lm, rng, prompt=OPENING, values=[2.0], n=96, max_new_tokens=1, top_p=0.95)[2.0][0]
        for _ in range(4)
    ]
    settings = {"prompt": OPENING, "values": [1.0], "max_new_tokens": 8, "top_p": 0.9}
    pairs = [
        sweep(student, lm, rng, n=2, seed=seed, **settings)[1.0][0]
        for seed in (*different_seeds(rng), *rng.sample(range(2**31), 5))
    ]

    def weigh(texts, asked, max_new_tokens):
        options = {"alternatives": {}, "max_new_tokens": max_new_tokens, "recoding": 0.05}
        return weigh_texts(lm.model, lm.tokenizer, OPENING, texts, null=asked, **options)

    hot = Sampler(temperature=2.0, top_p=0.95)
    of_words = functools.reduce(operator.add, [weigh(texts, hot, 1) for texts in words])
    of_pairs = functools.reduce(operator.add, [weigh(texts, Sampler(top_p=0.9), 8) for texts in pairs])
    require(
        not (of_words.judge(ALPHA / 2).failed or of_pairs.judge(ALPHA / 2).failed),
        ja="sweep_temperature: 文が、互いに無関係に引かれていません。文を作り直したり、写したりせず、引数の seed をそのまま乱数の種にして、"
        "1 回の生成で n 個の文を引いてください。",
        en="sweep_temperature: the texts are not drawn independently. Do not copy texts or draw them again, use the argument seed itself to fix "
        "the random numbers, and draw the n texts by one generation.",
    )


@points(0.5)
@pytest.mark.parametrize(
    ("values", "n", "top_p"),
    [([0.9, -0.1], 3, 0.8), ([], 3, 0.8), ([0.5], 1, 0.8), ([0.5], 3, 0.0), ([0.5], 3, 1.25)],
    ids=["negative", "no_values", "one_text", "top_p_0", "top_p_above_1"],
)
def test_refuses_one_wrong_argument_among_good_ones(student, lm, values, n, top_p):
    """正しい引数に混じった 1 つの誤りにも ValueError を出します。

    A single wrong argument among good ones raises ValueError.
    """
    require_raises(ValueError, student.sweep_temperature, lm.model, lm.tokenizer, DRAGON_PROMPT, values, n, 8, top_p, 5)


@points(0.5)
def test_refuses_to_draw_nothing(student):
    """点が 1 つもないときは ValueError を出し、1 つだけならその点が図に見えます。

    No point at all raises ValueError; a single point can be seen in the picture.
    """
    require_raises(ValueError, student.plot_sweep, {}, ScratchFile("empty.png"), xlabel="temperature")
    inside = drawn(student, {0.7: 40.0}).inside
    # Whatever belongs to the axes, a grid or a ground, looks the same along its row or along its column.
    like_row = ~differ(inside, inside[:, :1])
    like_column = ~differ(inside, inside[:1])
    require(
        not (like_row | like_column).all(),
        ja="plot_sweep: 点が 1 つだけのとき、図に何も見えません。点に印（marker）を付けてください。",
        en="plot_sweep: with a single point nothing can be seen in the picture. Mark the points (marker).",
        mistake="marks_no_points",
    )


@points(0.5)
def test_values_go_up_and_keys_to_the_right(student):
    """横軸は points のキー、縦軸はその値です。

    The keys of points stand along the x axis, their values along the y axis.
    """
    places = (1.2, 2.0, 2.8)
    # in no particular order, and with the largest value never in the middle
    pictures = [drawn(student, {place: 90.0, 3.0: 10.0, 1.0: 10.0, 2.9: 10.0}).inside for place in places]
    require(
        len({picture.shape for picture in pictures}) == 1,
        ja="plot_sweep: 同じ範囲の点を渡したのに、図の大きさがそろいません。図の大きさを点ごとに変えないでください。",
        en="plot_sweep: points of one range made pictures of different sizes. Keep the size of the figure.",
    )
    for number, picture in enumerate(pictures):
        one, other = (pictures[index] for index in range(3) if index != number)
        own = differ(picture, one) & differ(picture, other) & ~differ(one, other)  # what only this picture shows
        rows, columns = own.nonzero()
        top = columns[rows <= rows.min() + own.shape[0] * 0.02].mean() / own.shape[1] if rows.size else -1.0
        require(
            number / 3 <= top <= (number + 1) / 3,
            ja="plot_sweep: 値の最も大きい点が、そのキーの場所の上に見つかりません。横軸に points のキー、縦軸にその値を取ってください。",
            en="plot_sweep: the largest value does not stand above the place of its key. Put the keys of points on the x axis and their values on the y axis.",
        )


@points(0.5)
def test_each_picture_starts_empty(student):
    """前に呼ばれたときの点は、次の図に残りません。

    Points of an earlier call are not left in the next picture.
    """
    points_now = {0.2: 95.0, 0.9: 60.0, 1.4: 20.0}
    first = drawn(student, points_now)
    drawn(student, {0.2: 20.0, 0.6: 70.0, 1.4: 30.0})
    require(
        look_alike(first.pixels, drawn(student, points_now).pixels),
        ja="plot_sweep: ほかの図をはさんで同じ点を 2 回かくと、違う図になりました。"
        "呼ばれるたびに新しい図を作り、保存したら閉じてください（plt.close）。",
        en="plot_sweep: the same points drawn twice, with another picture in between, make different pictures. "
        "Begin a new figure at every call, and close it when it is saved (plt.close).",
        mistake="draws_into_the_last_figure",
    )


@points(0.5)
def test_names_both_axes(student):
    """横軸の下に xlabel があり、縦軸の左にも名前があります。

    xlabel stands below the x axis, and a name stands to the left of the y axis.
    """
    one, other = (drawn(student, {0.5: 80.0, 1.0: 30.0}, xlabel=label) for label in ("heat", "coldness"))
    require(
        not look_alike(one.below, other.below),
        ja="plot_sweep: xlabel を変えても、横軸の下が変わりません。引数 xlabel を横軸の名前にしてください。",
        en="plot_sweep: another xlabel changes nothing below the x axis. Make the argument xlabel the name of the x axis.",
        mistake="ignores_xlabel" if look_alike(one.pixels, other.pixels) else None,
    )
    require(
        has_y_name(one),
        ja="plot_sweep: 縦軸の左に、数のほかに何も書かれていません。縦軸にも、何の値かがわかる名前を付けてください。",
        en="plot_sweep: nothing but numbers stands to the left of the y axis. Name that axis, too: say what its values are.",
        mistake="leaves_the_y_axis_unnamed",
    )


@points(0.5)
def test_a_line_joins_the_points(student):
    """点は線でつながれています。

    A line joins the points.
    """
    # Only the last point differs; between it and the one before, nothing but the line can.
    low, high = (drawn(student, {0.0: 0.0, 1.0: 100.0, 3.0: 0.0, 5.0: last}).inside for last in (0.0, 100.0))
    size = low.shape[1]
    between = slice(int(0.70 * size), int(0.86 * size))
    require(
        low.shape == high.shape and bool(differ(low, high)[:, between].any()),
        ja="plot_sweep: 点と点のあいだに線がありません。横軸の値の小さい順に、線でつないでください。",
        en="plot_sweep: no line runs from point to point. Join them by a line, in order of their place on the x axis.",
    )


@points(0.5)
def test_the_scales_keep_their_numbers(student):
    """横軸の目盛りには数があります。

    The x axis has the numbers of its scale.
    """
    one, other = (drawn(student, {factor: 80.0, 2 * factor: 30.0}) for factor in (0.5, 7.0))
    require(
        not look_alike(one.below, other.below),
        ja="plot_sweep: キーの大きさを変えても、横軸の下が変わりません。目盛りの数を消さないでください。",
        en="plot_sweep: keys of another size change nothing below the x axis. Leave the numbers of the scale in place.",
    )


@points(0.5)
def test_leaves_its_arguments_as_they_were(student, lm, rng):
    """渡されたリストと辞書は、呼び出しのあとも変わりません。plot_sweep は何も返しません。

    The list and the dictionary that are passed stay as they were, and plot_sweep returns nothing.
    """
    asked = unchanging(student)
    sweep(asked, lm, rng, prompt=DRAGON_PROMPT, values=[1.5, 0.2], n=2, max_new_tokens=2, top_p=0.9)
    returned = asked.plot_sweep({2.0: 10.0, 0.5: 80.0}, ScratchFile("picture.png"), xlabel="temperature")
    require(
        returned is None,
        ja="plot_sweep: 戻り値は None のはずですが、ほかの値が返りました。図はファイルに書くだけで、返しません。",
        en="plot_sweep: expected None, but a value came back. The picture is written to the file, not returned.",
    )


def drawn(student, points, xlabel="temperature"):
    """The picture of `points`."""
    file = ScratchFile("picture.png")
    student.plot_sweep(points, file, xlabel=xlabel)
    return read_picture(take_file(student, file), "plot_sweep")


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
