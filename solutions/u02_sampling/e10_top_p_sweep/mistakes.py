"""Typical mistakes of sampling/top_p_sweep."""

import sacrebleu
import torch
from transformers import set_seed

from autograder.mistakes import mistake


def refuse(values, n, temperature):
    """Raise ValueError for arguments that make no sense."""
    if not values or not all(0 < value <= 1 for value in values) or n < 2 or temperature <= 0:
        raise ValueError


def generated(model, tokenizer, prompt, *, special=False, **options):
    """New texts of one call of generate."""
    inputs = tokenizer(prompt, return_tensors="pt").to(model.device)
    ids = model.generate(**inputs, pad_token_id=tokenizer.pad_token_id, **options)
    return tokenizer.batch_decode(ids[:, inputs["input_ids"].shape[1] :], skip_special_tokens=not special)


@mistake(
    of="sweep_top_p",
    caught_by="test_texts_come_from_the_asked_top_p",
    ja="values の値が生成に届いていません。どの値でも、top_p なしの同じ分布から文を作っています。",
    en="The values never reach the generation: whatever the value, the texts come from one distribution without top_p.",
)
def ignores_top_p(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, temperature, 1.0)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_top_p",
    caught_by="test_texts_come_from_the_asked_top_p",
    ja="どの値でも、values の最初の値で文を作っています。ループの中で、いまの値を使ってください。",
    en="All texts are made with the first element of values. Use the current value inside the loop.",
)
def uses_the_first_value(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, temperature, values[0])
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_top_p",
    caught_by="test_self_bleu_falls_as_top_p_rises",
    ja="結果が別の値のキーに入っています。values を並べ替えずに、作った順のまま対応させてください。",
    en="The results are stored under the keys of other values. Keep values in the order in which you made the texts; do not sort them.",
)
def sorts_the_keys(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    set_seed(seed)
    made = []
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, temperature, value)
        made.append((texts, average_self_bleu(texts)))
    return dict(zip(sorted(values), made, strict=True))


@mistake(
    of="sweep_top_p",
    caught_by="test_self_bleu_falls_as_top_p_rises",
    ja="1 - top_p を渡しています。top_p は切り捨てる確率ではなく、残す確率の合計です。",
    en="1 - top_p is passed on. top_p is the probability that is kept, not the one that is cut off.",
)
def keeps_the_rest(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, temperature, max(1 - value, 1e-6))
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_top_p",
    caught_by="test_texts_come_from_the_asked_temperature",
    ja="temperature が生成に届いていません。どの温度を頼んでも、温度 1 の文が返ります。",
    en="The temperature never reaches the generation: whatever you ask for, the texts are those of temperature 1.",
)
def ignores_the_temperature(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, 1.0, value)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_top_p",
    caught_by="test_texts_come_from_the_asked_temperature",
    ja="候補が上位 50 個に絞られたままです。何も言わなければ generate が黙って掛ける制限を、外してください。",
    en="The candidates are still narrowed to the best 50: generate applies that limit quietly unless you say otherwise.",
)
def leaves_top_k_on(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    set_seed(seed)
    found = {}
    for value in values:
        options = {"num_return_sequences": n, "max_new_tokens": max_new_tokens, "temperature": temperature}
        texts = generated(model, tokenizer, prompt, do_sample=True, top_p=value, top_k=50, **options)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_top_p",
    caught_by="test_texts_come_from_the_asked_top_p",
    ja="サンプリングせずに、いつも最も確率の高い文を返しています（do_sample を確かめてください）。",
    en="Nothing is sampled: the most probable text comes back every time (look at do_sample).",
)
def decodes_greedily(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    texts = generated(model, tokenizer, prompt, do_sample=False, max_new_tokens=max_new_tokens) * n
    return {value: (texts, average_self_bleu(texts)) for value in values}


@mistake(
    of="sweep_top_p",
    caught_by="test_texts_come_from_the_asked_top_p",
    ja="1 つの値の中で、同じ文を n 回並べています。1 文ごとに乱数を同じ seed に戻すと、そうなります。",
    en="The same text appears n times within one value. That happens when the seed is set again before every text.",
)
def repeats_one_text(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    found = {}
    for value in values:
        texts = []
        for _ in range(n):
            set_seed(seed)
            texts += sample_texts(model, tokenizer, prompt, 1, max_new_tokens, temperature, value)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_top_p",
    caught_by="test_texts_come_from_the_asked_top_p",
    ja="max_new_tokens をプロンプト込みの長さとして使っています（それは max_length です）。文が短く切れています。",
    en="max_new_tokens is used as a length that counts the prompt (that is max_length), so the texts are cut short.",
)
def counts_the_prompt(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    set_seed(seed)
    n_prompt = len(tokenizer(prompt)["input_ids"])
    found = {}
    for value in values:
        limit = max(1, max_new_tokens - n_prompt)
        texts = sample_texts(model, tokenizer, prompt, n, limit, temperature, value)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_top_p",
    caught_by="test_self_bleu_compares_each_text_with_all_others",
    ja="Self-BLEU の参照が、ほかの文のうち最初の 1 つだけになっています。corpus_bleu に [refs] と渡すと、refs は「1 文につき 1 つの参照」と読まれ、2 つ目から先は使われません。",
    en="Only the first of the other texts serves as reference. corpus_bleu reads [refs] as one stream with one reference for each hypothesis, so everything after the first is never used.",
)
def takes_one_reference(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, temperature, value)
        scores = []
        for index, text in enumerate(texts):
            others = texts[:index] + texts[index + 1 :]
            scores.append(sacrebleu.corpus_bleu([text], [others]).score)
        found[value] = texts, sum(scores) / len(scores)
    return found


@mistake(
    of="sweep_top_p",
    caught_by="test_self_bleu_compares_each_text_with_all_others",
    ja="平均 Self-BLEU を、その値の文ではなく、それまでに作った文すべてから計算しています。値ごとに分けてください。",
    en="The average Self-BLEU is taken over all texts made so far, not over those of the value. Keep the values apart.",
)
def pools_the_texts_of_all_values(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    set_seed(seed)
    found, pool = {}, []
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, temperature, value)
        pool += texts
        found[value] = texts, average_self_bleu(pool)
    return found


@mistake(
    of="sweep_top_p",
    caught_by="test_texts_that_are_all_alike_score_100",
    ja="BLEU を 0 から 1 に直しています。この課題の Self-BLEU は sacrebleu のまま、0 から 100 です。",
    en="BLEU is scaled to 0 to 1. In this exercise Self-BLEU stays as sacrebleu gives it, 0 to 100.",
)
def reports_0_to_1(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, temperature, value)
        found[value] = texts, average_self_bleu(texts) / 100
    return found


@mistake(
    of="sweep_top_p",
    caught_by="test_one_seed_one_result",
    ja="引数の seed で乱数を固定していません。呼ぶたびに違う文になります。",
    en="The random numbers are not fixed by the argument seed, so every call gives other texts.",
)
def never_sets_the_seed(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, temperature, value)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_top_p",
    caught_by="test_one_seed_one_result",
    ja="乱数を、引数の seed ではなく決まった数で固定しています。どの seed でも同じ文になります。",
    en="The random numbers are fixed by a constant, not by the argument seed: every seed gives the same texts.",
)
def fixes_another_seed(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    torch.manual_seed(0)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, temperature, value)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_top_p",
    caught_by="test_texts_hold_no_special_tokens",
    ja="文に </s> のような特殊トークンが残っています。文字列に戻すときに取り除いてください。",
    en="Special tokens such as </s> are left in the texts. Remove them when you decode.",
)
def keeps_special_tokens(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    set_seed(seed)
    found = {}
    for value in values:
        options = {"num_return_sequences": n, "max_new_tokens": max_new_tokens, "temperature": temperature}
        texts = generated(model, tokenizer, prompt, special=True, do_sample=True, top_p=value, top_k=0, **options)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_top_p",
    caught_by="test_refuses_one_wrong_argument_among_good_ones",
    ja="values の最初の値しか確かめていません。1 つでも (0, 1] の外にあれば ValueError です。",
    en="Only the first element of values is checked. ValueError is due when any of them lies outside (0, 1].",
)
def checks_the_first_value_only(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values[:1], n, temperature)
    set_seed(seed)
    found = {}
    for value in values:
        clipped = min(max(value, 1e-6), 1.0)
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, temperature, clipped)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_top_p",
    caught_by="test_refuses_arguments_that_make_no_sense",
    ja="文が 1 つだけのときに ValueError を出していません。比べる相手のない文には Self-BLEU がありません。",
    en="A single text does not raise ValueError. Without another text to compare with there is no Self-BLEU.",
)
def accepts_a_single_text(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, max(n, 2), temperature)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, max(n, 1), max_new_tokens, temperature, value)
        found[value] = texts, average_self_bleu(texts) if n > 1 else 0.0
    return found


@mistake(
    of="sweep_top_p",
    caught_by="test_the_same_seed_gives_the_same_texts",
    ja="seed = 0 のときだけ乱数が固定されていません。`if seed:` は 0 を「なし」と読みます。",
    en="With seed = 0 the random numbers are not fixed. `if seed:` reads 0 as nothing.",
)
def takes_seed_0_for_none(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    if seed:
        set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, temperature, value)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_top_p",
    caught_by="test_gives_texts_and_a_score_for_each_value",
    ja="文がプロンプトから始まっています。新しく生成された部分だけを返してください。",
    en="The texts begin with the prompt. Return the newly generated part only.",
)
def returns_the_whole_text(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    set_seed(seed)
    found = {}
    for value in values:
        texts = [
            prompt + text for text in sample_texts(model, tokenizer, prompt, n, max_new_tokens, temperature, value)
        ]
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_top_p",
    caught_by="test_self_bleu_compares_each_text_with_all_others",
    ja="プロンプトを付けた文どうしを比べています。どの文にも同じプロンプトがあると、実際より似ていることになります。返す文だけを比べてください。",
    en="Texts with the prompt in front are compared. The prompt that they share makes them look more alike than they are: compare the texts that you return.",
)
def compares_the_whole_texts(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, temperature, value)
        found[value] = texts, average_self_bleu([prompt + text for text in texts])
    return found


@mistake(
    of="sweep_top_p",
    caught_by="test_self_bleu_compares_each_text_with_all_others",
    ja="平均を丸めています。丸めるのは表示するときだけにしてください。",
    en="The average is rounded. Round only to show it.",
)
def rounds_the_average(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, temperature, value)
        found[value] = texts, round(average_self_bleu(texts), 2)
    return found


@mistake(
    of="sweep_top_p",
    caught_by="test_gives_texts_and_a_score_for_each_value",
    ja="キーが文字列になっています。values の値をそのままキーにしてください。",
    en="The keys are texts. Use the very values as keys.",
)
def uses_texts_as_keys(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, temperature, value)
        found[str(value)] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_top_p",
    caught_by="test_gives_texts_and_a_score_for_each_value",
    ja="中身の順が逆です。(n 個の文, 平均) の順に入れてください。",
    en="The entries are the wrong way round: the n texts come first, then the average.",
)
def puts_the_average_first(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, temperature, value)
        found[value] = average_self_bleu(texts), texts
    return found


@mistake(
    of="sweep_top_p",
    caught_by="test_texts_come_from_the_asked_top_p",
    ja="プロンプトをチャットの形に包んでいます。渡された文字列を、そのままトークナイザに渡してください。",
    en="The prompt is wrapped up as a chat. Give the string to the tokenizer as it stands.",
)
def wraps_the_prompt_as_a_chat(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    wrapped = tokenizer.apply_chat_template([{"role": "user", "content": prompt}], tokenize=False)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, wrapped, n, max_new_tokens, temperature, value)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_top_p",
    caught_by="test_leaves_its_arguments_as_they_were",
    ja="渡されたリスト values そのものを並べ替えています。並べ替えた新しいリスト（sorted）を使ってください。",
    en="The list of values that was passed is itself sorted. Use a sorted copy.",
)
def sorts_the_values_in_place(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    values.sort()
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, temperature, value)
        found[value] = texts, average_self_bleu(texts)
    return found


@mistake(
    of="sweep_top_p",
    caught_by="test_texts_come_from_the_asked_temperature",
    ja="温度を小数第 1 位に丸めて使っています。0.04 は 0 になり、サンプリングできません。渡された値のまま使ってください。",
    en="The temperature is rounded to one decimal: 0.04 becomes 0, at which nothing can be sampled. Use the very value that is passed.",
)
def rounds_the_temperature(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    refuse(values, n, temperature)
    set_seed(seed)
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, round(temperature, 1), value)
        found[value] = texts, average_self_bleu(texts)
    return found
