"""Hidden checks of basics/change_model_or_prompt."""

from autograder.checks import fail, points, read_dict, read_text, require, unchanging
from autograder.stats import WIDEST_TIE, greedy_tokens, is_greedy_text

NOUNS = ["cat", "witch", "pirate", "clock", "penguin", "knight", "violin", "ghost", "fox", "lamp"]

# A short answer has reached EOS within this many new tokens, EOS included.
SHORT = 12

ENGLISH = [
    ("What is the capital of Italy?", "Rome"),
    ("What is the capital of Germany?", "Berlin"),
    ("What is the capital of Egypt?", "Cairo"),
    ("What is the opposite of big?", "small"),
    ("What is the opposite of summer?", "winter"),
    ("What color is snow?", "white"),
    ("What do bees make?", "honey"),
    ("What do cows give us to drink?", "milk"),
]

JAPANESE = [
    ("イタリアの首都はどこですか？", "ローマ"),
    ("ドイツの首都はどこですか？", "ベルリン"),
    ("イギリスの首都はどこですか？", "ロンドン"),
    ("タイの首都はどこですか？", "バンコク"),
    ("日本で一番高い山は何ですか？", "富士山"),
    ("太陽系で一番大きい惑星は何ですか？", "木星"),
    ("フランスでは何語が話されていますか？", "フランス語"),
    ("蜂は何を作りますか？", "はちみつ"),
]


def ends_of(lm):
    """The ids that end a generation."""
    ends = lm.model.generation_config.eos_token_id
    return ends if isinstance(ends, list) else [ends]


def text_of(lm, ids):
    """The text of generated ids, as it is compared: special tokens and outer whitespace do not count."""
    return lm.tokenizer.decode(ids, skip_special_tokens=True).strip()


def is_greedy(lm, prompt, text, max_new_tokens):
    """Whether `text` is a greedy continuation of `prompt`, in whatever dtype the student's pipeline computes."""
    return is_greedy_text(
        lm.model,
        lm.tokenizer(prompt)["input_ids"],
        text,
        lambda ids: text_of(lm, ids),
        max_new_tokens=max_new_tokens,
        eos_token_id=ends_of(lm),
        margin=WIDEST_TIE,
    )


def fail_not_greedy(where, *, mistake=None):
    """End the check: a text is not the greedy one."""
    fail(
        ja=f"{where}: 最も確率の高いトークンを選び続けた文と違います。乱数を使わず、指定されたモデルに、プロンプトをそのまま与え、"
        "新しいトークンを max_new_tokens 個まで生成して、新しい部分だけを返してください。",
        en=f"{where}: the text is not the one that always taking the most probable token gives. Use no randomness, give the "
        "prompt as it is to the model asked for, generate up to max_new_tokens new tokens and return only these.",
        mistake=mistake,
    )


def require_greedy(student, lm, prompt, max_new_tokens):
    """The student's text is the greedy one; a wrong text that changes from call to call was sampled."""

    def ask():
        return read_text(student.generate_text(str(lm.path), prompt, max_new_tokens), "generate_text").strip()

    text = ask()
    if not is_greedy(lm, prompt, text, max_new_tokens):
        fail_not_greedy("generate_text", mistake="leaves_sampling_on" if ask() != text else None)


def require_short_answers(student, lm, questions):
    """At least three quarters of the questions get a short, right answer."""
    right = 0
    for question, answer in questions:
        prompt = read_text(student.concise_prompt(question), "concise_prompt")
        require(
            question in prompt and len(prompt) <= 500 and prompt.encode("utf-8", "replace").decode() == prompt,
            ja="concise_prompt: 質問をそのまま含む 500 文字以内の文字列を返してください。",
            en="concise_prompt: return at most 500 characters that contain the question as it is.",
        )
        if answer.casefold() in prompt.replace(question, "").casefold():
            continue
        prompt_ids = lm.tokenizer(prompt)["input_ids"]
        ids = greedy_tokens(lm.model, prompt_ids, max_new_tokens=SHORT, eos_token_id=ends_of(lm))
        right += ids[-1] in ends_of(lm) and answer.casefold() in text_of(lm, ids).casefold()
    require(
        4 * right >= 3 * len(questions),
        ja=f"concise_prompt: {len(questions)} 問のうち、{SHORT} トークン以内に EOS で終わる正しい答えは {right} 問でした。4 分の 3 以上が必要です。"
        "いろいろな質問で試して、頼み方を変えてみてください。",
        en=f"concise_prompt: {right} of {len(questions)} questions got a right answer that ends by EOS within {SHORT} tokens; three "
        "quarters are needed. Try several questions and change how you ask.",
    )


@points(2)
def test_the_text_is_the_greedy_one(student, lm, rng):
    """最も確率の高いトークンを選び続けた文になります。

    The text is the one that always taking the most probable token gives.
    """
    for noun in rng.sample(NOUNS, 2):
        prompt = f"Tell me a story about a {noun}."
        max_new_tokens = rng.randint(24, 32)
        require_greedy(student, lm, prompt, max_new_tokens)
    require_greedy(student, lm, "List three fruits.", 40)  # several lines, and EOS behind them


@points(1)
def test_another_model_writes_its_own_text(student, lm, other_lm, rng):
    """モデル名を変えると、そのモデルの文になります。

    Another model name gives that model's text.
    """
    prompt = f"Once upon a time, a {rng.choice(NOUNS)}"
    for model in (lm, other_lm):
        require_greedy(student, model, prompt, 16)


@points(1)
def test_the_prompt_goes_in_unchanged(student, lm, rng):
    """日本語や改行を含む長いプロンプトも、そのままモデルに渡ります。

    A long prompt with Japanese and newlines reaches the model unchanged.
    """
    prompt = f"むかしむかし、ある村に小さなドラゴンがいました。\n\nTell me a story about a {rng.choice(NOUNS)}.\n"
    require_greedy(student, lm, prompt, 10)


@points(1)
def test_compare_holds_the_greedy_text_of_every_pair(student, lm, other_lm, rng):
    """compare の表には、すべての組の正しい文が入ります。

    The table of compare holds the right text for every pair.
    """
    models = {str(one.path): one for one in (lm, other_lm)}
    prompts = [f"The {noun} said:" for noun in rng.sample(NOUNS, 2)]
    table = read_dict(student.compare(list(models), prompts, 8), "compare")
    wanted = {(name, prompt) for name in models for prompt in prompts}
    require(
        set(table) == wanted,
        ja=f"compare: キーは (モデル名, プロンプト) の全 {len(wanted)} 組のはずですが、{len(table)} 個の、違うキーがありました。",
        en=f"compare: expected all {len(wanted)} pairs (model name, prompt) as keys, got {len(table)} keys that are not these.",
    )
    for (name, prompt), value in table.items():
        if not is_greedy(models[name], prompt, read_text(value, "compare(…)[model_name, prompt]").strip(), 8):
            fail_not_greedy("compare")


@points(1)
def test_the_concise_prompt_works_in_english(student, lm):
    """英語のいろいろな質問に、モデルが短く正しく答えます。

    The model answers various English questions briefly and correctly.
    """
    require_short_answers(student, lm, ENGLISH)


@points(1)
def test_the_concise_prompt_works_in_japanese(student, lm):
    """日本語のいろいろな質問に、モデルが短く正しく答えます。

    The model answers various Japanese questions briefly and correctly.
    """
    require_short_answers(student, lm, JAPANESE)


@points(0.5)
def test_leaves_its_arguments_as_they_were(student, lm, other_lm):
    """compare に渡されたリストは、呼び出しのあとも変わりません。

    The lists that are passed to compare stay as they were.
    """
    models = [str(lm.path), str(other_lm.path)]
    read_dict(unchanging(student).compare(models, ["Once", "The end"], 2), "compare")
