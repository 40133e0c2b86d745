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


@mistake(
    of="sweep_temperature",
    caught_by="test_the_same_seed_gives_the_same_texts",
    ja="seed = 0 のときだけ乱数が固定されていません。`if seed:` は 0 を「なし」と読みます。",
    en="With seed = 0 the random numbers are not fixed. `if seed:` reads 0 as nothing.",
)
def takes_seed_0_for_none(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, n, top_p)
    if seed:
        set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, value, top_p)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_temperature",
    caught_by="test_gives_texts_and_a_score_for_each_temperature",
    ja="文がプロンプトから始まっています。新しく生成された部分だけを返してください。",
    en="The texts begin with the prompt. Return the newly generated part only.",
)
def returns_the_whole_text(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, n, top_p)
    set_seed(seed)
    found = {}
    for value in values:
        texts = [prompt + text for text in sample_texts(model, tokenizer, prompt, n, max_new_tokens, value, top_p)]
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_temperature",
    caught_by="test_self_bleu_compares_each_text_with_all_others",
    ja="プロンプトを付けた文どうしを比べています。どの文にも同じプロンプトがあると、実際より似ていることになります。返す文だけを比べてください。",
    en="Texts with the prompt in front are compared. The prompt that they share makes them look more alike than they are: compare the texts that you return.",
)
def compares_the_whole_texts(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, n, top_p)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, value, top_p)
        found[value] = texts, average_self_bleu([prompt + text for text in texts])
    return found


@mistake(
    of="sweep_temperature",
    caught_by="test_self_bleu_compares_each_text_with_all_others",
    ja="平均を丸めています。丸めるのは表示するときだけにしてください。",
    en="The average is rounded. Round only to show it.",
)
def rounds_the_average(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, n, top_p)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, value, top_p)
        found[value] = texts, round(average_self_bleu(texts), 2)
    return found


@mistake(
    of="sweep_temperature",
    caught_by="test_gives_texts_and_a_score_for_each_temperature",
    ja="キーが文字列になっています。values の値をそのままキーにしてください。",
    en="The keys are texts. Use the very values as keys.",
)
def uses_texts_as_keys(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, n, top_p)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, value, top_p)
        found[str(value)] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_temperature",
    caught_by="test_gives_texts_and_a_score_for_each_temperature",
    ja="中身の順が逆です。(n 個の文, 平均) の順に入れてください。",
    en="The entries are the wrong way round: the n texts come first, then the average.",
)
def puts_the_average_first(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, n, top_p)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, value, top_p)
        found[value] = average_self_bleu(texts), texts
    return found


@mistake(
    of="sweep_temperature",
    caught_by="test_texts_come_from_the_asked_temperature",
    ja="プロンプトをチャットの形に包んでいます。渡された文字列を、そのままトークナイザに渡してください。",
    en="The prompt is wrapped up as a chat. Give the string to the tokenizer as it stands.",
)
def wraps_the_prompt_as_a_chat(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, n, top_p)
    wrapped = tokenizer.apply_chat_template([{"role": "user", "content": prompt}], tokenize=False)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, wrapped, n, max_new_tokens, value, top_p)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_temperature",
    caught_by="test_leaves_its_arguments_as_they_were",
    ja="渡されたリスト values そのものを並べ替えています。並べ替えた新しいリスト（sorted）を使ってください。",
    en="The list of values that was passed is itself sorted. Use a sorted copy.",
)
def sorts_the_values_in_place(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, n, top_p)
    values.sort()
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, value, top_p)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_temperature",
    caught_by="test_texts_come_from_the_asked_temperature",
    ja="温度を小数第 1 位に丸めて使っています。0.04 は 0 になり、サンプリングできません。渡された値のまま使ってください。",
    en="The temperature is rounded to one decimal: 0.04 becomes 0, at which nothing can be sampled. Use the very value that is passed.",
)
def rounds_the_temperature(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, n, top_p)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, round(value, 1), top_p)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_temperature",
    caught_by="test_refuses_arguments_that_make_no_sense",
    ja="values のほかの引数を確かめていません。n も、計算の前に確かめてください。",
    en="Only the values are checked. Look at the other arguments, too, before you compute.",
)
def checks_nothing_but_the_values(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, 2, 1.0)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, value, top_p)
        found[value] = texts, average_self_bleu(texts) if n > 1 else 0.0
    return found


@mistake(
    of="sweep_temperature",
    caught_by="test_texts_come_from_the_asked_temperature",
    ja="top_k が 0 ではなく、上位の一部に絞られたままです。温度が高ければ、語彙のどのトークンも出ます。",
    en="top_k is not 0: only some of the best tokens are kept. At a high temperature any token of the vocabulary may come.",
)
def leaves_a_larger_top_k_on(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, n, top_p)
    set_seed(seed)
    found = {}
    for value in values:
        texts = generated(
            model,
            tokenizer,
            prompt,
            do_sample=True,
            num_return_sequences=n,
            max_new_tokens=max_new_tokens,
            temperature=value,
            top_p=top_p,
            top_k=200,
        )
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="plot_sweep",
    caught_by="test_a_line_joins_the_points",
    ja="点だけで、線がありません。横軸の値の小さい順に線でつないでください。",
    en="There are points but no line. Join them in order of their place on the x axis.",
)
def joins_nothing(points, path, *, xlabel):
    figure, axes = axes_of(points, xlabel)
    places = sorted(points)
    heights = [points[place] for place in places]
    axes.scatter(places, heights)
    figure.savefig(path)


@mistake(
    of="plot_sweep",
    caught_by="test_the_scales_keep_their_numbers",
    ja="目盛りの数が消えています。数がないと、図から値を読み取れません。",
    en="The numbers of the scales are gone. Without them no value can be read off the picture.",
)
def hides_the_scales(points, path, *, xlabel):
    figure, axes = axes_of(points, xlabel)
    places = sorted(points)
    heights = [points[place] for place in places]
    axes.plot(places, heights, marker="o")
    axes.set_xticks([])
    axes.set_yticks([])
    figure.savefig(path)


@mistake(
    of="plot_sweep",
    caught_by="test_leaves_its_arguments_as_they_were",
    ja="図を返しています。図はファイルに書くだけで、戻り値は None です。",
    en="The figure is returned. It is written to the file alone; return None.",
)
def returns_the_figure(points, path, *, xlabel):
    figure, axes = axes_of(points, xlabel)
    places = sorted(points)
    heights = [points[place] for place in places]
    axes.plot(places, heights, marker="o")
    figure.savefig(path)
    return figure


@mistake(
    of="plot_sweep",
    caught_by="test_writes_a_readable_png",
    ja="図が大きすぎます。縦も横も 3000 ピクセル以下にしてください。",
    en="The picture is too large: at most 3000 pixels on each side.",
)
def draws_a_poster(points, path, *, xlabel):
    figure, axes = axes_of(points, xlabel)
    places = sorted(points)
    heights = [points[place] for place in places]
    axes.plot(places, heights, marker="o")
    figure.savefig(path, dpi=600)


@mistake(
    of="plot_sweep",
    caught_by="test_leaves_its_arguments_as_they_were",
    ja="渡された辞書から点を取り出して、空にしています。読むだけにしてください。",
    en="The points are taken out of the dictionary that was passed, which ends up empty. Only read it.",
)
def empties_the_points(points, path, *, xlabel):
    figure, axes = axes_of(points, xlabel)
    places = sorted(points)
    heights = [points.pop(place) for place in places]
    axes.plot(places, heights, marker="o")
    figure.savefig(path)


@mistake(
    of="plot_sweep",
    caught_by="test_refuses_to_draw_nothing",
    ja="点が 1 つもないのに、空の図をかいています。ValueError を出してください。",
    en="Without any point an empty picture is drawn. Raise ValueError.",
)
def draws_an_empty_picture(points, path, *, xlabel):
    figure, axes = axes_of(points or {0.0: 0.0}, xlabel)
    axes.plot(sorted(points), [points[value] for value in sorted(points)], marker="o")
    figure.savefig(path)


@mistake(
    of="sweep_temperature",
    caught_by="test_texts_come_from_the_asked_temperature",
    ja="max_new_tokens をプロンプト込みの長さとして使っています（それは max_length です）。文が短く切れています。",
    en="max_new_tokens is used as a length that counts the prompt (that is max_length), so the texts are cut short.",
)
def counts_the_prompt(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    refuse(values, n, top_p)
    set_seed(seed)
    limit = max(1, max_new_tokens - len(tokenizer(prompt)["input_ids"]))
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, limit, value, top_p)
        found[value] = texts, average_self_bleu(texts)
    return found
