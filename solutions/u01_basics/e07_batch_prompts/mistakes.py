"""Typical mistakes of basics/batch_prompts."""

from autograder.mistakes import mistake


def padded(tokenizer, prompts, side="left"):
    """All prompts as one batch."""
    return tokenizer(prompts, return_tensors="pt", padding=True, padding_side=side)


@mistake(
    of="generate_batch",
    caught_by="test_each_text_is_that_of_its_prompt_alone",
    ja="詰め物が右にあります。続きは行の右端に書かれるので、プロンプトと続きの間に詰め物がはさまってしまいます。左に詰めてください。",
    en="The padding is on the right. The continuation is written at the right end of the row, so padding comes between prompt and continuation: pad on the left.",
)
def pads_on_the_right(model, tokenizer, prompts, max_new_tokens):
    if not prompts:
        return []
    inputs = padded(tokenizer, prompts, "right")
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    return tokenizer.batch_decode(output[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


@mistake(
    of="generate_batch",
    caught_by="test_each_text_is_that_of_its_prompt_alone",
    ja="詰め物の側をトークナイザに任せています。何も言わないと右に詰めるトークナイザがあり、そこでは続きが詰め物の後ろに書かれます。側を指定してください。",
    en="The side of the padding is left to the tokenizer. Some pad on the right when nothing is said, and there the continuation comes behind padding: say the side.",
)
def leaves_the_side_to_the_tokenizer(model, tokenizer, prompts, max_new_tokens):
    if not prompts:
        return []
    inputs = tokenizer(prompts, return_tensors="pt", padding=True)
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    return tokenizer.batch_decode(output[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


@mistake(
    of="generate_batch",
    caught_by="test_each_text_is_that_of_its_prompt_alone",
    ja="attention_mask が生成に渡っていないか、詰め物の位置も 1 になっています。モデルが詰め物を文の一部として読んでしまいます。",
    en="The attention_mask does not reach the generation, or is 1 for the padding as well. The model then reads the padding as part of the text.",
)
def shows_the_padding_to_the_model(model, tokenizer, prompts, max_new_tokens):
    if not prompts:
        return []
    input_ids = padded(tokenizer, prompts)["input_ids"]
    output = model.generate(
        input_ids=input_ids,
        attention_mask=input_ids.new_ones(input_ids.shape),
        max_new_tokens=max_new_tokens,
        do_sample=False,
    )
    return tokenizer.batch_decode(output[:, input_ids.shape[1] :], skip_special_tokens=True)


@mistake(
    of="generate_batch",
    caught_by="test_each_text_is_that_of_its_prompt_alone",
    ja="プロンプトが文に入っています。どの行も、詰め物も含めた入力の長さのところから新しいトークンです。",
    en="The prompts are in the texts. In every row the new tokens begin where the input, padding included, ends.",
)
def returns_the_prompts_too(model, tokenizer, prompts, max_new_tokens):
    if not prompts:
        return []
    output = model.generate(**padded(tokenizer, prompts), max_new_tokens=max_new_tokens, do_sample=False)
    return tokenizer.batch_decode(output, skip_special_tokens=True)


@mistake(
    of="generate_batch",
    caught_by="test_each_text_is_that_of_its_prompt_alone",
    ja="詰め物を入れる前のプロンプトの長さで切っています。短いプロンプトでは、プロンプトの終わりが文に残ります。",
    en="The rows are cut at the length of each prompt without padding. With short prompts their endings stay in the text.",
)
def cuts_at_the_length_without_padding(model, tokenizer, prompts, max_new_tokens):
    if not prompts:
        return []
    inputs = padded(tokenizer, prompts)
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    lengths = inputs["attention_mask"].sum(-1).tolist()
    return [
        tokenizer.decode(row[length:], skip_special_tokens=True) for row, length in zip(output, lengths, strict=True)
    ]


@mistake(
    of="generate_batch",
    caught_by="test_no_padding_is_left_in_the_texts",
    ja="先に終わった文のうしろに、詰め物が残っています。特殊トークンを取り除いて文に直してください。",
    en="Padding is left behind the texts that ended first. Decode without special tokens.",
)
def leaves_padding_in_the_texts(model, tokenizer, prompts, max_new_tokens):
    if not prompts:
        return []
    inputs = padded(tokenizer, prompts)
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    return tokenizer.batch_decode(output[:, inputs["input_ids"].shape[1] :])


@mistake(
    of="generate_batch",
    caught_by="test_each_text_is_that_of_its_prompt_alone",
    ja="長さの順に並べ替えたまま返しています。並べ替えるなら、最後に元の順に戻してください。",
    en="The texts come in the order of the prompts' lengths. If you sort, restore the order at the end.",
)
def returns_them_sorted_by_length(model, tokenizer, prompts, max_new_tokens):
    if not prompts:
        return []
    inputs = padded(tokenizer, sorted(prompts, key=len))
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    return tokenizer.batch_decode(output[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


@mistake(
    of="generate_batch",
    caught_by="test_the_same_prompt_may_come_again",
    ja="同じプロンプトの文が 1 つにまとまっています。プロンプトをキーにした辞書では、2 度目の分がなくなります。",
    en="Texts of equal prompts have become one. In a dictionary whose keys are the prompts the second one is lost.",
)
def merges_equal_prompts(model, tokenizer, prompts, max_new_tokens):
    if not prompts:
        return []
    prompts = list(dict.fromkeys(prompts))
    inputs = padded(tokenizer, prompts)
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    return tokenizer.batch_decode(output[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


@mistake(
    of="generate_batch",
    caught_by="test_each_text_is_that_of_its_prompt_alone",
    ja="最初のプロンプトの文しか返していません。generate が返すのは、プロンプトと同じ数の行です。",
    en="Only the first prompt's text comes back. What generate returns has a row for each prompt.",
)
def decodes_only_the_first_row(model, tokenizer, prompts, max_new_tokens):
    if not prompts:
        return []
    inputs = padded(tokenizer, prompts)
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    return [tokenizer.decode(output[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)]


@mistake(
    of="generate_batch",
    caught_by="test_prompts_of_very_different_lengths",
    ja="長いプロンプトが途中で切れています。詰め物をするだけで、切り詰めはしません。",
    en="Long prompts are cut short. Pad, but do not truncate.",
)
def truncates_long_prompts(model, tokenizer, prompts, max_new_tokens):
    if not prompts:
        return []
    inputs = tokenizer(prompts, return_tensors="pt", padding=True, padding_side="left", truncation=True, max_length=28)
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    return tokenizer.batch_decode(output[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


@mistake(
    of="generate_batch",
    caught_by="test_no_prompts_give_no_texts",
    ja="空のリストのときに止まっています。プロンプトがなければ、モデルを動かさずに空のリストを返します。",
    en="It stops at an empty list. Without prompts return an empty list and leave the model alone.",
)
def breaks_without_prompts(model, tokenizer, prompts, max_new_tokens):
    inputs = padded(tokenizer, prompts)
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    return tokenizer.batch_decode(output[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


@mistake(
    of="generate_batch",
    caught_by="test_prompts_of_very_different_lengths",
    ja="すべてのプロンプトを、つなげて 1 つの文にしてからモデルに渡しています。文の数だけ行のある入力を作ってください。",
    en="All prompts are joined into one text before they reach the model. Make an input with a row for each of them.",
)
def joins_all_prompts(model, tokenizer, prompts, max_new_tokens):
    if not prompts:
        return []
    inputs = tokenizer("\n".join(prompts), return_tensors="pt")
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    text = tokenizer.decode(output[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    return [text for _ in prompts]


@mistake(
    of="generate_batch",
    caught_by="test_prompts_of_very_different_lengths",
    ja="1 つずつ最も確率の高いトークンを選ぶのではなく、ビームサーチで選んでいます。num_beams を渡さないでください。",
    en="Beams are searched instead of taking the most probable token each time. Pass no num_beams.",
)
def searches_with_beams(model, tokenizer, prompts, max_new_tokens):
    if not prompts:
        return []
    inputs = padded(tokenizer, prompts)
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False, num_beams=4)
    return tokenizer.batch_decode(output[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


@mistake(
    of="generate_batch",
    caught_by="test_prompts_of_very_different_lengths",
    ja="トークナイザが普段付ける BOS が、モデルに入っていません。特殊トークンの付け方を変えないでください。",
    en="The BOS that the tokenizer usually adds does not reach the model. Leave special tokens as the tokenizer has them.",
)
def leaves_out_bos(model, tokenizer, prompts, max_new_tokens):
    if not prompts:
        return []
    inputs = tokenizer(prompts, return_tensors="pt", padding=True, padding_side="left", add_special_tokens=False)
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    return tokenizer.batch_decode(output[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


@mistake(
    of="generate_batch",
    caught_by="test_a_single_prompt_is_a_batch_too",
    ja="上限より 1 個多く生成しています。新しいトークンは max_new_tokens 個までです。",
    en="One token too many is generated. At most max_new_tokens are new.",
)
def goes_one_too_far(model, tokenizer, prompts, max_new_tokens):
    if not prompts:
        return []
    inputs = padded(tokenizer, prompts)
    output = model.generate(**inputs, max_new_tokens=max_new_tokens + 1, do_sample=False)
    return tokenizer.batch_decode(output[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


@mistake(
    of="generate_batch",
    caught_by="test_each_text_ends_at_its_own_eos",
    ja="EOS で終わらせず、どの文も上限まで続けています。min_new_tokens などで終わりを遅らせないでください。",
    en="No text ends at EOS, all go on to the limit. Do not delay the end by min_new_tokens or the like.",
)
def goes_on_behind_eos(model, tokenizer, prompts, max_new_tokens):
    if not prompts:
        return []
    inputs = padded(tokenizer, prompts)
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, min_new_tokens=max_new_tokens, do_sample=False)
    return tokenizer.batch_decode(output[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


@mistake(
    of="generate_batch",
    caught_by="test_a_single_prompt_is_a_batch_too",
    ja="プロンプトが 1 つのとき、リストではなく文字列を返しています。1 つでもリストにしてください。",
    en="With a single prompt a string comes back. Return a list for one, too.",
)
def returns_a_text_for_one_prompt(model, tokenizer, prompts, max_new_tokens):
    if not prompts:
        return []
    inputs = padded(tokenizer, prompts)
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    texts = tokenizer.batch_decode(output[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    return texts[0] if len(texts) == 1 else texts


@mistake(
    of="generate_batch",
    caught_by="test_leaves_its_arguments_as_they_were",
    ja="渡されたリストからプロンプトを取り出して、空にしています。読むだけにしてください。",
    en="The prompts are taken out of the list that was passed, which ends up empty. Only read it.",
)
def takes_the_prompts_out(model, tokenizer, prompts, max_new_tokens):
    if not prompts:
        return []
    taken = [prompts.pop(0) for _ in range(len(prompts))]
    inputs = padded(tokenizer, taken)
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    return tokenizer.batch_decode(output[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
