"""公開チェック / public checks: sampling_loop"""

import pytest
import torch

from autograder.checks import by_hand, forbid, points, read_tensor, require, require_raises
from autograder.stats import departure, greedy_tokens

STORY = "Once upon a time"
QUESTION = "1+1=?"
HOT = {"temperature": 4.0, "top_k": 0, "top_p": 1.0}


@pytest.fixture
def student(student):
    """The student, who writes the loop by hand: neither `generate` nor a pipeline around it."""
    return by_hand(student, "transformers.pipeline", "transformers.TextGenerationPipeline")


def decoded(student, lm, prompt, max_new_tokens, **settings):
    """(ids of the prompt, ids of the answer), once the answer is a tensor of the right kind."""
    ids = lm.tokenizer(prompt)["input_ids"]
    answer = student.sample_decode(
        forbid(lm.model, "generate"),
        torch.tensor([ids]),
        max_new_tokens,
        eos_token_id=lm.tokenizer.eos_token_id,
        **settings,
    )
    return ids, read_tensor(answer, "sample_decode", dtype="int64", shape=(1, None))[0].tolist()


@points(1)
def test_the_prompt_stands_in_front(student, lm):
    """返す列の先頭には、プロンプトの ID がそのまま並びます。

    The ids of the prompt stand unchanged at the front of the result.
    """
    ids, row = decoded(student, lm, STORY, 3, **HOT, seed=1)
    require(
        row[: len(ids)] == ids and len(ids) < len(row) <= len(ids) + 3,
        ja=f"sample_decode: プロンプト {ids} に 3 個までの ID が続くはずですが、{row} でした。"
        "新しいトークンだけでなく、プロンプトにつなげた列を返してください。",
        en=f"sample_decode: expected the prompt {ids} and up to 3 more ids, got {row}. "
        "Return the prompt with the new tokens behind it, not the new tokens alone.",
    )


@points(1)
def test_the_seed_decides(student, lm):
    """同じシードなら同じ列が、違うシードなら違う列が返ります。

    The same seed gives the same sequence, another seed another one.
    """
    _, first = decoded(student, lm, STORY, 8, **HOT, seed=1)
    _, other = decoded(student, lm, STORY, 8, **HOT, seed=2)
    _, again = decoded(student, lm, STORY, 8, **HOT, seed=1)
    require(
        first == again,
        ja=f"sample_decode: シード 1 で 2 回呼ぶと、{first} と {again} になりました。"
        "乱数の生成器を seed で初期化してから引いてください。",
        en=f"sample_decode: two calls with seed 1 gave {first} and {again}. "
        "Start the random generator from seed before drawing.",
        mistake="forgets_the_seed",
    )
    # Two honest draws are equal with a probability far below 1e-6 at this temperature.
    require(
        first != other,
        ja=f"sample_decode: シード 1 でも 2 でも {first} でした。引数の seed を使い、確率にしたがって引いてください。",
        en=f"sample_decode: seeds 1 and 2 both gave {first}. Use the argument seed, and draw by probability.",
    )


@points(1)
@pytest.mark.parametrize("narrow", [{"top_k": 1, "top_p": 1.0}, {"top_k": 0, "top_p": 1e-6}], ids=["top_k", "top_p"])
def test_with_one_candidate_it_is_greedy(student, lm, narrow):
    """候補が 1 つだけなら、温度によらず貪欲法と同じになり、EOS で終わります。

    With a single candidate it is greedy at any temperature, and ends with EOS.
    """
    eos = lm.tokenizer.eos_token_id
    ids, row = decoded(student, lm, QUESTION, 20, temperature=1.5, **narrow, seed=3)
    run = greedy_tokens(lm.model, ids, max_new_tokens=20, eos_token_id=eos)
    # Where two tokens are equally good, either may be taken.
    left_at = departure(lm.model, ids, row[len(ids) :], max_new_tokens=20, eos_token_id=eos)
    require(
        row[: len(ids)] == ids and left_at is None,
        ja=f"sample_decode（{QUESTION!r}、{narrow}）: {ids + run} のはずですが、{row} でした。"
        "最も確率の高い 1 個だけが残るはずです。EOS を加えたところで止めてください。",
        en=f"sample_decode ({QUESTION!r}, {narrow}): expected {ids + run}, got {row}. "
        "Only the most probable token should be left. Stop once EOS has been added.",
    )


@points(1)
@pytest.mark.parametrize(
    "wrong",
    [{"temperature": 0.0}, {"top_p": 0.0}, {"top_p": 1.5}, {"top_k": -1}],
    ids=["temperature", "top_p_0", "top_p_above_1", "top_k"],
)
def test_refuses_settings_out_of_range(student, lm, wrong):
    """範囲外の温度、top_k、top_p には ValueError を出します。

    A temperature, top_k or top_p out of range raises ValueError.
    """
    ids = torch.tensor([lm.tokenizer(STORY)["input_ids"]])
    settings = {**HOT, **wrong, "eos_token_id": lm.tokenizer.eos_token_id, "seed": 0}
    require_raises(ValueError, student.sample_decode, forbid(lm.model, "generate"), ids, 4, **settings)
