"""Hidden checks of basics/greedy_loop."""

import pytest
import torch

from autograder.checks import by_hand, fail, forbid, points, read_tensor, require, require_raises, unchanging
from autograder.stats import departure, greedy_tokens

NEVER = -1  # no token has this id

STORIES = ("Tell me a story about a phantom.", "Once upon a time", "むかしむかし、あるところに")
NOUNS = ("cat", "witch", "pirate", "clock", "penguin", "knight", "violin", "ghost", "fox", "lamp")
QUESTIONS = ("What is the capital of Japan?", "2+3=?", "Answer in one word: what is the capital of France?")


@pytest.fixture
def student(student):
    """The student, who writes the loop by hand: neither `generate` nor a pipeline around it."""
    return by_hand(student, "transformers.pipeline", "transformers.TextGenerationPipeline")


def new_tokens(student, lm, ids, max_new_tokens, eos_token_id):
    """The student's new tokens, once the prompt is known to stand in front of them."""
    answer = student.greedy_decode(forbid(lm.model, "generate"), torch.tensor([ids]), max_new_tokens, eos_token_id)
    row = read_tensor(answer, "greedy_decode", dtype="int64", shape=(1, None))[0].tolist()
    require(
        row[: len(ids)] == ids,
        ja="greedy_decode: 返す列の先頭に、プロンプトの ID がそのまま並んでいません。",
        en="greedy_decode: the ids of the prompt do not stand unchanged at the front of the result.",
    )
    return row[len(ids) :]


def require_greedy(student, lm, ids, max_new_tokens, eos_token_id):
    """The student's new tokens are those of a greedy run, ties taken either way."""
    new = new_tokens(student, lm, ids, max_new_tokens, eos_token_id)
    at = departure(lm.model, ids, new, max_new_tokens=max_new_tokens, eos_token_id=eos_token_id)
    if at is None:
        return
    if eos_token_id in new[:-1]:
        fail(
            ja="greedy_decode: EOS のあとにもトークンが続いています。EOS を加えたら、そこで止めてください。",
            en="greedy_decode: tokens follow behind EOS. Stop once EOS has been added.",
        )
    require(
        len(new) <= max_new_tokens,
        ja=f"greedy_decode: 新しいトークンが上限より {len(new) - max_new_tokens} 個多いです。",
        en=f"greedy_decode: {len(new) - max_new_tokens} new tokens more than the limit.",
    )
    require(
        at < len(new),
        ja=f"greedy_decode: 新しいトークン {at} 個で止まりましたが、まだ続きます。EOS を加えるか、新しいトークンの数が上限に達するまで続けてください。",
        en=f"greedy_decode: stopped after {at} new tokens, too early. Go on until EOS has been added or the number of new tokens reaches the limit.",
    )
    fail(
        ja=f"greedy_decode: {at + 1} 個目の新しいトークンが、最もスコアの高いものではありません。"
        "それまでの列の全体をモデルに見せ、最後の位置のスコアから選んでください。",
        en=f"greedy_decode: new token {at + 1} is not the one with the best score. "
        "Let the model see the whole sequence so far, and choose by the scores at the last position.",
    )


@points(2)
def test_every_token_is_the_best_one(student, lm, other_lm, rng):
    """どちらのモデルでも、どのトークンもその時点で最も確率の高いものです。

    With either model, every token is the most probable one at its place.
    """
    for one in (lm, other_lm):
        drawn = f"Tell me a story about a {rng.choice(NOUNS)} and a {rng.choice(NOUNS)}."
        for prompt in (*STORIES, drawn):
            require_greedy(student, one, one.tokenizer(prompt)["input_ids"], 16, one.tokenizer.eos_token_id)


@points(1)
def test_eos_is_the_last_token(student, lm, other_lm, rng):
    """EOS が出たら、それを加えて止まります。

    When EOS comes, it is added and the text ends.
    """
    for one in (lm, other_lm):
        for prompt in (*QUESTIONS, f"{rng.randint(1, 9)}+{rng.randint(1, 9)}=?"):
            require_greedy(student, one, one.tokenizer(prompt)["input_ids"], 48, one.tokenizer.eos_token_id)


@points(1)
def test_the_eos_that_was_passed_ends_the_text(student, lm, other_lm):
    """止まるのは、引数で渡された eos_token_id のときだけです。

    What ends the text is the eos_token_id that was passed, and nothing else.
    """
    for one in (lm, other_lm):
        ids = one.tokenizer(QUESTIONS[0])["input_ids"]
        run = greedy_tokens(one.model, ids, max_new_tokens=12, eos_token_id=NEVER)
        require_greedy(student, one, ids, 12, run[5])
        ids = one.tokenizer(QUESTIONS[1])["input_ids"]
        require_greedy(student, one, ids, 14, NEVER)


@points(1)
def test_an_eos_in_the_prompt_ends_nothing(student, lm):
    """プロンプトの中に EOS があっても、生成は続きます。

    An EOS inside the prompt does not keep the text from being continued.
    """
    eos = lm.tokenizer.eos_token_id
    ids = [*lm.tokenizer("2+3=?")["input_ids"], eos, *lm.tokenizer(STORIES[0])["input_ids"]]
    require_greedy(student, lm, ids, 6, eos)
    require_greedy(student, lm, [*lm.tokenizer("1+1=?")["input_ids"], eos], 3, eos)


@points(1)
def test_the_limit_counts_new_tokens(student, lm):
    """上限は、プロンプトを除いた新しいトークンの数です。

    The limit is on the new tokens, the prompt not counted.
    """
    eos = lm.tokenizer.eos_token_id
    for prompt, limits in ((STORIES[0], (1, 2, 7)), (QUESTIONS[1], (1,))):
        ids = lm.tokenizer(prompt)["input_ids"]
        n_answer = len(greedy_tokens(lm.model, ids, max_new_tokens=48, eos_token_id=eos))
        for limit in (*limits, n_answer - 1, n_answer) if prompt in QUESTIONS else limits:
            require_greedy(student, lm, ids, limit, eos)
    require_greedy(student, lm, lm.tokenizer(STORIES[1])["input_ids"][:1], 4, eos)


@points(1)
def test_refuses_arguments_that_make_no_sense(student, lm):
    """空のプロンプトと、1 より小さい上限には ValueError を出します。

    An empty prompt and a limit below 1 raise ValueError.
    """
    model, eos = forbid(lm.model, "generate"), lm.tokenizer.eos_token_id
    ids = torch.tensor([lm.tokenizer(STORIES[0])["input_ids"]])
    require_raises(ValueError, student.greedy_decode, model, torch.empty(1, 0, dtype=torch.int64), 4, eos)
    for max_new_tokens in (0, -2):
        require_raises(ValueError, student.greedy_decode, model, ids, max_new_tokens, eos)


@points(0.5)
def test_leaves_its_arguments_as_they_were(student, lm):
    """渡された input_ids は、呼び出しのあとも変わりません。

    The input_ids that are passed stay as they were.
    """
    ids = lm.tokenizer(STORIES[1])["input_ids"]
    new_tokens(unchanging(student), lm, ids, 3, lm.tokenizer.eos_token_id)
