"""Typical mistakes of basics/token_budget."""

from autograder.mistakes import mistake


def generated(model, tokenizer, prompt, max_length, max_new_tokens):
    """(ids of prompt and continuation, number of tokens of the prompt, limit of new tokens)."""
    if (max_length is None) == (max_new_tokens is None):
        raise ValueError("give exactly one of max_length and max_new_tokens")
    inputs = tokenizer(prompt, return_tensors="pt")
    n_prompt = inputs["input_ids"].shape[1]
    limit = max(0, max_length - n_prompt) if max_new_tokens is None else max_new_tokens
    if limit == 0:
        return inputs["input_ids"][0].tolist(), n_prompt, 0
    return model.generate(**inputs, max_new_tokens=limit, do_sample=False)[0].tolist(), n_prompt, limit


def reason_of(ids, tokenizer):
    """Why new ids ended."""
    return "eos" if ids and ids[-1] == tokenizer.eos_token_id else "length"


@mistake(
    of="count_tokens",
    caught_by="test_counts_what_the_model_receives",
    ja="BOS などの特殊トークンが数に入っていません。モデルには特殊トークンも入るので、それも 1 個と数えます。",
    en="Special tokens such as BOS are not counted. The model receives them too, so each of them counts as one.",
)
def counts_without_special_tokens(tokenizer, text):
    return len(tokenizer.tokenize(text))


@mistake(
    of="count_tokens",
    caught_by="test_counts_what_the_model_receives",
    ja="どのトークナイザでも BOS の分の 1 を足しています。BOS を付けないトークナイザもあります。",
    en="1 is added for BOS whatever the tokenizer. Some tokenizers add no BOS.",
)
def adds_one_for_any_tokenizer(tokenizer, text):
    return len(tokenizer.tokenize(text)) + 1


@mistake(
    of="count_tokens",
    caught_by="test_counts_what_the_model_receives",
    ja="空白で区切った語を数えています。モデルにとっての単位はトークンで、1 語が何個かに割れることもあります。",
    en="Words between spaces are counted. The model's units are tokens, and one word may fall apart into several.",
)
def counts_words(tokenizer, text):
    return len(text.split())


@mistake(
    of="new_tokens_left",
    caught_by="test_the_room_is_never_negative",
    ja="プロンプトが max_length より長いときに負の数になっています。生成できる数は、少なくても 0 です。",
    en="The number is negative when the prompt is longer than max_length. What may be generated is at least 0.",
)
def goes_below_zero(tokenizer, prompt, max_length):
    return max_length - count_tokens(tokenizer, prompt)


@mistake(
    of="new_tokens_left",
    caught_by="test_the_prompt_uses_up_room",
    ja="プロンプトの文字数を引いています。max_length が数えるのはトークンです。",
    en="The characters of the prompt are subtracted. What max_length counts is tokens.",
)
def subtracts_characters(tokenizer, prompt, max_length):
    return max(0, max_length - len(prompt))


@mistake(
    of="generate_within",
    caught_by="test_the_limits_count_differently",
    ja="max_length を、新しいトークンの数の上限として使っています。max_length はプロンプトも数えます。",
    en="max_length is used as the limit of new tokens. It counts the prompt's tokens as well.",
)
def takes_max_length_for_new_tokens(model, tokenizer, prompt, *, max_length=None, max_new_tokens=None):
    limit = max_length if max_new_tokens is None else max_new_tokens
    ids, n_prompt, _ = generated(model, tokenizer, prompt, None, limit)
    new_ids = ids[n_prompt:]
    return tokenizer.decode(new_ids, skip_special_tokens=True), len(new_ids), reason_of(new_ids, tokenizer)


@mistake(
    of="generate_within",
    caught_by="test_the_limits_count_differently",
    ja="max_new_tokens にプロンプトの分まで数えています。max_new_tokens は新しいトークンだけの上限です。",
    en="The prompt is counted towards max_new_tokens, which limits the new tokens only.",
)
def takes_max_new_tokens_for_the_whole(model, tokenizer, prompt, *, max_length=None, max_new_tokens=None):
    limit = max_new_tokens if max_length is None else max_length
    ids, n_prompt, _ = generated(model, tokenizer, prompt, limit, None)
    new_ids = ids[n_prompt:]
    return tokenizer.decode(new_ids, skip_special_tokens=True), len(new_ids), reason_of(new_ids, tokenizer)


@mistake(
    of="generate_within",
    caught_by="test_exactly_one_limit_is_given",
    ja="上限を 2 つとも渡したときに片方だけを使い、1 つもないときに自分で決めた上限を使っています。どちらも ValueError にします。",
    en="With both limits one of them is used, and with none a limit of your own. Both cases are a ValueError.",
)
def accepts_any_limits(model, tokenizer, prompt, *, max_length=None, max_new_tokens=None):
    if max_new_tokens is not None:
        max_length = None
    elif max_length is None:
        max_new_tokens = 20
    ids, n_prompt, _ = generated(model, tokenizer, prompt, max_length, max_new_tokens)
    new_ids = ids[n_prompt:]
    return tokenizer.decode(new_ids, skip_special_tokens=True), len(new_ids), reason_of(new_ids, tokenizer)


@mistake(
    of="generate_within",
    caught_by="test_eos_may_be_the_last_token_allowed",
    ja='上限より少なく終わったときだけ "eos" としています。ちょうど上限の個数目が EOS のこともあるので、最後のトークンを見てください。',
    en='The reason is "eos" only when fewer tokens came than allowed. EOS may be exactly the last one: look at the last token.',
)
def takes_a_full_budget_for_length(model, tokenizer, prompt, *, max_length=None, max_new_tokens=None):
    ids, n_prompt, limit = generated(model, tokenizer, prompt, max_length, max_new_tokens)
    new_ids = ids[n_prompt:]
    reason = "eos" if len(new_ids) < limit else "length"
    return tokenizer.decode(new_ids, skip_special_tokens=True), len(new_ids), reason


@mistake(
    of="generate_within",
    caught_by="test_special_tokens_in_the_prompt_do_no_harm",
    ja="EOS をプロンプトの中でも探しています。プロンプトに書かれた EOS ではなく、新しく生成された最後のトークンを見てください。",
    en="EOS is looked for in the prompt as well. Look at the last of the new tokens, not at an EOS written in the prompt.",
)
def finds_eos_in_the_prompt(model, tokenizer, prompt, *, max_length=None, max_new_tokens=None):
    ids, n_prompt, limit = generated(model, tokenizer, prompt, max_length, max_new_tokens)
    new_ids = ids[n_prompt:]
    reason = "eos" if limit and tokenizer.eos_token_id in ids else "length"
    return tokenizer.decode(new_ids, skip_special_tokens=True), len(new_ids), reason


@mistake(
    of="generate_within",
    caught_by="test_eos_may_be_the_last_token_allowed",
    ja="EOS が個数に入っていません。EOS もモデルが生成したトークンなので、1 個と数えます。",
    en="EOS is missing from the number. The model generated it too, so it counts as one token.",
)
def leaves_eos_out_of_the_number(model, tokenizer, prompt, *, max_length=None, max_new_tokens=None):
    ids, n_prompt, _ = generated(model, tokenizer, prompt, max_length, max_new_tokens)
    new_ids = ids[n_prompt:]
    reason = reason_of(new_ids, tokenizer)
    return tokenizer.decode(new_ids, skip_special_tokens=True), len(new_ids) - (reason == "eos"), reason


@mistake(
    of="generate_within",
    caught_by="test_special_tokens_in_the_prompt_do_no_harm",
    ja="文字列になった文から、プロンプトの文字数だけ切り落としています。特殊トークンは文から消えるので、文字数はずれることがあります。トークンの列で切ってください。",
    en="As many characters as the prompt has are cut off the decoded text. Special tokens vanish from it, so the numbers may differ: cut the list of tokens.",
)
def cuts_characters(model, tokenizer, prompt, *, max_length=None, max_new_tokens=None):
    ids, n_prompt, _ = generated(model, tokenizer, prompt, max_length, max_new_tokens)
    text = tokenizer.decode(ids, skip_special_tokens=True)[len(prompt) :]
    return text, len(ids) - n_prompt, reason_of(ids[n_prompt:], tokenizer)


@mistake(
    of="generate_within",
    caught_by="test_the_limits_count_differently",
    ja="プロンプトまで文に入っています。generate が返す列はプロンプトから始まるので、その分を除いてください。",
    en="The prompt is in the text. What generate returns begins with the prompt, so leave that part out.",
)
def returns_the_prompt_too(model, tokenizer, prompt, *, max_length=None, max_new_tokens=None):
    ids, n_prompt, limit = generated(model, tokenizer, prompt, max_length, max_new_tokens)
    text = tokenizer.decode(ids, skip_special_tokens=True) if limit else ""
    return text, len(ids) - n_prompt, reason_of(ids[n_prompt:], tokenizer)


@mistake(
    of="generate_within",
    caught_by="test_eos_ends_the_text_before_the_limit",
    ja="文に特殊トークンが残っています。decode に、特殊トークンを取り除く引数を渡してください。",
    en="Special tokens are left in the text. Pass decode the argument that removes them.",
)
def leaves_special_tokens_in(model, tokenizer, prompt, *, max_length=None, max_new_tokens=None):
    ids, n_prompt, _ = generated(model, tokenizer, prompt, max_length, max_new_tokens)
    new_ids = ids[n_prompt:]
    return tokenizer.decode(new_ids), len(new_ids), reason_of(new_ids, tokenizer)


@mistake(
    of="generate_within",
    caught_by="test_without_room_nothing_is_generated",
    ja="上限に余りがないのに、少なくとも 1 個は生成しています。余りが 0 なら、何も生成せずに返してください。",
    en="At least one token is generated although the limit leaves no room. With no room left, return without generating.",
)
def generates_at_least_one(model, tokenizer, prompt, *, max_length=None, max_new_tokens=None):
    ids, n_prompt, limit = generated(model, tokenizer, prompt, max_length, max_new_tokens)
    if limit == 0:
        ids, n_prompt, _ = generated(model, tokenizer, prompt, None, 1)
    new_ids = ids[n_prompt:]
    return tokenizer.decode(new_ids, skip_special_tokens=True), len(new_ids), reason_of(new_ids, tokenizer)


@mistake(
    of="count_tokens",
    caught_by="test_counts_the_tokens_of_any_text",
    ja="空の文字列をいつも 0 個と数えています。BOS を付けるトークナイザでは、空でも 1 個です。",
    en="The empty string is always counted as 0. With a tokenizer that adds BOS it is 1.",
)
def takes_an_empty_text_for_0(tokenizer, text):
    return len(tokenizer(text)["input_ids"]) if text else 0


@mistake(
    of="generate_within",
    caught_by="test_max_length_counts_the_prompt",
    ja="1 つずつ最も確率の高いトークンを選ぶのではなく、ビームサーチで選んでいます。num_beams を渡さないでください。",
    en="Beams are searched instead of taking the most probable token each time. Pass no num_beams.",
)
def searches_with_beams(model, tokenizer, prompt, *, max_length=None, max_new_tokens=None):
    if (max_length is None) == (max_new_tokens is None):
        raise ValueError
    inputs = tokenizer(prompt, return_tensors="pt")
    n_prompt = inputs["input_ids"].shape[1]
    limit = max(0, max_length - n_prompt) if max_new_tokens is None else max_new_tokens
    if limit == 0:
        return "", 0, "length"
    new_ids = model.generate(**inputs, max_new_tokens=limit, do_sample=False, num_beams=4)[0, n_prompt:].tolist()
    return tokenizer.decode(new_ids, skip_special_tokens=True), len(new_ids), reason_of(new_ids, tokenizer)


@mistake(
    of="generate_within",
    caught_by="test_eos_ends_the_text_before_the_limit",
    ja='理由がいつも "length" です。最後の新しいトークンが EOS かどうかを見てください。',
    en='The reason is always "length". See whether the last of the new tokens is EOS.',
)
def always_says_length(model, tokenizer, prompt, *, max_length=None, max_new_tokens=None):
    ids, n_prompt, _ = generated(model, tokenizer, prompt, max_length, max_new_tokens)
    new_ids = ids[n_prompt:]
    return tokenizer.decode(new_ids, skip_special_tokens=True), len(new_ids), "length"


@mistake(
    of="generate_within",
    caught_by="test_max_length_counts_the_prompt",
    ja="プロンプトに言葉を付け足しています。モデルには、渡されたプロンプトをそのまま与えてください。",
    en="Words are added to the prompt. Give the model the prompt just as it came.",
)
def adds_words_to_the_prompt(model, tokenizer, prompt, *, max_length=None, max_new_tokens=None):
    if max_length is not None:
        max_length += len(tokenizer(f"User: {prompt}")["input_ids"]) - len(tokenizer(prompt)["input_ids"])
    ids, n_prompt, _ = generated(model, tokenizer, f"User: {prompt}", max_length, max_new_tokens)
    new_ids = ids[n_prompt:]
    return tokenizer.decode(new_ids, skip_special_tokens=True), len(new_ids), reason_of(new_ids, tokenizer)


@mistake(
    of="generate_within",
    caught_by="test_special_tokens_in_the_prompt_do_no_harm",
    ja="プロンプトに書かれた特殊トークンを取り除いてから、モデルに渡しています。そのまま渡してください。",
    en="Special tokens written in the prompt are removed before it reaches the model. Pass it as it is.",
)
def removes_special_tokens_from_the_prompt(model, tokenizer, prompt, *, max_length=None, max_new_tokens=None):
    prompt = prompt.replace(tokenizer.eos_token, "")
    ids, n_prompt, _ = generated(model, tokenizer, prompt, max_length, max_new_tokens)
    new_ids = ids[n_prompt:]
    return tokenizer.decode(new_ids, skip_special_tokens=True), len(new_ids), reason_of(new_ids, tokenizer)
