"""公開チェック / public checks: top_p_sweep"""

import pytest

from autograder.checks import fail, points, read_dict, read_float, read_list, read_texts, require, require_raises
from autograder.messages import shown

PROMPT = "Tell me a story about a dragon."


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


def read_sweep(answer, lm, values, n, max_new_tokens):
    """The answer as {value: (texts, average)}."""
    found = read_dict(answer, "sweep_top_p")
    require(
        len(found) == len(values) and all(value in found for value in values),
        ja=f"sweep_top_p: キーは values の値 {values} のはずですが、{shown(list(found))} でした。"
        "values の 1 つごとに 1 つの結果を入れてください。",
        en=f"sweep_top_p: expected the values {values} as keys, got {shown(list(found))}. "
        "Store one result for each element of values.",
    )
    sweep = {}
    for value in values:
        where = f"sweep_top_p(…)[{value}]"
        texts, average = read_list(found[value], where, length=2)
        sweep[value] = read_texts(texts, f"{where}[0]", length=n), read_float(average, f"{where}[1]")
        require_new_part(sweep[value][0], lm, PROMPT, max_new_tokens, where)
    return sweep


@points(1)
def test_gives_texts_and_a_score_for_each_value(student, lm):
    """top_p の値ごとに、n 個の文と 0 から 100 の平均 Self-BLEU を返します。

    Each value of top_p comes with n texts and an average Self-BLEU between 0 and 100.
    """
    values = [0.9, 0.2]
    answer = student.sweep_top_p(lm.model, lm.tokenizer, PROMPT, values, 3, 16, 0.8, 1)
    sweep = read_sweep(answer, lm, values, 3, 16)
    for value, (_, average) in sweep.items():
        require(
            -1e-4 <= average <= 100 + 1e-4,
            ja=f"sweep_top_p(…)[{value}]: 平均 Self-BLEU は 0 から 100 のはずですが、{average:.6g} でした。",
            en=f"sweep_top_p(…)[{value}]: expected an average Self-BLEU from 0 to 100, got {average:.6g}.",
        )


@points(1)
def test_top_p_01_tells_one_story(student, lm):
    """top_p = 0.1 では、ほぼ最も確率の高いトークンだけが残り、どの文も同じになります。

    At top_p = 0.1 little but the most probable token remains, so the texts are all alike.
    """
    require_one_story(small_top_p(student, lm)[0], lm)


@points(1)
def test_texts_that_are_all_alike_score_100(student, lm):
    """すべて同じ文なら、平均 Self-BLEU は 100 です。

    Texts that are all the same have an average Self-BLEU of 100.
    """
    texts, average = small_top_p(student, lm)
    require_one_story(texts, lm)
    require(
        len(set(texts)) > 1 or not texts[0].strip() or abs(average - 100) <= 1e-4,
        ja=f"sweep_top_p: {len(texts)} 個の文がすべて同じなので平均 Self-BLEU は 100 のはずですが、{average:.6g} でした。"
        "同じ値の中の文どうしを、0 から 100 の BLEU で比べてください。",
        en=f"sweep_top_p: all {len(texts)} texts are the same, so the average Self-BLEU should be 100, got {average:.6g}. "
        "Compare the texts of one value with each other, by BLEU from 0 to 100.",
    )


@points(1)
def test_one_seed_one_result(student, lm):
    """同じ seed なら同じ文、別の seed なら別の文になります。

    The same seed gives the same texts, another seed gives others.
    """
    from autograder.stats import Copy, Sampler, judge_texts

    def sample(seed):
        answer = student.sweep_top_p(lm.model, lm.tokenizer, PROMPT, [0.9], 6, 24, 1.0, seed)
        return read_sweep(answer, lm, [0.9], 6, 24)[0.9][0]

    first, again, other = sample(7), sample(7), sample(70000)
    require(
        first == again,
        ja="sweep_top_p: seed=7 で 2 回呼ぶと同じ文になるはずですが、違う文でした。"
        "サンプリングの前に、毎回この seed で乱数を固定してください。",
        en="sweep_top_p: two calls with seed=7 should give the same texts, but they differ. "
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
            ja="sweep_top_p: seed=7 と seed=70000 では違う文になるはずですが、同じ文でした。引数の seed を使ってください。",
            en="sweep_top_p: seed=7 and seed=70000 should give different texts, but they are the same. Use the argument seed.",
            mistake="fixes_another_seed" if len(set(first)) > 1 else None,
        )


@points(1)
@pytest.mark.parametrize(
    ("values", "n", "temperature"),
    [([], 3, 0.8), ([0.5], 1, 0.8), ([0.5], 3, 0.0), ([0.0], 3, 0.8), ([1.2], 3, 0.8)],
    ids=["no_values", "one_text", "temperature_0", "top_p_0", "top_p_above_1"],
)
def test_refuses_arguments_that_make_no_sense(student, lm, values, n, temperature):
    """意味のない引数には ValueError を出します。

    Arguments that make no sense raise ValueError.
    """
    require_raises(ValueError, student.sweep_top_p, lm.model, lm.tokenizer, PROMPT, values, n, 8, temperature, 1)


def small_top_p(student, lm):
    """(texts, average) of 6 texts at top_p = 0.1."""
    answer = student.sweep_top_p(lm.model, lm.tokenizer, PROMPT, [0.1], 6, 24, 1.0, 3)
    return read_sweep(answer, lm, [0.1], 6, 24)[0.1]


def require_one_story(texts, lm):
    """FAIL if the model cannot have told these texts at top_p = 0.1."""
    from autograder.stats import Cut, Sampler, judge_texts

    asked = Sampler(temperature=1.0, top_p=0.1)
    n_prompt = len(lm.tokenizer(PROMPT)["input_ids"])
    judged = judge_texts(
        lm.model,
        lm.tokenizer,
        PROMPT,
        texts,
        null=asked,
        alternatives={"ignores_top_p": Sampler(temperature=1.0), "counts_the_prompt": Cut(asked, 24 - n_prompt)},
        max_new_tokens=24,
    )
    if judged.failed:
        n_texts = len(set(texts))
        fail(
            ja=f"sweep_top_p: top_p = 0.1 ではほぼ最も確率の高い文だけになるはずですが、{len(texts)} 個の文（{n_texts} 種類）がそこから外れています。"
            "values の値が top_p として、max_new_tokens がそのまま生成に届いているか確かめてください。",
            en=f"sweep_top_p: at top_p = 0.1 little but the most probable text remains, but the {len(texts)} texts ({n_texts} different ones) stray from it. "
            "Make sure that the value reaches the generation as top_p, and max_new_tokens as it is.",
            mistake=judged.alternative,
        )
