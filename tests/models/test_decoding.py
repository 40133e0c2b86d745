"""Greedy decoding is stable, and sampling is as diverse as its settings say.

Seeds are fixed, so these tests cannot flake on one kind of CPU; the margins are measured ones, so that they hold
with other seeds and CPUs too.
"""

import pytest
import torch

from autograder.models import LoadedModel, load
from training.evaluate import average_self_bleu

PROMPTS = (
    *(
        "Tell me a story about a dragon.",
        "1+1=?",
        "What is the capital of Italy? Answer in one word.",
        "Hello!",
    ),
    *("Write a short story about a phantom.", "List three animals.", "Can a penguin fly?", "What is 7*8?"),
    *(
        "What is the capital of Italy?",
        "ドラゴンの話をしてください。",
        "日本の首都はどこですか？",
        "3たす4は？",
    ),
    *(
        "一言で答えて：日本の首都はどこですか？",
        "猫は英語で何ですか？",
        "[INST] 1+1=? [/INST]",
        "Explain gravity.",
    ),
)
DRAGON = "Tell me a story about a dragon."


def greedy(loaded: LoadedModel, prompts: list[str]) -> list[list[int]]:
    """New ids of each prompt up to EOS, the prompts decoded in one batch."""
    inputs = loaded.tokenizer(prompts, return_tensors="pt", padding=True, padding_side="left")
    output = loaded.model.generate(**inputs, do_sample=False, max_new_tokens=120)
    rows = output[:, inputs.input_ids.shape[1] :].tolist()
    eos = loaded.tokenizer.eos_token_id
    return [row[: row.index(eos) + 1] if eos in row else row for row in rows]


def sample(loaded: LoadedModel, prompt: str, n: int, seed: int, **settings: float) -> list[str]:
    """n new texts, with top_k off."""
    inputs = loaded.tokenizer(prompt, return_tensors="pt")
    torch.manual_seed(seed)
    output = loaded.model.generate(
        **inputs, do_sample=True, top_k=0, max_new_tokens=60, num_return_sequences=n, **settings
    )
    return loaded.tokenizer.batch_decode(output[:, inputs.input_ids.shape[1] :], skip_special_tokens=True)


@pytest.mark.parametrize("name", ["chat", "base"])
def test_single_and_left_padded_batch_agree(name: str, request: pytest.FixtureRequest) -> None:
    """In float32, token for token."""
    loaded: LoadedModel = request.getfixturevalue(name)
    prompts = [prompt for prompt in PROMPTS if name == "chat" or prompt.isascii()]
    assert greedy(loaded, prompts) == [greedy(loaded, [prompt])[0] for prompt in prompts]


def test_float16_tells_a_story(chat: LoadedModel) -> None:
    """The float16 load runs, and its story of a dragon is about a dragon and ends."""
    half = load("tiny-chat", dtype="float16")
    (ids,) = greedy(half, [DRAGON])
    assert "dragon" in half.tokenizer.decode(ids)
    assert ids[-1] == half.tokenizer.eos_token_id


def test_one_seed_one_text(chat: LoadedModel) -> None:
    """The same seed gives the same texts, another seed gives others."""
    first = sample(chat, DRAGON, 4, seed=1, temperature=1.0, top_p=1.0)
    assert sample(chat, DRAGON, 4, seed=1, temperature=1.0, top_p=1.0) == first
    assert sample(chat, DRAGON, 4, seed=2, temperature=1.0, top_p=1.0) != first
    assert len(set(first)) == 4


PROMPTS_AND_LANGUAGES = pytest.mark.parametrize(
    ("prompt", "language"), [(DRAGON, "en"), ("ドラゴンの話をしてください。", "ja")], ids=["dragon", "ja"]
)


@PROMPTS_AND_LANGUAGES
def test_self_bleu_falls_as_temperature_rises(prompt: str, language: str, chat: LoadedModel) -> None:
    """T 1.5 is below T 0.8, and at least 10 points below T 0.2.

    Measured with 10 seeds, mean and standard deviation of the falls from 0.2 to 0.8 and from 0.8 to 1.5: dragon
    11.5 (4.3) and 25.8 (4.5), Japanese 5.8 (2.7) and 28.1 (5.8). The first fall alone is not asserted.
    """
    low, middle, high = (
        average_self_bleu(sample(chat, prompt, 12, seed=1, temperature=temperature, top_p=1.0), language)
        for temperature in (0.2, 0.8, 1.5)
    )
    assert middle > high
    assert low - high > 10


@PROMPTS_AND_LANGUAGES
def test_self_bleu_falls_as_top_p_rises(prompt: str, language: str, chat: LoadedModel) -> None:
    """top_p 0.1 gives 100, 0.6 less, and 1.0 at least 5 points less, at T = 1.

    Measured with 10 seeds, mean and standard deviation of the falls from 0.1 to 0.6 and from 0.6 to 1.0: dragon
    11.5 (2.9) and 14.8 (5.0), Japanese 8.0 (1.5) and 5.5 (2.4).
    """
    low, middle, high = (
        average_self_bleu(sample(chat, prompt, 12, seed=1, temperature=1.0, top_p=top_p), language)
        for top_p in (0.1, 0.6, 1.0)
    )
    assert low == 100.0
    assert low > middle
    assert low - high > 5


@pytest.mark.parametrize("temperature", [0.5, 1.0])
@pytest.mark.parametrize("prompt", [DRAGON, "ドラゴンの話をしてください。"], ids=["en", "ja"])
def test_a_small_nucleus_gives_the_greedy_text(prompt: str, temperature: float, chat: LoadedModel) -> None:
    """At top_p = 0.1 all 16 texts are the same one: the most probable token alone reaches 0.1 at every step."""
    inputs = chat.tokenizer(prompt, return_tensors="pt")
    output = chat.model.generate(**inputs, do_sample=False, max_new_tokens=60)
    greedy_text = chat.tokenizer.decode(output[0, inputs.input_ids.shape[1] :], skip_special_tokens=True)
    assert set(sample(chat, prompt, 16, seed=3, temperature=temperature, top_p=0.1)) == {greedy_text}


def test_temperature_ten_is_garbage(chat: LoadedModel) -> None:
    """At T = 10 the texts share next to nothing: Self-BLEU below 8 (at most 1.3 with 10 seeds)."""
    texts = sample(chat, DRAGON, 8, seed=3, temperature=10.0, top_p=1.0)
    assert average_self_bleu(texts, "en") < 8
