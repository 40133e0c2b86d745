"""公開チェック / public checks: greedy_loop"""

import pytest
import torch

from autograder.checks import by_hand, forbid, points, read_tensor, require, require_raises
from autograder.stats import departure, greedy_tokens

QUESTION = "1+1=?"
STORY = "Tell me a story about a dragon."


@pytest.fixture
def student(student):
    """The student, who writes the loop by hand: neither `generate` nor a pipeline around it."""
    return by_hand(student, "transformers.pipeline", "transformers.TextGenerationPipeline")


def decoded(student, lm, prompt, max_new_tokens):
    """(ids of the prompt, ids of the answer), once the answer is a tensor of the right kind."""
    ids = lm.tokenizer(prompt)["input_ids"]
    answer = student.greedy_decode(
        forbid(lm.model, "generate"), torch.tensor([ids]), max_new_tokens, lm.tokenizer.eos_token_id
    )
    return ids, read_tensor(answer, "greedy_decode", dtype="int64", shape=(1, None))[0].tolist()


@points(1)
def test_the_prompt_stands_in_front(student, lm):
    """返す列の先頭には、プロンプトの ID がそのまま並びます。

    The ids of the prompt stand unchanged at the front of the result.
    """
    ids, row = decoded(student, lm, STORY, 3)
    require(
        row[: len(ids)] == ids and len(ids) < len(row) <= len(ids) + 3,
        ja=f"greedy_decode: プロンプト {ids} に 3 個までの ID が続くはずですが、{row} でした。"
        "新しいトークンだけでなく、プロンプトにつなげた列を返してください。",
        en=f"greedy_decode: expected the prompt {ids} and up to 3 more ids, got {row}. "
        "Return the prompt with the new tokens behind it, not the new tokens alone.",
    )


@points(2)
def test_continues_as_generate_does(student, lm):
    """例の文の続きが、generate(do_sample=False) と同じになります。

    The examples are continued as generate(do_sample=False) does.
    """
    eos = lm.tokenizer.eos_token_id
    for prompt, max_new_tokens in ((QUESTION, 20), (STORY, 8)):
        ids, row = decoded(student, lm, prompt, max_new_tokens)
        run = greedy_tokens(lm.model, ids, max_new_tokens=max_new_tokens, eos_token_id=eos)
        # Where two tokens are equally good, either may be taken.
        left_at = departure(lm.model, ids, row[len(ids) :], max_new_tokens=max_new_tokens, eos_token_id=eos)
        require(
            row[: len(ids)] == ids and left_at is None,
            ja=f"greedy_decode（{prompt!r}、上限 {max_new_tokens} 個）: {ids + run} のはずですが、{row} でした。"
            "いつも最後の位置のスコアから最大のものを選び、EOS を加えたところで止めてください。",
            en=f"greedy_decode ({prompt!r}, at most {max_new_tokens}): expected {ids + run}, got {row}. "
            "Take the best score at the last position each time, and stop once EOS has been added.",
        )


@points(1)
@pytest.mark.parametrize("max_new_tokens", [0, -1])
def test_refuses_to_generate_nothing(student, lm, max_new_tokens):
    """max_new_tokens が 1 より小さいときは ValueError を出します。

    A max_new_tokens below 1 raises ValueError.
    """
    ids = torch.tensor([lm.tokenizer(QUESTION)["input_ids"]])
    model = forbid(lm.model, "generate")
    require_raises(ValueError, student.greedy_decode, model, ids, max_new_tokens, lm.tokenizer.eos_token_id)
