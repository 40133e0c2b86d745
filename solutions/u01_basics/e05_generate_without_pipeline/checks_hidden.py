"""Hidden checks of basics/generate_without_pipeline."""

from autograder.checks import by_hand, fail, points, read_text, require
from autograder.stats import is_greedy_text

NOUNS = ["cat", "witch", "pirate", "clock", "penguin", "knight", "violin", "ghost", "fox", "lamp"]
COUNTRIES = ["Italy", "Germany", "Egypt", "Japan", "France"]
PIPELINES = ("transformers.pipeline", "transformers.TextGenerationPipeline")


def ends_of(lm):
    """The ids that end a generation."""
    configured = lm.model.generation_config.eos_token_id
    return configured if isinstance(configured, list) else [configured]


def require_greedy(student, lm, prompt, n_new):
    """The prompt, then a greedy continuation of up to `n_new` tokens; spaces and newlines around it do not count."""
    prompt_ids = lm.tokenizer(prompt)["input_ids"]
    max_length = len(prompt_ids) + n_new

    def ask():
        answer = by_hand(student, *PIPELINES).generate_text(lm.model, lm.tokenizer, prompt, max_length)
        return read_text(answer, "generate_text")

    text = ask()
    require(
        text.startswith(prompt),
        ja="generate_text: プロンプトから始まる文のはずですが、違いました。プロンプトも含めた全体を、特殊トークンを除いて返してください。",
        en="generate_text: expected a text that begins with the prompt. Return the whole text, prompt included, without special tokens.",
    )

    def render(ids):
        return lm.tokenizer.decode(ids, skip_special_tokens=True).strip()

    continuation = text.removeprefix(prompt).strip()
    budget = {"max_new_tokens": n_new, "eos_token_id": ends_of(lm)}
    if not is_greedy_text(lm.model, prompt_ids, continuation, render, **budget):
        varies = any(ask() != text for _ in range(3))
        fail(
            ja="generate_text: 最も確率の高いトークンを、プロンプトも含めて max_length 個まで選び続けた文と違います。トークナイザの結果をすべて、"
            "手を加えずにモデルに渡し、乱数を使わずに生成し、EOS で止めてください。",
            en="generate_text: the text is not the one that always taking the most probable token gives, up to max_length tokens with the "
            "prompt. Pass all that the tokenizer gives to the model unchanged, use no randomness, and stop at EOS.",
            mistake="leaves_sampling_on" if varies else None,
        )


@points(2)
def test_the_text_is_the_greedy_one_of_each_model(student, lm, other_lm, rng):
    """どちらのモデルでも、最も確率の高いトークンを選び続けた文になります。

    With both models the text is the one that always taking the most probable token gives.
    """
    for one in (lm, other_lm):
        for noun in rng.sample(NOUNS, 2):
            require_greedy(student, one, f"Once upon a time, there was a {noun}", rng.randint(14, 18))


@points(1)
def test_stops_at_eos(student, lm, other_lm, rng):
    """max_length に届かなくても、EOS で止まります。

    EOS stops the generation before max_length is reached.
    """
    for one in (lm, other_lm):
        require_greedy(student, one, f"What is the capital of {rng.choice(COUNTRIES)}? Answer in one sentence.", 24)


@points(1)
def test_the_prompt_goes_in_unchanged(student, lm, rng):
    """日本語、改行、前後の空白を含むプロンプトも、そのままモデルに渡ります。

    A prompt with Japanese, newlines and outer spaces reaches the model unchanged.
    """
    for prompt in ("むかしむかし、ある村に", f"  Tell me a story about a {rng.choice(NOUNS)}.\n\n", "1+1=? 🐉 "):
        require_greedy(student, lm, prompt, 10)


@points(1)
def test_max_length_may_leave_a_single_token(student, lm, other_lm, rng):
    """max_length は、長いプロンプトのあとに 1 個しか残さないこともあります。

    Behind a long prompt max_length may leave room for a single token.
    """
    prompt = (
        "Once there was a small dragon who lived in a castle near the sea. " * 2 + f"One day, a {rng.choice(NOUNS)}"
    )
    for one in (lm, other_lm):
        for n_new in (1, 2, 6):
            require_greedy(student, one, prompt, n_new)
