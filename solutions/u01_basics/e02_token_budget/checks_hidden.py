"""Hidden checks of basics/token_budget."""

from autograder.checks import fail, points, read_int, read_list, read_text, require, require_raises
from autograder.stats import greedy_tokens, is_greedy_text

NOUNS = ["cat", "witch", "pirate", "clock", "penguin", "knight", "violin", "ghost", "fox", "lamp"]
COUNTRIES = ["Italy", "Germany", "Egypt", "Japan", "France"]
PIECES = [*NOUNS, "Tell me", " ", "  ", "\n", "ドラゴン", "を聞かせて", "。", "龍", "é", "🐉", "1+1=?", "don't"]


def random_text(rng):
    """English, Japanese, emoji, newlines and runs of spaces, joined at random."""
    return "".join(rng.choices(PIECES, k=rng.randint(1, 10)))


def ends_of(lm):
    """The ids that end a generation."""
    configured = lm.model.generation_config.eos_token_id
    return configured if isinstance(configured, list) else [configured]


def require_answer(student, lm, prompt, n_allowed, **limit):
    """The answer is what a greedy generation of up to `n_allowed` tokens gives; outer whitespace does not count."""
    value = student.generate_within(lm.model, lm.tokenizer, prompt, **limit)
    text, n_new, reason = read_list(value, "generate_within", length=3)
    text = read_text(text, "generate_within(…)[0]").strip()
    found = read_int(n_new, "generate_within(…)[1]"), read_text(reason, "generate_within(…)[2]")
    runs = []  # the ids of every run that reads as the student's text

    def render(ids):
        rendered = lm.tokenizer.decode(ids, skip_special_tokens=True).strip()
        if rendered == text:
            runs.append(list(ids))
        return rendered

    budget = {"max_new_tokens": n_allowed, "eos_token_id": ends_of(lm)}
    prompt_ids = lm.tokenizer(prompt)["input_ids"]
    if not is_greedy_text(lm.model, prompt_ids, text, render, **budget):
        fail(
            ja="generate_within: 上限の中で最も確率の高いトークンを選び続けた文と違います。プロンプトをそのまま与え、どちらの上限かに"
            "気をつけて生成し、新しいトークンだけを、特殊トークンを除いて文に直してください。",
            en="generate_within: the text is not the one that always taking the most probable token gives within the limit. Give the "
            "prompt as it is, mind which of the limits it is, and decode the new tokens only, without special tokens.",
        )
    ended = {(len(ids), "eos") for ids in runs if ids[-1:] and ids[-1] in ends_of(lm)}
    full = {(len(ids), "length") for ids in runs if len(ids) == n_allowed and ids[-1] not in ends_of(lm)}
    require(
        found in ended | full,
        ja="generate_within: 文は合っていますが、新しいトークンの数か、止まった理由が違います。EOS も 1 個と数え、最後の新しいトークンが EOS なら "
        '"eos"、そうでなければ "length" です。',
        en="generate_within: the text is right, but the number of new tokens or the reason is not. EOS counts as one; the reason is "
        '"eos" if the last new token is EOS, else "length".',
    )


@points(1)
def test_counts_the_tokens_of_any_text(student, rng, lm, other_lm):
    """どんな文でも、どのトークナイザでも、トークン数が合います。

    The count is right for any text and any tokenizer.
    """
    for one in (lm, other_lm):
        tokenizer = one.tokenizer
        for text in ["", *(random_text(rng) for _ in range(15))]:
            count = read_int(student.count_tokens(tokenizer, text), "count_tokens")
            expected = len(tokenizer(text)["input_ids"])
            require(
                count == expected,
                ja=f"count_tokens: {expected} 個のはずの文が {count} 個でした。そのトークナイザが付ける特殊トークンも含めて、ID を数えてください。",
                en=f"count_tokens: a text of {expected} tokens gave {count}. Count the ids, with the special tokens that this tokenizer adds.",
            )


@points(1)
def test_the_room_is_never_negative(student, rng, lm, other_lm):
    """残りは max_length とプロンプトで決まり、負にはなりません。

    The room depends on max_length and the prompt, and is never negative.
    """
    for one in (lm, other_lm):
        tokenizer = one.tokenizer
        for _ in range(4):
            prompt = random_text(rng)
            n_prompt = len(tokenizer(prompt)["input_ids"])
            for max_length in (n_prompt + rng.randint(2, 300), n_prompt + 1, n_prompt, n_prompt - 1, 0):
                left = read_int(student.new_tokens_left(tokenizer, prompt, max_length), "new_tokens_left")
                expected = max(max_length - n_prompt, 0)
                require(
                    left == expected,
                    ja=f"new_tokens_left: max_length から、特殊トークンも含むプロンプトの分を引いて {expected} 個のはずですが、{left} 個でした。"
                    "足りないときは 0 です。",
                    en=f"new_tokens_left: expected {expected}, max_length without the prompt and its special tokens, got {left}. "
                    "It is 0 where the prompt alone is too long.",
                )


@points(1)
def test_max_length_counts_the_prompt(student, rng, lm, other_lm):
    """max_length までで止まるとき、文も数も理由も合います。

    With max_length the text, the number and the reason are right.
    """
    for one in (lm, other_lm):
        prompt = f"Once upon a time, a {rng.choice(NOUNS)}"
        n_prompt = len(one.tokenizer(prompt)["input_ids"])
        for n_allowed in (1, rng.randint(6, 12)):
            require_answer(student, one, prompt, n_allowed, max_length=n_prompt + n_allowed)


@points(1)
def test_eos_may_be_the_last_token_allowed(student, rng, lm, other_lm):
    """上限が EOS のすぐ前でも、ちょうど EOS でも、その先でも合います。

    It is right with the limit just before EOS, exactly at EOS and behind it.
    """
    for one in (lm, other_lm):
        prompt = f"What is the capital of {rng.choice(COUNTRIES)}? Answer in one sentence."
        prompt_ids = one.tokenizer(prompt)["input_ids"]
        n_full = len(greedy_tokens(one.model, prompt_ids, max_new_tokens=40, eos_token_id=ends_of(one)))
        for n_allowed in (n_full - 1, n_full, n_full + 1):
            require_answer(student, one, prompt, n_allowed, max_new_tokens=n_allowed)
        require_answer(student, one, prompt, n_full, max_length=len(prompt_ids) + n_full)


@points(1)
def test_without_room_nothing_is_generated(student, rng, lm):
    """1 個も生成できないときは、空の文と 0 と "length" を返します。

    Without room for a single token, an empty text, 0 and "length" come back.
    """
    prompt = f"Tell me a story about a {rng.choice(NOUNS)}."
    n_prompt = len(lm.tokenizer(prompt)["input_ids"])
    for limit in ({"max_length": n_prompt}, {"max_length": n_prompt - 3}, {"max_new_tokens": 0}):
        answer = read_list(
            student.generate_within(lm.model, lm.tokenizer, prompt, **limit), "generate_within", length=3
        )
        require(
            answer == ["", 0, "length"],
            ja='generate_within: 上限に余りがないときは ("", 0, "length") を返すはずです。生成を始める前に確かめてください。',
            en='generate_within: expected ("", 0, "length") when the limit leaves no room. Look before you start to generate.',
        )


@points(1)
def test_exactly_one_limit_is_given(student, lm):
    """上限を 2 つとも渡したとき、1 つも渡さないときは ValueError です。

    Both limits, or none, are a ValueError.
    """
    for limits in ({}, {"max_length": 30, "max_new_tokens": 5}, {"max_length": 0, "max_new_tokens": 0}):
        require_raises(ValueError, student.generate_within, lm.model, lm.tokenizer, "Once upon a time,", **limits)


@points(1)
def test_special_tokens_in_the_prompt_do_no_harm(student, rng, lm, other_lm):
    """プロンプトに特殊トークンが書かれていても、新しい部分だけで決まります。

    Special tokens written in the prompt change nothing: only the new tokens decide.
    """
    for one in (lm, other_lm):
        prompt = f"1+1=?\nThe answer is 2.{one.tokenizer.eos_token}Tell me a story about a {rng.choice(NOUNS)}."
        require_answer(student, one, prompt, 8, max_new_tokens=8)
