"""公開チェック / public checks: change_model_or_prompt"""

from autograder.checks import points, read_dict, read_text, require

# Students load the models by their path here, and the questions are some that the embedded model can answer.
EMBEDDED_MODEL_ONLY = True

STORY = "Tell me a story about a dragon."
JAPANESE_STORY = "ドラゴンの話をしてください。"

# A short answer has reached EOS within this many new tokens, EOS included.
SHORT = 12

QUESTIONS = [
    ("What is the capital of Japan?", "Tokyo"),
    ("What is the opposite of hot?", "cold"),
    ("フランスの首都はどこですか？", "パリ"),
]


def short_answer(lm, prompt):
    """What the chat model writes after `prompt`, or None if it has not come to EOS within SHORT tokens."""
    inputs = lm.tokenizer(prompt, return_tensors="pt").to(lm.model.device)
    output = lm.model.generate(**inputs, do_sample=False, max_new_tokens=SHORT)
    new_ids = output[0].tolist()[inputs["input_ids"].numel() :]
    ends = lm.model.generation_config.eos_token_id
    if new_ids[-1] not in (ends if isinstance(ends, list) else [ends]):
        return None
    return lm.tokenizer.decode(new_ids, skip_special_tokens=True).strip()


@points(1)
def test_the_same_call_gives_the_same_text(student, lm):
    """同じ呼び出しは、いつも同じ文を返します。

    The same call gives the same text every time.
    """
    first = read_text(student.generate_text(str(lm.path), STORY, 20), "generate_text")
    again = read_text(student.generate_text(str(lm.path), STORY, 20), "generate_text")
    require(
        first == again,
        ja=f"generate_text: 2 回とも同じ文のはずですが、{first!r} と {again!r} でした。"
        "pipeline は、何も言わなければ乱数でトークンを選びます。",
        en=f"generate_text: expected the same text twice, got {first!r} and {again!r}. "
        "Unless told otherwise, a pipeline picks tokens at random.",
    )


@points(1)
def test_returns_only_the_new_text(student, lm):
    """プロンプトは含めず、新しく生成された部分だけを返します。

    Only the new text comes back, without the prompt.
    """
    text = read_text(student.generate_text(str(lm.path), STORY, 20), "generate_text")
    require(
        text.strip() != "",
        ja="generate_text: 生成された文のはずですが、空の文字列でした。",
        en="generate_text: expected a generated text, got an empty string.",
    )
    require(
        STORY not in text,
        ja=f"generate_text: 新しい部分だけのはずですが、プロンプトを含む {text!r} でした。プロンプトを除いてください。",
        en=f"generate_text: expected only the new text, got {text!r}, which contains the prompt. Leave the prompt out.",
    )


@points(1)
def test_the_limit_counts_new_tokens_only(student, lm):
    """max_new_tokens が数えるのは新しいトークンだけで、長いプロンプトでも変わりません。

    max_new_tokens counts new tokens only, however long the prompt is.
    """
    prompt = f"Once upon a time there was a small dragon who lived in a castle near the sea. {STORY}"
    short = read_text(student.generate_text(str(lm.path), prompt, 3), "generate_text").strip()
    long = read_text(student.generate_text(str(lm.path), prompt, 12), "generate_text").strip()
    require(
        long.startswith(short) and len(short) < len(long),
        ja=f"generate_text: max_new_tokens が 3 のときの文 {short!r} は、12 のときの文 {long!r} の書き出しで、それより短いはずです。"
        "プロンプトの長さに関係なく、新しいトークンの数だけを制限してください。",
        en=f"generate_text: the text for max_new_tokens=3, {short!r}, should be a shorter beginning of that for 12, {long!r}. "
        "Limit the number of new tokens, whatever the length of the prompt.",
    )


@points(1)
def test_compare_has_every_pair(student, lm, other_lm):
    """compare は、モデルとプロンプトのすべての組を返します。

    compare returns every pair of model and prompt.
    """
    models, prompts = [str(lm.path), str(other_lm.path)], [STORY, JAPANESE_STORY]
    table = read_dict(student.compare(models, prompts, 24), "compare")
    wanted = {(model, prompt) for model in models for prompt in prompts}
    require(
        set(table) == wanted,
        ja=f"compare: キーは (モデル名, プロンプト) の 4 組のはずですが、{list(table)} でした。",
        en=f"compare: expected the 4 pairs (model name, prompt) as keys, got {list(table)}.",
    )
    texts = {pair: read_text(text, "compare(…)[model_name, prompt]").strip() for pair, text in table.items()}
    unmoved = [model for model in models if texts[model, STORY] == texts[model, JAPANESE_STORY]]
    require(
        not unmoved,
        ja=f"compare: プロンプトを変えれば文も変わるはずですが、{unmoved} ではどちらも同じ文でした。"
        "それぞれのモデルに、それぞれのプロンプトを与えてください。",
        en=f"compare: another prompt should change the text, but {unmoved} gave the same text for both. "
        "Give each prompt to each model.",
    )
    require(
        texts[models[0], JAPANESE_STORY] != texts[models[1], JAPANESE_STORY],
        ja=f"compare: モデルを変えれば文も変わるはずですが、{JAPANESE_STORY!r} の続きがどちらも同じ文でした。"
        "それぞれのモデルに、それぞれのプロンプトを与えてください。",
        en=f"compare: another model should change the text, but both continue {JAPANESE_STORY!r} alike. "
        "Give each prompt to each model.",
    )


@points(1)
def test_the_concise_prompt_gets_a_short_answer(student, lm):
    """concise_prompt で、チャットモデルが短く正しく答えます（3 問のうち 2 問以上）。

    With concise_prompt the chat model answers briefly and correctly (at least 2 of 3 questions).
    """
    seen = []
    for question, answer in QUESTIONS:
        prompt = read_text(student.concise_prompt(question), "concise_prompt")
        require(
            question in prompt and len(prompt) <= 500 and prompt.encode("utf-8", "replace").decode() == prompt,
            ja=f"concise_prompt: 質問 {question!r} をそのまま含む 500 文字以内の文字列のはずですが、{prompt[:200]!r} でした。",
            en=f"concise_prompt: expected at most 500 characters that contain {question!r} as it is, got {prompt[:200]!r}.",
        )
        require(
            answer.casefold() not in prompt.replace(question, "").casefold(),
            ja=f"concise_prompt: プロンプトに答え {answer!r} が書かれています。答えるのはモデルです。頼み方だけを工夫してください。",
            en=f"concise_prompt: the prompt contains the answer {answer!r}. The model shall answer: work on how you ask.",
        )
        text = short_answer(lm, prompt)
        seen.append((prompt, text, text is not None and answer.casefold() in text.casefold()))
    require(
        sum(right for _, _, right in seen) >= 2,
        ja=f"concise_prompt: {SHORT} トークン以内に EOS で終わる正しい答えが 2 つ以上要りますが、"
        f"結果は {[text for _, text, _ in seen]} でした（None は終わらなかったもの）。短く答えるように言葉で頼んでください。",
        en=f"concise_prompt: expected at least 2 right answers that end by EOS within {SHORT} tokens, "
        f"got {[text for _, text, _ in seen]} (None: did not end). Ask for a short answer in words.",
    )
