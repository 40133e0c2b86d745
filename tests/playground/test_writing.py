"""Texts come from the asked distribution, and their Self-BLEU is that of the definition."""

from __future__ import annotations

import pytest
import sacrebleu
import torch

from autograder.errors import SettingsError
from autograder.models import LoadedModel, left_as_found
from autograder.playground.prompts import prompt_ids, tokens_of
from autograder.playground.writing import (
    diversity_of,
    own_settings,
    read_values,
    sweep,
    write_greedily,
    write_samples,
)
from autograder.stats import Finding, Greedy, Sampler, judge_tokens

# The statement of the exercise on Self-BLEU prints their scores.
TEXTS = [
    "The red dragon slept on a bed of gold.",
    "A young knight rode to the old castle.",
    "The red dragon slept in the old castle.",
]


def test_the_greedy_text_is_that_of_generate(chat: LoadedModel, ids: list[int]):
    """Token for token, and it says that EOS ended it."""
    prompt = torch.tensor([ids])
    whole = chat.model.generate(prompt, attention_mask=torch.ones_like(prompt), do_sample=False, max_new_tokens=60)
    written = write_greedily(chat, ids, 60)
    assert list(written.ids) == whole[0, len(ids) :].tolist()
    assert written.ended
    assert not write_greedily(chat, ids, 5).ended


def test_sampled_texts_come_from_the_asked_distribution(chat: LoadedModel, ids: list[int]):
    """Judged as in grading: what else might have been done is refuted."""
    asked = Sampler(temperature=1.5, top_p=0.9, epsilon=0.01)
    written = write_samples(chat, ids, asked, n=80, max_new_tokens=20, seed=0)
    judged = judge_tokens(
        chat.model,
        ids,
        [one.ids for one in written],
        null=asked,
        alternatives={
            "temperature_ignored": Sampler(top_p=0.9, epsilon=0.01),
            "top_p_ignored": Sampler(temperature=1.5, epsilon=0.01),
            "epsilon_ignored": Sampler(temperature=1.5, top_p=0.9),
            "greedy": Greedy(),
        },
        max_new_tokens=20,
        eos_token_id=chat.tokenizer.eos_token_id,
    )
    assert judged.finding is Finding.PASS


def test_nothing_hidden_narrows_the_texts(chat: LoadedModel, ids: list[int]):
    """With every setting off the whole vocabulary is open, whatever the model's authors suggest."""
    usual = write_samples(chat, ids, Sampler(temperature=10.0), n=4, max_new_tokens=20, seed=1)
    with left_as_found(chat):
        chat.model.generation_config.update(top_k=5, repetition_penalty=1.5, temperature=0.6)
        assert own_settings(chat) == {"top_k": 5, "repetition_penalty": 1.5, "temperature": 0.6}
        assert write_samples(chat, ids, Sampler(temperature=10.0), n=4, max_new_tokens=20, seed=1) == usual
    assert len({token for one in usual for token in one.ids}) > 60


def test_one_seed_gives_one_result_and_disturbs_nothing(chat: LoadedModel, ids: list[int]):
    """Another seed another one; torch's own random numbers go on as if nothing had been drawn."""
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    config = chat.model.generation_config
    first = write_samples(chat, ids, Sampler(), n=3, max_new_tokens=12, seed=5)
    assert write_samples(chat, ids, Sampler(), n=3, max_new_tokens=12, seed=5) == first
    assert write_samples(chat, ids, Sampler(), n=3, max_new_tokens=12, seed=6) != first
    assert torch.equal(torch.rand(1), expected)
    assert chat.model.generation_config.to_dict() == config.to_dict()


def test_a_low_temperature_writes_the_greedy_text(chat: LoadedModel, ids: list[int]):
    """Every time."""
    greedy = write_greedily(chat, ids, 30)
    assert write_samples(chat, ids, Sampler(temperature=0.01), n=3, max_new_tokens=30, seed=0) == [greedy] * 3


def test_self_bleu_is_that_of_the_definition():
    """Each text against all the others, as the exercise's statement prints it."""
    diversity = diversity_of(TEXTS)
    assert [round(score, 2) for score in diversity.scores] == [27.78, 29.85, 59.69]
    assert round(diversity.average, 2) == 39.11


@pytest.mark.parametrize(
    "texts",
    [["a b c d", "a b c d"], ["a red dragon", "a red dragon", "the castle"], ["", "", "a"], [*TEXTS, TEXTS[2], ""]],
    ids=["same", "twice", "empty", "mixed"],
)
def test_equal_texts_are_references_of_each_other(texts: list[str]):
    """Scores are those of sacrebleu with every other text as a reference, however often a text comes."""
    for place, score in enumerate(diversity_of(texts).scores):
        others = [text for index, text in enumerate(texts) if index != place]
        assert score == sacrebleu.sentence_bleu(texts[place], others).score


def test_japanese_is_compared_by_characters():
    """As one word each, two sentences have nothing in common."""
    texts = ["ドラゴンが空を飛んだ。", "ドラゴンが空を飛んでいた。"]
    assert diversity_of(texts, "13a").average == 0
    assert diversity_of(texts, "char").average > 50


@pytest.mark.parametrize("swept", ["temperature", "top_p"])
def test_self_bleu_falls_over_a_sweep(chat: LoadedModel, ids: list[int], swept: str):
    """From nearly one text to nearly nothing in common (temperature), or to less than that (top-p)."""
    values = [0.05, 10.0] if swept == "temperature" else [0.05, 1.0]
    first, last = sweep(chat, ids, Sampler(), swept=swept, values=values, n=8, max_new_tokens=40, seed=0, words="13a")
    assert (first.value, last.value) == tuple(values)
    assert first.diversity.average > 95
    assert first.n_different <= 2
    assert last.diversity.average < (10 if swept == "temperature" else 85)
    assert last.n_different == 8
    assert last.diversity == diversity_of(last.texts)


@pytest.mark.parametrize(
    ("typed", "swept", "values"),
    [
        ("0.1, 0.5,1.0", "top_p", [0.1, 0.5, 1.0]),
        ("1.5、0.5，0.5  3", "temperature", [0.5, 1.5, 3.0]),
    ],
    ids=["commas", "japanese"],
)
def test_values_are_read_as_typed(typed: str, swept: str, values: list[float]):
    """In rising order, each once; Japanese commas will do."""
    assert read_values(typed, swept) == values


@pytest.mark.parametrize(
    ("typed", "swept", "part"),
    [
        ("0.5, 2", "top_p", "top-p cannot be 2. Type numbers above 0 and at most 1"),
        ("0, 1", "temperature", "temperature cannot be 0. Type numbers above 0,"),
        ("inf", "temperature", "temperature cannot be inf"),
        ("nan", "top_p", "top-p cannot be nan"),
        ("0.5, many", "top_p", "top-p cannot be many"),
        (" , ", "top_p", "No value of top-p is given"),
    ],
    ids=["above", "zero", "infinite", "nan", "word", "none"],
)
def test_values_out_of_range_get_a_sentence(typed: str, swept: str, part: str):
    """It names the value and the range."""
    with pytest.raises(SettingsError) as raised:
        read_values(typed, swept)
    assert part in raised.value.message.en
    assert "入力してください" in raised.value.message.ja


def test_a_prompt_is_encoded_as_the_tokenizer_does(chat: LoadedModel, base: LoadedModel):
    """With the chat template, as that template writes it."""
    assert prompt_ids(chat, "1+1=?", chat=False) == chat.tokenizer("1+1=?")["input_ids"]
    assert prompt_ids(base, "Once", chat=False) == base.tokenizer("Once")["input_ids"]
    turns = [{"role": "user", "content": "1+1=?"}]
    templated = chat.tokenizer.apply_chat_template(turns, add_generation_prompt=True)["input_ids"]
    assert prompt_ids(chat, "1+1=?", chat=True) == templated
    assert templated.count(chat.tokenizer.bos_token_id) == 1


@pytest.mark.parametrize("prompt", ["", " \n　"], ids=["empty", "blank"])
def test_a_blank_prompt_gets_a_sentence(chat: LoadedModel, prompt: str):
    """It says what to do."""
    with pytest.raises(SettingsError, match="The prompt is empty"):
        prompt_ids(chat, prompt, chat=False)


def test_a_text_that_the_model_has_no_room_for_gets_a_sentence(chat: LoadedModel, ids: list[int]):
    """With the numbers of tokens."""
    with pytest.raises(SettingsError, match="512 tokens in all"):
        prompt_ids(chat, "dragon " * 600, chat=False)
    with pytest.raises(SettingsError, match="500 are to follow"):
        write_greedily(chat, ids, 500)


def test_tokens_show_what_the_tokenizer_writes(chat: LoadedModel, base: LoadedModel):
    """Pieces with ▁ and byte tokens as they are; byte-level pieces of Japanese as their text."""
    tokens = tokens_of(chat.tokenizer, prompt_ids(chat, "a dragon\n", chat=False))
    assert [token.piece for token in tokens] == ["<s>", "▁a", "▁dragon", "<0x0A>"]
    assert [token.is_special for token in tokens] == [True, False, False, False]
    assert tokens[-1].text == "\\n"
    assert "Ġdragon" in {token.piece for token in tokens_of(base.tokenizer, base.tokenizer("a dragon")["input_ids"])}
