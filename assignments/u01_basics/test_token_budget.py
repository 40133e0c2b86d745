"""公開チェック / public checks: token_budget"""

from autograder.checks import points, read_int, read_list, read_text, require

STORY = "Tell me a story about a dragon."
SUM = "1+1=?"


def read_answer(value):
    """`value` as what `generate_within` returns: text, number of new tokens, reason."""
    text, n_new, reason = read_list(value, "generate_within", length=3)
    text, n_new = read_text(text, "generate_within(…)[0]"), read_int(n_new, "generate_within(…)[1]")
    reason = read_text(reason, "generate_within(…)[2]")
    require(
        reason in {"eos", "length"},
        ja=f'generate_within: 止まった理由は "eos" か "length" のはずですが、{reason!r} でした。',
        en=f'generate_within: expected the reason to be "eos" or "length", got {reason!r}.',
    )
    return text, n_new, reason


@points(1)
def test_counts_what_the_model_receives(student, lm, other_lm):
    """トークン数は、特殊トークンも含めて数えます。

    Tokens are counted with the special tokens.
    """
    for one in (lm, other_lm):
        expected = len(one.tokenizer(STORY)["input_ids"])
        count = read_int(student.count_tokens(one.tokenizer, STORY), "count_tokens")
        require(
            count == expected,
            ja=f"count_tokens: {one.name} では、{STORY!r} は {expected} 個のはずですが、{count} 個でした。"
            "トークナイザを呼んだ結果の input_ids を数えてください。",
            en=f"count_tokens: with {one.name}, {STORY!r} should be {expected} tokens, got {count}. "
            "Count the input_ids that calling the tokenizer gives.",
        )


@points(1)
def test_the_prompt_uses_up_room(student, lm):
    """max_length からプロンプトの分を引いた残りを返します。

    What is left is max_length without the prompt.
    """
    n_prompt = len(lm.tokenizer(STORY)["input_ids"])
    for max_length in (100, n_prompt + 1, n_prompt):
        expected = max_length - n_prompt
        left = read_int(student.new_tokens_left(lm.tokenizer, STORY, max_length), "new_tokens_left")
        require(
            left == expected,
            ja=f"new_tokens_left: プロンプトが {n_prompt} 個で max_length が {max_length} なら、残りは {expected} 個のはずですが、{left} 個でした。",
            en=f"new_tokens_left: with a prompt of {n_prompt} tokens and max_length={max_length}, expected {expected} left, got {left}.",
        )


@points(1)
def test_the_limits_count_differently(student, lm):
    """max_length はプロンプトも数え、max_new_tokens は数えません。

    max_length counts the prompt, max_new_tokens does not.
    """
    n_prompt = len(lm.tokenizer(STORY)["input_ids"])
    for limit, n_allowed in (({"max_new_tokens": 12}, 12), ({"max_length": n_prompt + 5}, 5)):
        text, n_new, reason = read_answer(student.generate_within(lm.model, lm.tokenizer, STORY, **limit))
        name, value = next(iter(limit.items()))
        require(
            n_new == n_allowed and reason == "length",
            ja=f"generate_within({name}={value}): プロンプトは {n_prompt} 個なので、新しいトークン {n_allowed} 個で "
            f'"length" のはずですが、{n_new} 個で {reason!r} でした。',
            en=f"generate_within({name}={value}): the prompt has {n_prompt} tokens, so expected {n_allowed} new tokens "
            f'and "length", got {n_new} and {reason!r}.',
        )
        require(
            text.strip() != "" and STORY not in text,
            ja=f"generate_within: 新しい部分だけの文のはずですが、{text!r} でした。",
            en=f"generate_within: expected the new text only, got {text!r}.",
        )


@points(1)
def test_eos_ends_the_text_before_the_limit(student, lm):
    """EOS が出たら、上限に届かなくてもそこで止まります。

    EOS stops the generation before the limit is reached.
    """
    text, n_new, reason = read_answer(student.generate_within(lm.model, lm.tokenizer, SUM, max_new_tokens=40))
    require(
        reason == "eos" and n_new < 40,
        ja=f'generate_within: {SUM!r} への答えは 40 個より前に EOS で止まり、"eos" のはずですが、{n_new} 個で {reason!r} でした。',
        en=f'generate_within: the answer to {SUM!r} should end by EOS before 40 tokens, with "eos"; got {n_new} and {reason!r}.',
    )
    require(
        lm.tokenizer.eos_token not in text,
        ja=f"generate_within: 文に特殊トークンは入らないはずですが、{text!r} でした。",
        en=f"generate_within: expected no special tokens in the text, got {text!r}.",
    )
