"""Hidden checks of basics/batch_prompts."""

from autograder.checks import fail, points, read_texts, unchanging
from autograder.stats import is_greedy_text

NOUNS = ["cat", "witch", "pirate", "clock", "penguin", "knight", "violin", "ghost", "fox", "lamp"]
LONG = "Once there was a small dragon who lived in a castle near the sea. Every day, the dragon flew over the hills. "


def ends_of(lm):
    """The ids that end a generation."""
    configured = lm.model.generation_config.eos_token_id
    return configured if isinstance(configured, list) else [configured]


def require_texts(student, lm, prompts, max_new_tokens):
    """Each text is a greedy continuation of its prompt; spaces and newlines around it do not count."""
    answer = student.generate_batch(lm.model, lm.tokenizer, prompts, max_new_tokens)
    texts = read_texts(answer, "generate_batch", length=len(prompts))

    def render(ids):
        return lm.tokenizer.decode(ids, skip_special_tokens=True).strip()

    budget = {"max_new_tokens": max_new_tokens, "eos_token_id": ends_of(lm)}
    wrong = [
        index
        for index, (prompt, text) in enumerate(zip(prompts, texts, strict=True))
        if not is_greedy_text(lm.model, lm.tokenizer(prompt)["input_ids"], text.strip(), render, **budget)
    ]
    if wrong:
        fail(
            ja=f"generate_batch: {len(prompts)} 個のうち {len(wrong)} 個の文が、そのプロンプトだけを与えたときの文と違います。"
            "詰め物の側、attention_mask、どこからが新しいトークンか、文の順序を確かめてください。",
            en=f"generate_batch: {len(wrong)} of {len(prompts)} texts are not what their prompt gives alone. "
            "Look at the side of the padding, the attention_mask, where the new tokens begin, and the order of the texts.",
        )


@points(2)
def test_prompts_of_very_different_lengths(student, rng, lm, other_lm):
    """長さの大きく違うプロンプトを並べても、どの文も変わりません。

    Prompts of very different lengths do not change each other's texts.
    """
    for one in (lm, other_lm):
        cat, fox, lamp = rng.sample(NOUNS, 3)
        prompts = [f"The {cat}", f"{LONG}One morning, a {fox}", f"Once upon a time, there was a {lamp}", "Once"]
        rng.shuffle(prompts)
        require_texts(student, one, prompts, rng.randint(8, 10))


@points(1)
def test_each_text_ends_at_its_own_eos(student, rng, lm, other_lm):
    """それぞれの文は、自分の EOS で終わり、ほかの文を待って続いたりしません。

    Each text ends at its own EOS, while others go on.
    """
    for one in (lm, other_lm):
        prompts = [
            f"Tell me a story about a {rng.choice(NOUNS)}.",
            "What is the capital of Italy? Answer in one word.",
            "1+1=?",
            "What is the capital of France? Answer in one sentence.",
        ]
        rng.shuffle(prompts)
        require_texts(student, one, prompts, 14)


@points(1)
def test_the_same_prompt_may_come_again(student, rng, lm):
    """同じプロンプトが何度あっても、その数だけの文が、元の順で返ります。

    A prompt that comes again gets its text again, and the order stays.
    """
    one, two, three = (f"Once upon a time, a {noun}" for noun in rng.sample(NOUNS, 3))
    require_texts(student, lm, [f"{LONG}Then a {rng.choice(NOUNS)}", one, two, one, three, "1+1=?", one], 6)


@points(1)
def test_a_single_prompt_is_a_batch_too(student, rng, lm, other_lm):
    """プロンプトが 1 つだけでも、1 つもなくても、上限が 1 個だけでも、リストで返ります。

    A single prompt, none at all, and a limit of a single token give a list too.
    """
    for one in (lm, other_lm):
        require_texts(student, one, [], 3)
        prompt = f"Once upon a time, a {rng.choice(NOUNS)}"
        require_texts(student, one, [prompt], 7)
        require_texts(student, one, [prompt, LONG, "Once"], 1)


@points(0.5)
def test_leaves_its_arguments_as_they_were(student, lm):
    """渡されたリストは、呼び出しのあとも変わりません。

    The list that is passed stays as it was.
    """
    answer = unchanging(student).generate_batch(lm.model, lm.tokenizer, ["Once upon a time", "1+1=?", "Once"], 2)
    read_texts(answer, "generate_batch", length=3)
