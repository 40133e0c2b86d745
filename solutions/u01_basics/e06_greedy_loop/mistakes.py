"""Typical mistakes of basics/greedy_loop."""

import torch

from autograder.mistakes import mistake


def require_sense(input_ids, max_new_tokens):
    """ValueError for arguments that make no sense."""
    if input_ids.shape[1] < 1 or max_new_tokens < 1:
        raise ValueError


def best_next(model, input_ids):
    """The best next token, shape (1, 1), without a cache."""
    with torch.inference_mode():
        return model(input_ids).logits[:, -1].argmax(-1, keepdim=True)


@mistake(
    of="greedy_decode",
    caught_by="test_the_prompt_stands_in_front",
    ja="新しいトークンだけを返しています。generate と同じように、プロンプトにつなげた列を返します。",
    en="Only the new tokens are returned. Like generate, return the prompt with the new tokens behind it.",
)
def returns_the_new_tokens_alone(model, input_ids, max_new_tokens, eos_token_id):
    require_sense(input_ids, max_new_tokens)
    n_prompt = input_ids.shape[1]
    for _ in range(max_new_tokens):
        input_ids = torch.cat([input_ids, best_next(model, input_ids)], dim=-1)
        if input_ids[0, -1] == eos_token_id:
            break
    return input_ids[:, n_prompt:]


@mistake(
    of="greedy_decode",
    caught_by="test_eos_is_the_last_token",
    ja="EOS を加える前に止めています。EOS も列に入れてから止めます。",
    en="The loop ends before EOS is added. Put EOS into the sequence, then stop.",
)
def leaves_eos_out(model, input_ids, max_new_tokens, eos_token_id):
    require_sense(input_ids, max_new_tokens)
    for _ in range(max_new_tokens):
        new = best_next(model, input_ids)
        if new.item() == eos_token_id:
            break
        input_ids = torch.cat([input_ids, new], dim=-1)
    return input_ids


@mistake(
    of="greedy_decode",
    caught_by="test_eos_is_the_last_token",
    ja="EOS が出ても止まらず、いつも上限まで続けています。EOS のあとに出るものは文章の一部ではありません。",
    en="EOS does not stop the loop, it always runs to the limit. What comes behind EOS is no part of the text.",
)
def never_stops_at_eos(model, input_ids, max_new_tokens, eos_token_id):
    require_sense(input_ids, max_new_tokens)
    for _ in range(max_new_tokens):
        input_ids = torch.cat([input_ids, best_next(model, input_ids)], dim=-1)
    return input_ids


@mistake(
    of="greedy_decode",
    caught_by="test_the_eos_that_was_passed_ends_the_text",
    ja="引数の eos_token_id を使わず、モデルの設定にある EOS で止めています。渡された ID で止めてください。",
    en="The argument eos_token_id is not used: the EOS of the model's settings ends the text. Stop at the id that was passed.",
)
def stops_at_the_models_own_eos(model, input_ids, max_new_tokens, eos_token_id):
    require_sense(input_ids, max_new_tokens)
    for _ in range(max_new_tokens):
        input_ids = torch.cat([input_ids, best_next(model, input_ids)], dim=-1)
        if input_ids[0, -1] == model.config.eos_token_id:
            break
    return input_ids


@mistake(
    of="greedy_decode",
    caught_by="test_an_eos_in_the_prompt_ends_nothing",
    ja="列のどこかに EOS があるかどうかで止めています。プロンプトの中の EOS で止まってしまうので、いま加えたトークンだけを見てください。",
    en="The loop ends when EOS is anywhere in the sequence, so one in the prompt ends it, too. Look only at the token just added.",
)
def looks_for_eos_anywhere(model, input_ids, max_new_tokens, eos_token_id):
    require_sense(input_ids, max_new_tokens)
    for _ in range(max_new_tokens):
        input_ids = torch.cat([input_ids, best_next(model, input_ids)], dim=-1)
        if eos_token_id in input_ids[0].tolist():
            break
    return input_ids


@mistake(
    of="greedy_decode",
    caught_by="test_the_limit_counts_new_tokens",
    ja="上限にプロンプトの長さを含めています。max_new_tokens は新しいトークンだけの数です（プロンプトを含めるのは max_length です）。",
    en="The limit counts the prompt as well. max_new_tokens is the number of new tokens alone (max_length is the one that counts the prompt).",
)
def counts_the_prompt(model, input_ids, max_new_tokens, eos_token_id):
    require_sense(input_ids, max_new_tokens)
    while input_ids.shape[1] < max_new_tokens:
        input_ids = torch.cat([input_ids, best_next(model, input_ids)], dim=-1)
        if input_ids[0, -1] == eos_token_id:
            break
    return input_ids


@mistake(
    of="greedy_decode",
    caught_by="test_the_limit_counts_new_tokens",
    ja="1 つ多く生成しています。繰り返しの回数を確かめてください。",
    en="One token too many is generated. Check how often the loop runs.",
)
def takes_one_more(model, input_ids, max_new_tokens, eos_token_id):
    require_sense(input_ids, max_new_tokens)
    for _ in range(max_new_tokens + 1):
        input_ids = torch.cat([input_ids, best_next(model, input_ids)], dim=-1)
        if input_ids[0, -1] == eos_token_id:
            break
    return input_ids


@mistake(
    of="greedy_decode",
    caught_by="test_continues_as_generate_does",
    ja="最初の位置のスコアを読んでいます。位置 i のスコアは i の次のトークンについてのものなので、続きを決めるのは最後の位置です。",
    en="The scores at the first position are read. Those at position i are about the token behind i, so the last position decides how to go on.",
)
def reads_the_first_position(model, input_ids, max_new_tokens, eos_token_id):
    require_sense(input_ids, max_new_tokens)
    for _ in range(max_new_tokens):
        with torch.inference_mode():
            new = model(input_ids).logits[:, 0].argmax(-1, keepdim=True)
        input_ids = torch.cat([input_ids, new], dim=-1)
        if new.item() == eos_token_id:
            break
    return input_ids


@mistake(
    of="greedy_decode",
    caught_by="test_every_token_is_the_best_one",
    ja="2 つ目からは、直前の 1 トークンだけをモデルに見せています。past_key_values を渡さないなら、毎回、列の全体を渡す必要があります。",
    en="From the second token on the model sees the last token only. Without past_key_values, pass the whole sequence each time.",
)
def forgets_the_context(model, input_ids, max_new_tokens, eos_token_id):
    require_sense(input_ids, max_new_tokens)
    new = input_ids
    for _ in range(max_new_tokens):
        new = best_next(model, new)
        input_ids = torch.cat([input_ids, new], dim=-1)
        if new.item() == eos_token_id:
            break
    return input_ids


@mistake(
    of="greedy_decode",
    caught_by="test_every_token_is_the_best_one",
    ja="past_key_values を渡しながら、毎回、列の全体も渡しています。キャッシュにあるトークンが二重になるので、新しいトークンだけを渡してください。",
    en="The whole sequence is passed together with past_key_values, so the tokens in the cache count twice. Pass the new token alone.",
)
def passes_the_past_twice(model, input_ids, max_new_tokens, eos_token_id):
    require_sense(input_ids, max_new_tokens)
    cache = None
    for _ in range(max_new_tokens):
        with torch.inference_mode():
            output = model(input_ids, past_key_values=cache)
        cache = output.past_key_values
        input_ids = torch.cat([input_ids, output.logits[:, -1].argmax(-1, keepdim=True)], dim=-1)
        if input_ids[0, -1] == eos_token_id:
            break
    return input_ids


@mistake(
    of="greedy_decode",
    caught_by="test_continues_as_generate_does",
    ja="generate に生成させています。この課題では、そのループを自分で書きます。",
    en="generate does the work. Here you write its loop yourself.",
)
def calls_generate(model, input_ids, max_new_tokens, eos_token_id):
    require_sense(input_ids, max_new_tokens)
    return model.generate(input_ids, do_sample=False, max_new_tokens=max_new_tokens, eos_token_id=eos_token_id)


@mistake(
    of="greedy_decode",
    caught_by="test_refuses_arguments_that_make_no_sense",
    ja="空のプロンプトを、モデルにそのまま渡しています。計算の前に確かめ、ValueError を出してください。",
    en="An empty prompt is passed on to the model. Check for it before computing, and raise ValueError.",
)
def accepts_an_empty_prompt(model, input_ids, max_new_tokens, eos_token_id):
    require_sense(torch.ones(1, 1), max_new_tokens)
    for _ in range(max_new_tokens):
        input_ids = torch.cat([input_ids, best_next(model, input_ids)], dim=-1)
        if input_ids[0, -1] == eos_token_id:
            break
    return input_ids


@mistake(
    of="greedy_decode",
    caught_by="test_refuses_to_generate_nothing",
    ja="max_new_tokens が 1 より小さいとき、プロンプトをそのまま返しています。ValueError を出してください。",
    en="A max_new_tokens below 1 gives the prompt back. Raise ValueError.",
)
def accepts_a_limit_of_zero(model, input_ids, max_new_tokens, eos_token_id):
    require_sense(input_ids, 1)
    for _ in range(max_new_tokens):
        input_ids = torch.cat([input_ids, best_next(model, input_ids)], dim=-1)
        if input_ids[0, -1] == eos_token_id:
            break
    return input_ids


@mistake(
    of="greedy_decode",
    caught_by="test_the_prompt_stands_in_front",
    ja="返すテンソルの型が int64 ではありません。ID は torch.int64 のまま返してください。",
    en="The tensor that comes back is not of dtype int64. Keep the ids in torch.int64.",
)
def returns_another_dtype(model, input_ids, max_new_tokens, eos_token_id):
    require_sense(input_ids, max_new_tokens)
    for _ in range(max_new_tokens):
        input_ids = torch.cat([input_ids, best_next(model, input_ids)], dim=-1)
        if input_ids[0, -1] == eos_token_id:
            break
    return input_ids.int()


@mistake(
    of="greedy_decode",
    caught_by="test_leaves_its_arguments_as_they_were",
    ja="渡された input_ids そのものに、新しいトークンを書き足しています。呼んだ側のプロンプトが変わってしまうので、新しいテンソルを作ってください。",
    en="The new tokens are added to the very input_ids that were passed, so the caller's prompt changes. Make a new tensor.",
)
def writes_into_the_prompt(model, input_ids, max_new_tokens, eos_token_id):
    require_sense(input_ids, max_new_tokens)
    for _ in range(max_new_tokens):
        input_ids.data = torch.cat([input_ids, best_next(model, input_ids)], dim=-1)
        if input_ids[0, -1] == eos_token_id:
            break
    return input_ids
