"""Typical mistakes of sampling/sample_many."""

import torch

from autograder.mistakes import mistake


def refuse(input_ids, n, top_p=1.0, temperature=1.0, top_k=0):
    """Raise ValueError for arguments that make no sense."""
    if input_ids.shape[1] == 0 or n < 1 or not 0 < top_p <= 1 or temperature <= 0 or top_k < 0:
        raise ValueError


def fix(seed):
    """The random numbers fixed, unless `seed` is None."""
    if seed is not None:
        set_seed(seed)


def generated(model, input_ids, n, max_new_tokens, **options):
    """Sequences of one call of generate."""
    return model.generate(input_ids, do_sample=True, num_return_sequences=n, max_new_tokens=max_new_tokens, **options)


@mistake(
    of="sample",
    caught_by="test_tokens_come_from_the_asked_temperature",
    ja="temperature が生成に届いていません。どの温度を頼んでも、温度 1 の系列が返ります。",
    en="The temperature never reaches the generation: whatever you ask for, the sequences are those of temperature 1.",
)
def ignores_the_temperature(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    refuse(input_ids, n, top_p, temperature)
    fix(seed)
    return generated(model, input_ids, n, max_new_tokens, top_p=top_p, top_k=top_k)


@mistake(
    of="sample",
    caught_by="test_tokens_come_from_the_asked_temperature",
    ja="温度の意味が逆です。温度を上げるほど、分布が尖っています。",
    en="The temperature works the wrong way round: raising it makes the distribution sharper.",
)
def inverts_the_temperature(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    refuse(input_ids, n, top_p, temperature)
    fix(seed)
    return generated(model, input_ids, n, max_new_tokens, temperature=1 / temperature, top_p=top_p, top_k=top_k)


@mistake(
    of="sample",
    caught_by="test_top_p_and_top_k_narrow_the_choice",
    ja="top_p が生成に届いていません。nucleus の外のトークンが選ばれています。",
    en="top_p never reaches the generation: tokens outside the nucleus are drawn.",
)
def ignores_top_p(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    refuse(input_ids, n, top_p)
    fix(seed)
    return generated(model, input_ids, n, max_new_tokens, temperature=temperature, top_k=top_k)


@mistake(
    of="sample",
    caught_by="test_top_p_and_top_k_narrow_the_choice",
    ja="top_k がいつも 0 で生成に渡されています。k 番目より確率の低いトークンが選ばれています。",
    en="top_k always reaches the generation as 0: tokens below the k-th are drawn.",
)
def ignores_top_k(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    refuse(input_ids, n, top_p, temperature, top_k)
    fix(seed)
    return generated(model, input_ids, n, max_new_tokens, temperature=temperature, top_p=top_p, top_k=0)


@mistake(
    of="sample",
    caught_by="test_by_default_nothing_narrows_the_vocabulary",
    ja="top_k=0 のとき、候補が上位 50 個に絞られたままです。何も言わなければ generate が黙って掛ける制限を、外してください。",
    en="With top_k=0 the candidates are still narrowed to the best 50: generate applies that limit quietly unless you say otherwise.",
)
def leaves_top_k_on(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    refuse(input_ids, n, top_p)
    fix(seed)
    limit = {"top_k": top_k} if top_k else {"top_k": 50}
    return generated(model, input_ids, n, max_new_tokens, temperature=temperature, top_p=top_p, **limit)


@mistake(
    of="sample",
    caught_by="test_by_default_nothing_narrows_the_vocabulary",
    ja="何も指定しないときの温度や top_p が 1.0 ではありません。既定値は、どれも「何もしない」値です。",
    en="Without keywords, temperature or top_p are not 1.0. The defaults are the values that change nothing.",
)
def changes_the_defaults(model, input_ids, n, max_new_tokens, *, temperature=0.8, top_p=0.9, top_k=0, seed=None):
    refuse(input_ids, n, top_p)
    fix(seed)
    return generated(model, input_ids, n, max_new_tokens, temperature=temperature, top_p=top_p, top_k=top_k)


@mistake(
    of="sample",
    caught_by="test_the_sequences_are_not_all_alike",
    ja="サンプリングせずに、いつも最も確率の高いトークンを選んでいます（do_sample を確かめてください）。",
    en="Nothing is sampled: the most probable token is taken every time (look at do_sample).",
)
def decodes_greedily(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    refuse(input_ids, n, top_p, temperature, top_k)
    return model.generate(input_ids.repeat(n, 1), do_sample=False, max_new_tokens=max_new_tokens)


@mistake(
    of="sample",
    caught_by="test_the_sequences_are_not_all_alike",
    ja="同じ系列を n 行並べています。1 つ作るたびに乱数を同じ seed に戻すと、そうなります。",
    en="The same sequence stands in all n rows. That happens when the seed is set again before each of them.",
)
def repeats_one_draw(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    refuse(input_ids, n, top_p)
    fix(seed)
    options = {"temperature": temperature, "top_p": top_p, "top_k": top_k}
    return generated(model, input_ids, 1, max_new_tokens, **options).repeat(n, 1)


@mistake(
    of="sample",
    caught_by="test_rows_end_at_eos_or_at_the_limit",
    ja="max_new_tokens をプロンプト込みの長さとして使っています（それは max_length です）。系列が短く切れています。",
    en="max_new_tokens is used as a length that counts the prompt (that is max_length), so the sequences are cut short.",
)
def counts_the_prompt(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    refuse(input_ids, n, top_p)
    fix(seed)
    limit = max(1, max_new_tokens - input_ids.shape[1]) if max_new_tokens > 0 else max_new_tokens
    return generated(model, input_ids, n, limit, temperature=temperature, top_p=top_p, top_k=top_k)


@mistake(
    of="sample",
    caught_by="test_gives_n_whole_sequences",
    ja="プロンプトを切り落として、新しいトークンだけを返しています。この関数は、generate が返す系列をそのまま返します。",
    en="The prompt is cut off and only the new tokens come back. This function returns the sequences as generate gives them.",
)
def returns_only_the_new_tokens(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    refuse(input_ids, n, top_p)
    fix(seed)
    options = {"temperature": temperature, "top_p": top_p, "top_k": top_k}
    return generated(model, input_ids, n, max_new_tokens, **options)[:, input_ids.shape[1] :]


@mistake(
    of="sample",
    caught_by="test_rows_end_at_eos_or_at_the_limit",
    ja="終了トークン (EOS) のあとが、モデルのパディングトークンではない ID で埋められています。",
    en="Behind the end token (EOS) the rows are filled with an id that is not the model's padding token.",
)
def pads_with_another_token(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    refuse(input_ids, n, top_p)
    fix(seed)
    options = {"temperature": temperature, "top_p": top_p, "top_k": top_k, "pad_token_id": 0}
    return generated(model, input_ids, n, max_new_tokens, **options)


@mistake(
    of="sample",
    caught_by="test_one_seed_one_result",
    ja="引数の seed で乱数を固定していません。呼ぶたびに違う系列になります。",
    en="The random numbers are not fixed by the argument seed, so every call gives other sequences.",
)
def never_sets_the_seed(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    refuse(input_ids, n, top_p)
    return generated(model, input_ids, n, max_new_tokens, temperature=temperature, top_p=top_p, top_k=top_k)


@mistake(
    of="sample",
    caught_by="test_one_seed_one_result",
    ja="乱数を、引数の seed ではなく決まった数で固定しています。どの seed でも同じ系列になります。",
    en="The random numbers are fixed by a constant, not by the argument seed: every seed gives the same sequences.",
)
def fixes_another_seed(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    refuse(input_ids, n, top_p)
    torch.manual_seed(42)
    return generated(model, input_ids, n, max_new_tokens, temperature=temperature, top_p=top_p, top_k=top_k)


@mistake(
    of="sample",
    caught_by="test_every_seed_counts_and_none_fixes_nothing",
    ja="seed = 0 のときだけ乱数が固定されていません。`if seed:` は 0 を「なし」と読みます。",
    en="With seed = 0 the random numbers are not fixed. `if seed:` reads 0 as nothing.",
)
def takes_seed_0_for_none(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    refuse(input_ids, n, top_p)
    fix(seed or None)
    return generated(model, input_ids, n, max_new_tokens, temperature=temperature, top_p=top_p, top_k=top_k)


@mistake(
    of="sample",
    caught_by="test_every_seed_counts_and_none_fixes_nothing",
    ja="seed=None のときも、乱数を決まった数で固定しています。None は「固定しない」という意味です。",
    en="The random numbers are fixed by some constant even when seed is None. None means: fix nothing.",
)
def fixes_the_seed_of_none(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    refuse(input_ids, n, top_p)
    fix(seed or 0)
    return generated(model, input_ids, n, max_new_tokens, temperature=temperature, top_p=top_p, top_k=top_k)


@mistake(
    of="sample",
    caught_by="test_refuses_arguments_that_make_no_sense",
    ja="temperature=0 を greedy に読み替えて、同じ系列を n 個返しています。サンプリングにならないので、ValueError を出してください。",
    en="temperature=0 is turned into greedy decoding, and the same sequence comes back n times. That is no sampling; raise ValueError.",
)
def turns_temperature_0_into_greedy(
    model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None
):
    refuse(input_ids, n, top_p)
    fix(seed)
    if temperature == 0:
        return model.generate(input_ids.repeat(n, 1), do_sample=False, max_new_tokens=max_new_tokens)
    return generated(model, input_ids, n, max_new_tokens, temperature=temperature, top_p=top_p, top_k=top_k)


@mistake(
    of="sample",
    caught_by="test_refuses_arguments_that_make_no_sense",
    ja="1 より小さい n に ValueError を出していません。generate は n = 0 でも、黙って 1 個作ります。",
    en="An n below 1 does not raise ValueError. generate quietly makes one sequence for n = 0.",
)
def accepts_n_0(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    refuse(input_ids, max(n, 1), top_p)
    fix(seed)
    return generated(model, input_ids, max(n, 0), max_new_tokens, temperature=temperature, top_p=top_p, top_k=top_k)


@mistake(
    of="sample",
    caught_by="test_refuses_arguments_that_make_no_sense",
    ja="範囲外の top_p に ValueError を出していません。generate は 0 も 1.5 も通してしまうので、自分で確かめる必要があります。",
    en="A top_p outside (0, 1] does not raise ValueError. generate lets 0 and 1.5 through, so you have to check for it yourself.",
)
def accepts_any_top_p(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    refuse(input_ids, n)
    fix(seed)
    return generated(model, input_ids, n, max_new_tokens, temperature=temperature, top_p=top_p, top_k=top_k)


@mistake(
    of="sample",
    caught_by="test_refuses_arguments_that_make_no_sense",
    ja="負の top_k を「使わない」と読んでいます。この関数で「使わない」は 0 だけで、負の数には ValueError を出します。",
    en="A negative top_k is read as off. Here only 0 means off; a negative number raises ValueError.",
)
def takes_a_negative_top_k_for_off(
    model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None
):
    refuse(input_ids, n, top_p)
    fix(seed)
    options = {"temperature": temperature, "top_p": top_p, "top_k": max(top_k, 0)}
    return generated(model, input_ids, n, max_new_tokens, **options)


@mistake(
    of="sample",
    caught_by="test_refuses_an_empty_prompt",
    ja="トークンが 1 つもないプロンプトを、そのまま generate に渡しています。先に確かめて ValueError を出してください。",
    en="A prompt without any token goes to generate as it is. Check for it first and raise ValueError.",
)
def accepts_an_empty_prompt(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    if n < 1 or not 0 < top_p <= 1:
        raise ValueError
    fix(seed)
    return generated(model, input_ids, n, max_new_tokens, temperature=temperature, top_p=top_p, top_k=top_k)


@mistake(
    of="sample",
    caught_by="test_tokens_come_from_the_asked_temperature",
    ja="温度を小数第 1 位に丸めて使っています。0.04 は 0 になり、サンプリングできません。渡された値のまま使ってください。",
    en="The temperature is rounded to one decimal: 0.04 becomes 0, at which nothing can be sampled. Use the very value that is passed.",
)
def rounds_the_temperature(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    refuse(input_ids, n, top_p)
    fix(seed)
    return generated(model, input_ids, n, max_new_tokens, temperature=round(temperature, 1), top_p=top_p, top_k=top_k)


@mistake(
    of="sample",
    caught_by="test_tokens_come_from_the_asked_temperature",
    ja="top_k=0 のとき、上位の一部に絞っています。0 は「絞らない」という意味で、温度が高ければ語彙のどのトークンも出ます。",
    en="With top_k=0 only some of the best tokens are kept. 0 means that nothing is cut: at a high temperature any token of the vocabulary may come.",
)
def leaves_a_larger_top_k_on(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    refuse(input_ids, n, top_p)
    fix(seed)
    return generated(model, input_ids, n, max_new_tokens, temperature=temperature, top_p=top_p, top_k=top_k or 200)


@mistake(
    of="sample",
    caught_by="test_gives_n_whole_sequences",
    ja="上限より 1 個多く生成しています。新しいトークンは max_new_tokens 個までです。",
    en="One token too many is generated. At most max_new_tokens are new.",
)
def generates_one_more(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    refuse(input_ids, n, top_p)
    if max_new_tokens < 1:
        raise ValueError
    fix(seed)
    return generated(model, input_ids, n, max_new_tokens + 1, temperature=temperature, top_p=top_p, top_k=top_k)


@mistake(
    of="sample",
    caught_by="test_rows_end_at_eos_or_at_the_limit",
    ja="終了トークン (EOS) が出ても、その行を終わらせずに生成を続けています。",
    en="A row goes on behind the end token (EOS) instead of ending there.",
)
def goes_on_behind_eos(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    refuse(input_ids, n, top_p)
    fix(seed)
    options = {"temperature": temperature, "top_p": top_p, "top_k": top_k, "eos_token_id": -1}
    return generated(model, input_ids, n, max_new_tokens, **options)


@mistake(
    of="sample",
    caught_by="test_gives_n_whole_sequences",
    ja="返すテンソルの型が int64 ではありません。generate が返した ID を、そのまま返してください。",
    en="The tensor that comes back is not of dtype int64. Return the ids as generate gives them.",
)
def returns_another_dtype(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    refuse(input_ids, n, top_p)
    fix(seed)
    return generated(model, input_ids, n, max_new_tokens, temperature=temperature, top_p=top_p, top_k=top_k).int()


@mistake(
    of="sample",
    caught_by="test_top_p_and_top_k_narrow_the_choice",
    ja="top_k=1 を断っています。n 行とも同じ系列になりますが、使える値です。",
    en="top_k=1 is refused. It makes all n rows the same, but it is allowed.",
)
def refuses_top_k_1(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    refuse(input_ids, n, top_p)
    if top_k == 1:
        raise ValueError
    fix(seed)
    return generated(model, input_ids, n, max_new_tokens, temperature=temperature, top_p=top_p, top_k=top_k)


@mistake(
    of="sample",
    caught_by="test_top_p_and_top_k_narrow_the_choice",
    ja="top_p が、温度をかける前の確率で候補を絞っています。温度で割ってから、その確率で絞ってください（generate に任せればそうなります）。",
    en="top_p narrows the choice by the probabilities before the temperature. The temperature comes first, as generate does it by itself.",
)
def truncates_before_the_temperature(
    model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None
):
    from transformers import LogitsProcessorList, TopPLogitsWarper

    refuse(input_ids, n, top_p, temperature, top_k)
    fix(seed)
    early = LogitsProcessorList([TopPLogitsWarper(top_p)]) if top_p < 1 else LogitsProcessorList()
    return generated(model, input_ids, n, max_new_tokens, temperature=temperature, top_k=top_k, logits_processor=early)
