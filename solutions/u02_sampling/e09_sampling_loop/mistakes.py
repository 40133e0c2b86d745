"""Typical mistakes of sampling/sampling_loop."""

import torch

from autograder.mistakes import mistake


def require_sense(input_ids, max_new_tokens, temperature, top_k, top_p):
    """ValueError for arguments that make no sense."""
    sense = input_ids.shape[1] and max_new_tokens > 0 and temperature > 0 and top_k >= 0 and 0 < top_p <= 1
    if not sense:
        raise ValueError


def cut_to_top_k(probs, top_k):
    """The probabilities of the best top_k, all if it is 0, renormalised; ties with the last stay."""
    if top_k == 0:
        return probs
    kept = probs >= probs.sort(descending=True).values[: min(top_k, len(probs))][-1]
    return probs * kept / (probs * kept).sum()


def cut_to_top_p(probs, top_p):
    """The probabilities of the nucleus, renormalised."""
    ranked, order = probs.sort(descending=True, stable=True)
    ranked = ranked * (ranked.cumsum(-1) - ranked < top_p)
    return torch.zeros_like(probs).scatter(0, order, ranked / ranked.sum())


def loop(model, input_ids, max_new_tokens, eos_token_id, draw):
    """The loop, where `draw(logits)` gives the next id."""
    for _ in range(max_new_tokens):
        with torch.inference_mode():
            new = draw(model(input_ids).logits[0, -1])
        input_ids = torch.cat([input_ids, torch.tensor([[int(new)]])], dim=-1)
        if int(new) == eos_token_id:
            break
    return input_ids


def drawn(probs, generator):
    """One id, drawn by `probs`."""
    return torch.multinomial(probs, 1, generator=generator)


@mistake(
    of="sample_decode",
    caught_by="test_tokens_come_from_the_asked_temperature",
    ja="引数の temperature が計算に使われていません。どの温度でも T = 1 の分布から引いています。",
    en="The argument temperature is not used: at every temperature the draws come from the distribution at T = 1.",
)
def ignores_the_temperature(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed)
    return loop(
        model,
        input_ids,
        max_new_tokens,
        eos_token_id,
        lambda logits: drawn(cut_to_top_p(cut_to_top_k(logits.softmax(-1), top_k), top_p), generator),
    )


@mistake(
    of="sample_decode",
    caught_by="test_tokens_come_from_the_asked_temperature",
    ja="スコアに温度を掛けています。温度を上げるほど分布が尖ってしまうので、割ってください。",
    en="The scores are multiplied by the temperature, so a higher one sharpens the distribution. Divide by it.",
)
def multiplies_by_the_temperature(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed)
    return loop(
        model,
        input_ids,
        max_new_tokens,
        eos_token_id,
        lambda logits: drawn(cut_to_top_p(cut_to_top_k((logits * temperature).softmax(-1), top_k), top_p), generator),
    )


@mistake(
    of="sample_decode",
    caught_by="test_tokens_come_from_the_asked_top_p",
    ja="top_p が効いていません。累積が top_p に届いたあとのトークンは、引く前に取り除いてください。",
    en="top_p has no effect. Remove the tokens behind the point where the sum reaches top_p before you draw.",
)
def ignores_top_p(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed)
    return loop(
        model,
        input_ids,
        max_new_tokens,
        eos_token_id,
        lambda logits: drawn(cut_to_top_k((logits / temperature).softmax(-1), top_k), generator),
    )


@mistake(
    of="sample_decode",
    caught_by="test_tokens_come_from_the_asked_top_p",
    ja="絞り込みのあとで温度をかけています。温度で割ったあとの確率を使って、残すトークンを決めてください。",
    en="The temperature comes after the narrowing. Let the probabilities after the temperature decide which tokens stay.",
)
def truncates_before_the_temperature(
    model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed
):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed)

    def draw(logits):
        kept = cut_to_top_p(cut_to_top_k(logits.softmax(-1), top_k), top_p) > 0
        return drawn((logits / temperature).masked_fill(~kept, -torch.inf).softmax(-1), generator)

    return loop(model, input_ids, max_new_tokens, eos_token_id, draw)


@mistake(
    of="sample_decode",
    caught_by="test_tokens_come_from_the_asked_top_k",
    ja="top_k が効いていません。上位 top_k 個のほかは、引く前に取り除いてください。",
    en="top_k has no effect. Remove all but the best top_k tokens before you draw.",
)
def ignores_top_k(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed)
    return loop(
        model,
        input_ids,
        max_new_tokens,
        eos_token_id,
        lambda logits: drawn(cut_to_top_p((logits / temperature).softmax(-1), top_p), generator),
    )


@mistake(
    of="sample_decode",
    caught_by="test_tokens_come_from_the_asked_top_k",
    ja="top_k が語彙の大きさを超えると、エラーになります。超えたときは、何も捨てないようにしてください。",
    en="A top_k beyond the size of the vocabulary ends in an error. It should simply drop nothing.",
)
def asks_for_more_tokens_than_there_are(
    model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed
):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed)

    def draw(logits):
        scores = logits / temperature
        if top_k:
            scores = scores.masked_fill(scores < scores.topk(top_k).values[-1], -torch.inf)
        return drawn(cut_to_top_p(scores.softmax(-1), top_p), generator)

    return loop(model, input_ids, max_new_tokens, eos_token_id, draw)


@mistake(
    of="sample_decode",
    caught_by="test_top_p_works_on_what_top_k_has_left",
    ja="top_p を top_k より先に使っています。先に top_k で絞り、合計を 1 に直してから top_p を使ってください。",
    en="top_p is applied before top_k. Narrow by top_k first, renormalise, then apply top_p.",
)
def applies_top_p_first(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed)
    return loop(
        model,
        input_ids,
        max_new_tokens,
        eos_token_id,
        lambda logits: drawn(cut_to_top_k(cut_to_top_p((logits / temperature).softmax(-1), top_p), top_k), generator),
    )


@mistake(
    of="sample_decode",
    caught_by="test_top_p_works_on_what_top_k_has_left",
    ja="top_p をまたぐトークンを捨てています。nucleus は合計が top_p 以上になる最小の集合なので、またぐ 1 個も残ります。",
    en="The token that crosses top_p is dropped. The nucleus is the smallest set whose sum is at least top_p, so it stays.",
)
def drops_the_crossing_token(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed)

    def draw(logits):
        ranked, order = cut_to_top_k((logits / temperature).softmax(-1), top_k).sort(descending=True, stable=True)
        kept = ranked.cumsum(-1) <= top_p
        kept[0] = True
        return order[drawn(ranked * kept, generator)]

    return loop(model, input_ids, max_new_tokens, eos_token_id, draw)


@mistake(
    of="sample_decode",
    caught_by="test_tokens_come_from_the_asked_temperature",
    ja="いつも最も確率の高いトークンを選んでいます。サンプリングでは、確率にしたがって引きます。",
    en="The most probable token is always taken. Sampling draws by probability.",
)
def decodes_greedily(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    return loop(model, input_ids, max_new_tokens, eos_token_id, lambda logits: logits.argmax())


@mistake(
    of="sample_decode",
    caught_by="test_the_seed_decides",
    ja="引数の seed を使わず、いつも同じシードで引いています。どの seed でも同じ列になってしまいます。",
    en="The argument seed is not used, the draws always start from the same one. So every seed gives the same sequence.",
)
def ignores_the_seed(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(0)
    return loop(
        model,
        input_ids,
        max_new_tokens,
        eos_token_id,
        lambda logits: drawn(cut_to_top_p(cut_to_top_k((logits / temperature).softmax(-1), top_k), top_p), generator),
    )


@mistake(
    of="sample_decode",
    caught_by="test_one_seed_gives_one_result",
    ja="乱数の生成器を seed で初期化していません。同じ seed でも、呼ぶたびに違う列になります。",
    en="The random generator is not started from seed, so one seed gives another sequence with every call.",
)
def forgets_the_seed(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    return loop(
        model,
        input_ids,
        max_new_tokens,
        eos_token_id,
        lambda logits: drawn(cut_to_top_p(cut_to_top_k((logits / temperature).softmax(-1), top_k), top_p), None),
    )


@mistake(
    of="sample_decode",
    caught_by="test_every_step_draws_anew",
    ja="ループの中で、毎回、生成器を seed で初期化しています。どのトークンも同じ乱数で選ばれてしまうので、初期化はループの前に 1 回だけにしてください。",
    en="The generator is started from seed inside the loop, so every token is chosen by the same random numbers. Start it once, before the loop.",
)
def starts_the_generator_at_every_step(
    model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed
):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    return loop(
        model,
        input_ids,
        max_new_tokens,
        eos_token_id,
        lambda logits: drawn(
            cut_to_top_p(cut_to_top_k((logits / temperature).softmax(-1), top_k), top_p),
            torch.Generator().manual_seed(seed),
        ),
    )


@mistake(
    of="sample_decode",
    caught_by="test_ends_at_the_eos_that_was_passed",
    ja="EOS が出ても止まらず、いつも上限まで続けています。渡された eos_token_id を加えたら、そこで止めてください。",
    en="EOS does not stop the loop, it always runs to the limit. Stop once the eos_token_id that was passed has been added.",
)
def never_stops_at_eos(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed)
    return loop(
        model,
        input_ids,
        max_new_tokens,
        None,
        lambda logits: drawn(cut_to_top_p(cut_to_top_k((logits / temperature).softmax(-1), top_k), top_p), generator),
    )


@mistake(
    of="sample_decode",
    caught_by="test_the_prompt_stands_in_front",
    ja="新しいトークンだけを返しています。generate と同じように、プロンプトにつなげた列を返します。",
    en="Only the new tokens are returned. Like generate, return the prompt with the new tokens behind it.",
)
def returns_the_new_tokens_alone(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed)
    whole = loop(
        model,
        input_ids,
        max_new_tokens,
        eos_token_id,
        lambda logits: drawn(cut_to_top_p(cut_to_top_k((logits / temperature).softmax(-1), top_k), top_p), generator),
    )
    return whole[:, input_ids.shape[1] :]


@mistake(
    of="sample_decode",
    caught_by="test_refuses_arguments_that_make_no_sense",
    ja="空のプロンプトや 1 より小さい上限に ValueError を出していません。計算を始める前に確かめてください。",
    en="An empty prompt or a limit below 1 does not raise ValueError. Check for them before computing.",
)
def checks_only_the_settings(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(torch.ones(1, 1), 1, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed)
    return loop(
        model,
        input_ids,
        max_new_tokens,
        eos_token_id,
        lambda logits: drawn(cut_to_top_p(cut_to_top_k((logits / temperature).softmax(-1), top_k), top_p), generator),
    )


@mistake(
    of="sample_decode",
    caught_by="test_refuses_settings_out_of_range",
    ja="範囲外の temperature、top_k、top_p をそのまま計算しています。計算の前に確かめ、ValueError を出してください。",
    en="A temperature, top_k or top_p out of range is computed with. Check before computing, and raise ValueError.",
)
def checks_only_the_lengths(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, 1.0, 0, 1.0)
    generator = torch.Generator().manual_seed(seed)

    def draw(logits):
        scores = logits / temperature if temperature else logits
        probs = cut_to_top_k(scores.softmax(-1), max(0, top_k))
        return drawn(cut_to_top_p(probs, top_p if top_p > 0 else 1e-9), generator)

    return loop(model, input_ids, max_new_tokens, eos_token_id, draw)


@mistake(
    of="sample_decode",
    caught_by="test_tokens_come_from_the_asked_temperature",
    ja="1 より低い温度が 1 として扱われています。低い温度でも、スコアをその温度で割ってください。",
    en="Temperatures below 1 are taken for 1. Divide the scores by the temperature, low ones too.",
)
def ignores_temperatures_below_1(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed)
    return loop(
        model,
        input_ids,
        max_new_tokens,
        eos_token_id,
        lambda logits: drawn(
            cut_to_top_p(cut_to_top_k((logits / max(temperature, 1.0)).softmax(-1), top_k), top_p), generator
        ),
    )


@mistake(
    of="sample_decode",
    caught_by="test_tokens_come_from_the_asked_temperature",
    ja="温度を小数第 1 位に丸めて使っています。0.04 は 0 になり、割り算ができません。渡された値のまま使ってください。",
    en="The temperature is rounded to one decimal: 0.04 becomes 0, by which nothing can be divided. Use the very value that is passed.",
)
def rounds_the_temperature(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed)
    return loop(
        model,
        input_ids,
        max_new_tokens,
        eos_token_id,
        lambda logits: drawn(
            cut_to_top_p(cut_to_top_k((logits / round(temperature, 1)).softmax(-1), top_k), top_p), generator
        ),
    )


@mistake(
    of="sample_decode",
    caught_by="test_tokens_come_from_the_asked_temperature",
    ja="top_k=0 のとき、上位 50 個に絞っています。0 は「絞らない」という意味です。",
    en="With top_k=0 the best 50 are kept. 0 means that nothing is cut.",
)
def leaves_top_k_on(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed)
    return loop(
        model,
        input_ids,
        max_new_tokens,
        eos_token_id,
        lambda logits: drawn(
            cut_to_top_p(cut_to_top_k((logits / temperature).softmax(-1), top_k or 50), top_p), generator
        ),
    )


@mistake(
    of="sample_decode",
    caught_by="test_tokens_come_from_the_asked_temperature",
    ja="top_k=0 のとき、上位の一部に絞っています。0 は「絞らない」という意味で、温度が高ければ語彙のどのトークンも出ます。",
    en="With top_k=0 only some of the best tokens are kept. 0 means that nothing is cut: at a high temperature any token of the vocabulary may come.",
)
def leaves_a_larger_top_k_on(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed)
    return loop(
        model,
        input_ids,
        max_new_tokens,
        eos_token_id,
        lambda logits: drawn(
            cut_to_top_p(cut_to_top_k((logits / temperature).softmax(-1), top_k or 200), top_p), generator
        ),
    )


@mistake(
    of="sample_decode",
    caught_by="test_with_one_candidate_it_is_greedy",
    ja="最後ではない位置のスコアを読んでいます。続きを決めるのは、いまの列の最後の位置です。",
    en="The scores are read at a position that is not the last. What comes next is decided at the last position of the sequence so far.",
)
def reads_the_first_position(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed)
    n_prompt = input_ids.shape[1]

    def draw(scores):
        return drawn(cut_to_top_p(cut_to_top_k((scores / temperature).softmax(-1), top_k), top_p), generator)

    for _ in range(max_new_tokens):
        with torch.inference_mode():
            new = draw(model(input_ids).logits[0, n_prompt - 1])
        input_ids = torch.cat([input_ids, torch.tensor([[int(new)]])], dim=-1)
        if int(new) == eos_token_id:
            break
    return input_ids


@mistake(
    of="sample_decode",
    caught_by="test_ends_at_the_eos_that_was_passed",
    ja="プロンプトの中の EOS で止まっています。止まるのは、新しいトークンとして EOS が出たときだけです。",
    en="An EOS inside the prompt stops the text. Only an EOS that comes as a new token does.",
)
def stops_at_an_eos_in_the_prompt(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed)
    return loop(
        model,
        input_ids,
        1 if eos_token_id in input_ids else max_new_tokens,
        eos_token_id,
        lambda logits: drawn(cut_to_top_p(cut_to_top_k((logits / temperature).softmax(-1), top_k), top_p), generator),
    )


@mistake(
    of="sample_decode",
    caught_by="test_ends_at_the_eos_that_was_passed",
    ja="EOS が出たときに、それを加えずに止まっています。EOS も結果に入れてください。",
    en="When EOS comes, the loop stops without adding it. EOS belongs to the result.",
)
def stops_before_adding_eos(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed)
    whole = loop(
        model,
        input_ids,
        max_new_tokens,
        eos_token_id,
        lambda logits: drawn(cut_to_top_p(cut_to_top_k((logits / temperature).softmax(-1), top_k), top_p), generator),
    )
    ended = whole.shape[1] > input_ids.shape[1] and whole[0, -1] == eos_token_id
    return whole[:, :-1] if ended else whole


@mistake(
    of="sample_decode",
    caught_by="test_ends_at_the_eos_that_was_passed",
    ja="渡された eos_token_id ではなく、モデルの設定にある EOS で止まっています。",
    en="The text ends at the EOS of the model's settings, not at the eos_token_id that was passed.",
)
def stops_at_the_eos_of_the_model(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed)
    return loop(
        model,
        input_ids,
        max_new_tokens,
        model.config.eos_token_id,
        lambda logits: drawn(cut_to_top_p(cut_to_top_k((logits / temperature).softmax(-1), top_k), top_p), generator),
    )


@mistake(
    of="sample_decode",
    caught_by="test_the_prompt_stands_in_front",
    ja="上限より 1 個多く生成しています。新しいトークンは max_new_tokens 個までです。",
    en="One token too many is generated. At most max_new_tokens are new.",
)
def goes_one_too_far(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed)
    return loop(
        model,
        input_ids,
        max_new_tokens + 1,
        eos_token_id,
        lambda logits: drawn(cut_to_top_p(cut_to_top_k((logits / temperature).softmax(-1), top_k), top_p), generator),
    )


@mistake(
    of="sample_decode",
    caught_by="test_the_prompt_stands_in_front",
    ja="返すテンソルの型が int64 ではありません。ID は torch.int64 のまま返してください。",
    en="The tensor that comes back is not of dtype int64. Keep the ids in torch.int64.",
)
def returns_another_dtype(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed)
    whole = loop(
        model,
        input_ids,
        max_new_tokens,
        eos_token_id,
        lambda logits: drawn(cut_to_top_p(cut_to_top_k((logits / temperature).softmax(-1), top_k), top_p), generator),
    )
    return whole.to(torch.int32)


@mistake(
    of="sample_decode",
    caught_by="test_one_seed_gives_one_result",
    ja="seed = 0 のときだけ乱数が固定されていません。`if seed:` は 0 を「なし」と読みます。",
    en="With seed = 0 the random numbers are not fixed. `if seed:` reads 0 as nothing.",
)
def takes_seed_0_for_none(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed) if seed else None
    return loop(
        model,
        input_ids,
        max_new_tokens,
        eos_token_id,
        lambda logits: drawn(cut_to_top_p(cut_to_top_k((logits / temperature).softmax(-1), top_k), top_p), generator),
    )


@mistake(
    of="sample_decode",
    caught_by="test_the_prompt_stands_in_front",
    ja="model.generate に任せています。この課題では、ループを自分で書きます。",
    en="model.generate does the work. Here you write the loop yourself.",
)
def calls_generate(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    torch.manual_seed(seed)
    settings = {"temperature": temperature, "top_k": top_k, "top_p": top_p, "eos_token_id": eos_token_id}
    return model.generate(input_ids, do_sample=True, max_new_tokens=max_new_tokens, **settings)


@mistake(
    of="sample_decode",
    caught_by="test_leaves_its_arguments_as_they_were",
    ja="渡された input_ids そのものに、新しいトークンを書き足しています。呼んだ側のプロンプトが変わってしまうので、新しいテンソルを作ってください。",
    en="The new tokens are added to the very input_ids that were passed, so the caller's prompt changes. Make a new tensor.",
)
def writes_into_the_prompt(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed)
    input_ids.data = loop(
        model,
        input_ids,
        max_new_tokens,
        eos_token_id,
        lambda logits: drawn(cut_to_top_p(cut_to_top_k((logits / temperature).softmax(-1), top_k), top_p), generator),
    )
    return input_ids


@mistake(
    of="sample_decode",
    caught_by="test_the_end_comes_as_often_as_it_should",
    ja="EOS が最初のトークンとして出ることがありません。EOS も、ほかのトークンと同じように、その確率で引いてください。",
    en="EOS is never drawn as the first token. Draw it with its probability, like any other token.",
)
def never_ends_at_once(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    require_sense(input_ids, max_new_tokens, temperature, top_k, top_p)
    generator = torch.Generator().manual_seed(seed)

    def draw(logits):
        probs = cut_to_top_p(cut_to_top_k((logits / temperature).softmax(-1), top_k), top_p)
        if not draw.n_drawn and 0 <= eos_token_id < len(probs) and probs[eos_token_id] < 1:
            probs[eos_token_id] = 0
        draw.n_drawn += 1
        return drawn(probs, generator)

    draw.n_drawn = 0
    return loop(model, input_ids, max_new_tokens, eos_token_id, draw)
