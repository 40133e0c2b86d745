"""公開チェック / public checks: generate_without_pipeline"""

from transformers import pipeline

from autograder.checks import by_hand, points, read_text, require

STORY = "Tell me a story about a dragon."
BEGINNING = "Once upon a time,"
SUM = "1+1=?"

# What does the whole job at once is out of reach in these checks.
PIPELINES = ("transformers.pipeline", "transformers.TextGenerationPipeline")


def continued(student, one, prompt, max_length):
    """What the student's text holds behind the prompt; spaces and newlines around it do not count."""
    answer = by_hand(student, *PIPELINES).generate_text(one.model, one.tokenizer, prompt, max_length)
    text = read_text(answer, "generate_text")
    require(
        text.startswith(prompt),
        ja=f"generate_text: プロンプト {prompt!r} から始まる文のはずですが、{text!r} でした。プロンプトも含めた全体を返してください。",
        en=f"generate_text: expected a text that begins with the prompt {prompt!r}, got {text!r}. Return the whole text, prompt included.",
    )
    return text.removeprefix(prompt).strip()


@points(1)
def test_gives_what_the_pipeline_gives(student, lm, other_lm):
    """どちらのモデルでも、pipeline と同じ文になります。

    With both models the text is that of the pipeline.
    """
    for one in (lm, other_lm):
        pipe = pipeline("text-generation", model=one.model, tokenizer=one.tokenizer)
        for prompt in (STORY, BEGINNING):
            # Some versions of the pipeline pass over max_length.
            n_new = 30 - len(one.tokenizer(prompt)["input_ids"])
            ((output,),) = pipe([prompt], do_sample=False, max_new_tokens=n_new)
            expected = output["generated_text"].removeprefix(prompt).strip()
            text = continued(student, one, prompt, 30)
            require(
                text == expected,
                ja=f"generate_text: {one.name} で {prompt!r} の続きは、pipeline と同じ {expected!r} のはずですが、{text!r} でした。",
                en=f"generate_text: with {one.name}, {prompt!r} should go on as in the pipeline, {expected!r}; got {text!r}.",
            )


@points(1)
def test_special_tokens_are_removed(student, lm):
    """返す文に、特殊トークンは入りません。

    The text holds no special tokens.
    """
    text = continued(student, lm, SUM, 40)
    seen = [token for token in lm.tokenizer.all_special_tokens if token in text]
    require(
        not seen,
        ja=f"generate_text: 特殊トークンのない文のはずですが、{text!r} に {seen} が入っていました。",
        en=f"generate_text: expected no special tokens, but {text!r} holds {seen}.",
    )


@points(1)
def test_max_length_is_the_limit_of_the_whole(student, lm):
    """max_length は、プロンプトも含めたトークン数の上限です。

    max_length limits the tokens of the whole text, prompt included.
    """
    n_prompt = len(lm.tokenizer(STORY)["input_ids"])
    short, long = (continued(student, lm, STORY, n_prompt + n_new) for n_new in (4, 20))
    n_short, n_long = (len(lm.tokenizer.tokenize(text)) for text in (short, long))
    require(
        n_short <= 4 < n_long <= 20,
        ja=f"generate_text: プロンプトは {n_prompt} 個なので、max_length が {n_prompt + 4} なら続きは 4 個まで、{n_prompt + 20} なら 20 個までのはずですが、"
        f"{n_short} 個と {n_long} 個でした。",
        en=f"generate_text: the prompt has {n_prompt} tokens, so max_length={n_prompt + 4} leaves up to 4 new ones and {n_prompt + 20} up to 20; "
        f"got {n_short} and {n_long}.",
    )
