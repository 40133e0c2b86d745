"""公開チェック / public checks: batch_prompts"""

from autograder.checks import points, read_texts, require

# No two tokens are nearly tied behind these, so rounding in a batch changes nothing.
PROMPTS = [
    "What is the capital of France?",
    "1+1=?",
    "Once there was a small dragon who lived in a castle near the sea. One morning, the dragon",
    "The opposite of hot is",
]
MAX_NEW_TOKENS = 12


def text_alone(one, prompt):
    """What the model writes after `prompt` when it is alone, without spaces and newlines around it."""
    inputs = one.tokenizer(prompt, return_tensors="pt").to(one.model.device)
    output = one.model.generate(**inputs, do_sample=False, max_new_tokens=MAX_NEW_TOKENS)
    _, n_prompt = inputs["input_ids"].shape
    return one.tokenizer.decode(output[0, n_prompt:], skip_special_tokens=True).strip()


def texts_of(student, one, prompts):
    """The student's texts, one for each prompt."""
    texts = student.generate_batch(one.model, one.tokenizer, prompts, MAX_NEW_TOKENS)
    return read_texts(texts, "generate_batch", length=len(prompts))


@points(2)
def test_each_text_is_that_of_its_prompt_alone(student, lm, other_lm):
    """どのプロンプトの続きも、そのプロンプトだけを与えたときと同じで、順序も変わりません。

    Every prompt gets the text that it gets alone, in the order of the prompts.
    """
    for one in (lm, other_lm):
        for prompt, text in zip(PROMPTS, texts_of(student, one, PROMPTS), strict=True):
            expected = text_alone(one, prompt)
            require(
                text.strip() == expected,
                ja=f"generate_batch: {one.name} で {prompt!r} の続きは {expected!r} のはずですが、{text!r} でした。"
                "左に詰め物をして、その位置の attention_mask を 0 にし、新しいトークンだけを順に文に直してください。",
                en=f"generate_batch: with {one.name}, {prompt!r} should go on with {expected!r}, got {text!r}. "
                "Pad on the left, put 0 into the attention_mask there, and decode the new tokens only, in order.",
            )


@points(1)
def test_no_padding_is_left_in_the_texts(student, lm):
    """返す文に、詰め物やほかの特殊トークンは入りません。

    The texts hold neither padding nor other special tokens.
    """
    for text in texts_of(student, lm, PROMPTS):
        seen = [token for token in lm.tokenizer.all_special_tokens if token in text]
        require(
            not seen,
            ja=f"generate_batch: 特殊トークンのない文のはずですが、{text!r} に {seen} が入っていました。",
            en=f"generate_batch: expected no special tokens, but {text!r} holds {seen}.",
        )


@points(1)
def test_no_prompts_give_no_texts(student, lm):
    """プロンプトが 1 つもなければ、空のリストを返します。

    Without prompts an empty list comes back.
    """
    texts_of(student, lm, [])
