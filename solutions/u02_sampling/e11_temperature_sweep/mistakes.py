"""Typical mistakes of sampling/temperature_sweep."""

import matplotlib
import sacrebleu
import torch
from matplotlib.figure import Figure
from transformers import set_seed

from autograder.mistakes import mistake

matplotlib.use("agg")


def refuse(values, n, top_p):
    """Raise ValueError for arguments that make no sense."""
    if not values or not all(value > 0 for value in values) or n < 2 or not 0 < top_p <= 1:
        raise ValueError


def generated(model, tokenizer, prompt, *, special=False, **options):
    """New texts of one call of generate."""
    inputs = tokenizer(prompt, return_tensors="pt").to(model.device)
    ids = model.generate(**inputs, pad_token_id=tokenizer.pad_token_id, **options)
    return tokenizer.batch_decode(ids[:, inputs["input_ids"].shape[1] :], skip_special_tokens=not special)


def axes_of(points, xlabel):
    """A figure with named axes, and nothing drawn in it."""
    if not points:
        raise ValueError
    figure = Figure()
    axes = figure.subplots()
    axes.set_xlabel(xlabel)
    axes.set_ylabel("average Self-BLEU")
    return figure, axes


@mistake(
    of="sweep_temperature",
    caught_by="test_texts_come_from_the_asked_temperature",
    ja="values の値が生成に届いていません。どの値でも、温度 1 の同じ分布から文を作っています。",
    en="The values never reach the generation: whatever the value, the texts are those of temperature 1.",
)
def ignores_the_temperature(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, n, top_p)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, 1.0, top_p)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_temperature",
    caught_by="test_texts_come_from_the_asked_temperature",
    ja="values の値を、温度ではなく top_p として使っています。この課題で動かすのは温度です。",
    en="The values are used as top_p, not as the temperature. This exercise moves the temperature.",
)
def varies_top_p_instead(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, n, top_p)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, top_p, value)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_temperature",
    caught_by="test_texts_come_from_the_asked_temperature",
    ja="頼まれた top_p が効いていません。top_p なら切り捨てるはずのトークンが、文に現れています。",
    en="The top_p asked for has no effect: tokens that it should cut off appear in the texts.",
)
def ignores_top_p(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, n, top_p)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, value, 1.0)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_temperature",
    caught_by="test_texts_come_from_the_asked_temperature",
    ja="どの値でも、values の最初の温度で文を作っています。ループの中で、いまの値を使ってください。",
    en="All texts are made at the first temperature of values. Use the current value inside the loop.",
)
def uses_the_first_value(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, n, top_p)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, values[0], top_p)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_temperature",
    caught_by="test_colder_texts_are_more_alike",
    ja="結果が別の値のものになっています。並べ替えた値に、並べ替えていない結果を対応させていませんか。",
    en="The results stand under the wrong values. Were sorted values paired with results in another order?",
)
def mixes_up_the_values(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, n, top_p)
    set_seed(seed)
    results = []
    for value in sorted(values, reverse=values[0] < values[-1]):
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, value, top_p)
        results.append((texts, average_self_bleu(texts)))
    return dict(zip(values, results, strict=True))


@mistake(
    of="sweep_temperature",
    caught_by="test_texts_come_from_the_asked_temperature",
    ja="候補が上位 50 個に絞られたままです。何も言わなければ generate が黙って掛ける制限を、外してください。",
    en="The candidates are still narrowed to the best 50: generate applies that limit quietly unless you say otherwise.",
)
def leaves_top_k_on(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, n, top_p)
    set_seed(seed)
    found = {}
    for value in values:
        options = {"num_return_sequences": n, "max_new_tokens": max_new_tokens, "temperature": value}
        texts = generated(model, tokenizer, prompt, do_sample=True, top_p=top_p, top_k=50, **options)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_temperature",
    caught_by="test_texts_come_from_the_asked_temperature",
    ja="1 つの温度の中で、同じ文を n 回並べています。1 文ごとに乱数を同じ seed に戻すと、そうなります。",
    en="The same text appears n times within one temperature. That happens when the seed is set again before every text.",
)
def repeats_one_text(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, n, top_p)
    found = {}
    for value in values:
        set_seed(seed)
        texts = sample_texts(model, tokenizer, prompt, 1, max_new_tokens, value, top_p) * n
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_temperature",
    caught_by="test_self_bleu_compares_each_text_with_all_others",
    ja="Self-BLEU の参照が、ほかの文のうち最初の 1 つだけになっています。corpus_bleu に [refs] と渡すと、refs は「1 文につき 1 つの参照」と読まれ、2 つ目から先は使われません。",
    en="Only the first of the other texts serves as reference. corpus_bleu reads [refs] as one stream with one reference for each hypothesis, so everything after the first is never used.",
)
def takes_one_reference(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, n, top_p)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, value, top_p)
        scores = []
        for index, text in enumerate(texts):
            others = texts[:index] + texts[index + 1 :]
            scores.append(sacrebleu.corpus_bleu([text], [others]).score)
        found[value] = texts, sum(scores) / len(scores)
    return found


@mistake(
    of="sweep_temperature",
    caught_by="test_gives_texts_and_a_score_for_each_temperature",
    ja="BLEU を 0 から 1 に直しています。この課題の Self-BLEU は sacrebleu のまま、0 から 100 です。",
    en="BLEU is scaled to 0 to 1. In this exercise Self-BLEU stays as sacrebleu gives it, 0 to 100.",
)
def reports_0_to_1(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, n, top_p)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, value, top_p)
        found[value] = texts, average_self_bleu(texts) / 100
    return found


@mistake(
    of="sweep_temperature",
    caught_by="test_one_seed_one_result",
    ja="引数の seed で乱数を固定していません。呼ぶたびに違う文になります。",
    en="The random numbers are not fixed by the argument seed, so every call gives other texts.",
)
def never_sets_the_seed(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, n, top_p)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, value, top_p)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_temperature",
    caught_by="test_one_seed_one_result",
    ja="乱数を、引数の seed ではなく決まった数で固定しています。どの seed でも同じ文になります。",
    en="The random numbers are fixed by a constant, not by the argument seed: every seed gives the same texts.",
)
def fixes_another_seed(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, n, top_p)
    torch.manual_seed(0)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, value, top_p)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_temperature",
    caught_by="test_texts_hold_no_special_tokens",
    ja="文に </s> のような特殊トークンが残っています。文字列に戻すときに取り除いてください。",
    en="Special tokens such as </s> are left in the texts. Remove them when you decode.",
)
def keeps_special_tokens(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, n, top_p)
    set_seed(seed)
    found = {}
    for value in values:
        options = {"num_return_sequences": n, "max_new_tokens": max_new_tokens, "temperature": value}
        texts = generated(model, tokenizer, prompt, special=True, do_sample=True, top_p=top_p, top_k=0, **options)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_temperature",
    caught_by="test_refuses_one_wrong_argument_among_good_ones",
    ja="values の最初の値しか確かめていません。1 つでも 0 以下なら ValueError です。",
    en="Only the first element of values is checked. ValueError is due when any of them is 0 or less.",
)
def checks_the_first_value_only(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values[:1], n, top_p)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, max(value, 1e-3), top_p)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="plot_sweep",
    caught_by="test_points_in_any_order_make_one_picture",
    ja="点を辞書に入っている順に線でつないでいます。線が行ったり来たりしないように、横軸の値の順に並べてください。",
    en="The points are joined in the order of the dictionary. Sort them by their place on the x axis, so that the line does not go back and forth.",
)
def draws_in_the_order_of_the_dictionary(points, path, *, xlabel):
    figure, axes = axes_of(points, xlabel)
    axes.plot(list(points), list(points.values()), marker="o")
    figure.savefig(path)


@mistake(
    of="plot_sweep",
    caught_by="test_each_picture_starts_empty",
    ja="前の図に上からかき足しています。pyplot は図を覚えています。呼ばれるたびに新しい図を作り、保存したら閉じてください。",
    en="The points are drawn into the figure of the call before, which pyplot remembers. Begin a new figure at every call, and close it when it is saved.",
)
def draws_into_the_last_figure(points, path, *, xlabel):
    if not points:
        raise ValueError
    import matplotlib.pyplot as plt

    plt.plot(sorted(points), [points[value] for value in sorted(points)], marker="o", color="tab:blue")
    plt.xlabel(xlabel)
    plt.ylabel("average Self-BLEU")
    plt.savefig(path)


@mistake(
    of="plot_sweep",
    caught_by="test_writes_a_readable_png",
    ja="図をかいただけで、path に保存していません。",
    en="The picture is drawn, but never saved at path.",
)
def never_saves_the_picture(points, path, *, xlabel):
    _, axes = axes_of(points, xlabel)
    axes.plot(sorted(points), [points[value] for value in sorted(points)], marker="o")


@mistake(
    of="plot_sweep",
    caught_by="test_writes_a_readable_png",
    ja="PNG ではなく JPEG で保存しています。ファイルの名前だけでなく、中身の形式を PNG にしてください。",
    en="The picture is saved as JPEG, not as PNG. It is the content that must be PNG, not only the file's name.",
)
def saves_as_jpeg(points, path, *, xlabel):
    figure, axes = axes_of(points, xlabel)
    axes.plot(sorted(points), [points[value] for value in sorted(points)], marker="o")
    figure.savefig(path, format="jpeg")


@mistake(
    of="plot_sweep",
    caught_by="test_values_go_up_and_keys_to_the_right",
    ja="横軸に値の番号（0, 1, 2, …）を使っています。points のキーそのものを横軸に取ってください。",
    en="The x axis shows the number of each value (0, 1, 2, …). Put the keys of points themselves there.",
)
def counts_instead_of_placing(points, path, *, xlabel):
    figure, axes = axes_of(points, xlabel)
    axes.plot([points[value] for value in sorted(points)], marker="o")
    figure.savefig(path)


@mistake(
    of="plot_sweep",
    caught_by="test_values_go_up_and_keys_to_the_right",
    ja="横軸と縦軸が入れ替わっています。横軸は points のキー、縦軸はその値です。",
    en="The axes are the wrong way round. The keys of points belong on the x axis, their values on the y axis.",
)
def swaps_the_axes(points, path, *, xlabel):
    figure, axes = axes_of(points, xlabel)
    axes.plot([points[value] for value in sorted(points)], sorted(points), marker="o")
    figure.savefig(path)


@mistake(
    of="plot_sweep",
    caught_by="test_names_both_axes",
    ja="縦軸に名前がありません。何の値なのか、読む人にはわかりません。",
    en="The y axis has no name. Nobody can tell what its values are.",
)
def leaves_the_y_axis_unnamed(points, path, *, xlabel):
    figure, axes = axes_of(points, xlabel)
    axes.set_ylabel("")
    axes.plot(sorted(points), [points[value] for value in sorted(points)], marker="o")
    figure.savefig(path)


@mistake(
    of="plot_sweep",
    caught_by="test_names_both_axes",
    ja="横軸の名前が、引数の xlabel ではなく決まった言葉になっています。",
    en="The name of the x axis is a fixed word, not the argument xlabel.",
)
def ignores_xlabel(points, path, *, xlabel):
    figure, axes = axes_of(points, "temperature")
    axes.plot(sorted(points), [points[value] for value in sorted(points)], marker="o")
    figure.savefig(path)


@mistake(
    of="plot_sweep",
    caught_by="test_refuses_to_draw_nothing",
    ja="点が 1 つだけのときに何も見えません。線だけでは 1 つの点はかけないので、点に印を付けてください。",
    en="A single point cannot be seen: a line alone does not show it. Mark the points.",
)
def marks_no_points(points, path, *, xlabel):
    figure, axes = axes_of(points, xlabel)
    axes.plot(sorted(points), [points[value] for value in sorted(points)])
    figure.savefig(path)
