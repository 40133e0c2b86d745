"""公開チェック / public checks: temperature_sweep"""

import pytest

from autograder.checks import (
    fail,
    points,
    read_dict,
    read_float,
    read_list,
    read_texts,
    require,
    require_raises,
    take_file,
)
from autograder.messages import shown
from autograder.pictures import look_alike, read_picture
from autograder.shared import ScratchFile

PROMPT = "Tell me a story about a dragon."
ANSWERED = "What is the capital of Japan?"
AVERAGES = {0.1: 96.5, 0.5: 78.0, 1.0: 41.5, 2.0: 12.0}


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


def read_sweep(answer, lm, values, n, max_new_tokens, prompt=PROMPT):
    """The answer as {value: (texts, average)}."""
    found = read_dict(answer, "sweep_temperature")
    require(
        len(found) == len(values) and all(value in found for value in values),
        ja=f"sweep_temperature: キーは values の値 {values} のはずですが、{shown(list(found))} でした。"
        "values の 1 つごとに 1 つの結果を入れてください。",
        en=f"sweep_temperature: expected the values {values} as keys, got {shown(list(found))}. "
        "Store one result for each element of values.",
    )
    sweep = {}
    for value in values:
        where = f"sweep_temperature(…)[{value}]"
        texts, average = read_list(found[value], where, length=2)
        sweep[value] = read_texts(texts, f"{where}[0]", length=n), read_float(average, f"{where}[1]")
        require_new_part(sweep[value][0], lm, prompt, max_new_tokens, where)
    return sweep


@points(1)
def test_gives_texts_and_a_score_for_each_temperature(student, lm):
    """温度の値ごとに n 個の文と 0 から 100 の平均 Self-BLEU を返し、文がすべて同じなら 100 です。

    Each temperature comes with n texts and an average Self-BLEU from 0 to 100, which is 100 where all texts are alike.
    """
    values = [1.5, 0.1]
    answer = student.sweep_temperature(lm.model, lm.tokenizer, PROMPT, values, 2, 12, 0.3, 1)
    for value, (texts, average) in read_sweep(answer, lm, values, 2, 12).items():
        where = f"sweep_temperature(…)[{value}]"
        require(
            -1e-4 <= average <= 100 + 1e-4,
            ja=f"{where}: 平均 Self-BLEU は 0 から 100 のはずですが、{average:.6g} でした。",
            en=f"{where}: expected an average Self-BLEU from 0 to 100, got {average:.6g}.",
        )
        require(
            len(set(texts)) > 1 or not texts[0].strip() or abs(average - 100) <= 1e-4,
            ja=f"{where}: 文がすべて同じなので平均 Self-BLEU は 100 のはずですが、{average:.6g} でした。"
            "同じ温度の文どうしを、0 から 100 の BLEU で比べてください。",
            en=f"{where}: all texts are the same, so the average Self-BLEU should be 100, got {average:.6g}. "
            "Compare the texts of one temperature with each other, by BLEU from 0 to 100.",
        )


@points(1)
def test_colder_texts_are_more_alike(student, lm):
    """温度が低いほど、文は互いに似ます。

    The lower the temperature, the more alike the texts.
    """
    from autograder.stats import judge_trend

    answer = student.sweep_temperature(lm.model, lm.tokenizer, ANSWERED, [3.0, 0.1], 72, 8, 0.7, 5)
    sweep = read_sweep(answer, lm, [3.0, 0.1], 72, 8, prompt=ANSWERED)
    if judge_trend(sweep[0.1][0], sweep[3.0][0]).failed:
        fail(
            ja="sweep_temperature: 温度 0.1 の文は温度 3 の文より互いに似ているはずですが、逆でした。"
            "どの結果がどの値のものか、温度を逆数にしていないかを確かめてください。",
            en="sweep_temperature: the texts of temperature 0.1 should be more alike than those of 3, but it is the other way round. "
            "Look at which result belongs to which value, and whether the temperature is inverted.",
        )


@points(0.5)
def test_one_seed_one_result(student, lm):
    """同じ seed なら同じ文、別の seed なら別の文になります。

    The same seed gives the same texts, another seed gives others.
    """
    from autograder.stats import Copy, Sampler, judge_texts

    def sample(seed):
        answer = student.sweep_temperature(lm.model, lm.tokenizer, PROMPT, [1.0], 6, 24, 0.9, seed)
        return read_sweep(answer, lm, [1.0], 6, 24)[1.0][0]

    first, again, other = sample(7), sample(7), sample(70000)
    require(
        first == again,
        ja="sweep_temperature: seed=7 で 2 回呼ぶと同じ文になるはずですが、違う文でした。"
        "サンプリングの前に、毎回この seed で乱数を固定してください。",
        en="sweep_temperature: two calls with seed=7 should give the same texts, but they differ. "
        "Fix the random numbers by this seed at every call, before sampling.",
        mistake="never_sets_the_seed",
    )
    judged = judge_texts(
        lm.model,
        lm.tokenizer,
        PROMPT,
        other,
        null=Sampler(temperature=1.0, top_p=0.9),
        alternatives={"fixes_another_seed": Copy(tuple(first))},
        max_new_tokens=24,
    )
    if judged.failed and first == other:
        fail(
            ja="sweep_temperature: seed=7 と seed=70000 では違う文になるはずですが、同じ文でした。引数の seed を使ってください。",
            en="sweep_temperature: seed=7 and seed=70000 should give different texts, but they are the same. Use the argument seed.",
            mistake="fixes_another_seed" if len(set(first)) > 1 else None,
        )


@points(0.5)
@pytest.mark.parametrize(
    ("values", "n", "top_p"),
    [([], 3, 0.8), ([0.0], 3, 0.8), ([0.5], 1, 0.8), ([0.5], 3, 0.0), ([0.5], 3, 1.2)],
    ids=["no_values", "temperature_0", "one_text", "top_p_0", "top_p_above_1"],
)
def test_refuses_arguments_that_make_no_sense(student, lm, values, n, top_p):
    """意味のない引数には ValueError を出します。

    Arguments that make no sense raise ValueError.
    """
    require_raises(ValueError, student.sweep_temperature, lm.model, lm.tokenizer, PROMPT, values, n, 8, top_p, 1)


def drawn(student, points):
    """The picture of `points`."""
    file = ScratchFile("sweep.png")
    student.plot_sweep(points, file, xlabel="temperature")
    return read_picture(take_file(student, file), "plot_sweep")


@points(1)
def test_writes_a_readable_png(student):
    """path に、座標軸のある PNG の図ができます。値が違えば図も違います。

    A PNG picture with axes is written at `path`; other values make another picture.
    """
    falling = drawn(student, AVERAGES)
    flat = drawn(student, dict.fromkeys(AVERAGES, 50.0))
    require(
        not look_alike(falling.inside, flat.inside),
        ja="plot_sweep: 違う値を渡したのに、座標軸の中が同じ図になりました。points の値をかいてください。",
        en="plot_sweep: other values were passed, but what stands between the axes is the same. Draw the values of points.",
    )


@points(1)
def test_points_in_any_order_make_one_picture(student):
    """辞書の中の順番が違っても、同じ図になります。

    The order of the points in the dictionary makes no difference to the picture.
    """
    shuffled = {value: AVERAGES[value] for value in (1.0, 0.1, 2.0, 0.5)}
    require(
        look_alike(drawn(student, AVERAGES).pixels, drawn(student, shuffled).pixels),
        ja="plot_sweep: 同じ点を別の順番で渡すと、違う図になりました。横軸の値の小さい順に並べてから線でつないでください。",
        en="plot_sweep: the same points in another order make another picture. Sort them by their place on the x axis before you join them.",
        mistake="draws_in_the_order_of_the_dictionary",
    )
