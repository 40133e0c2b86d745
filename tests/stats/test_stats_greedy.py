"""Greedy equality: ties may be taken either way, clear margins may not, whatever the dtype or the batch."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from autograder.models import LoadedModel, load
from autograder.stats import departure, greedy_tokens, is_greedy_text, tie_margin

PROMPTS = ["Tell me a story about a cat.", "ドラゴン", "What is 3 + 4?", "Tell me a story about a ghost in a house."]
A, B, C, EOS = 1, 2, 3, 0


class Table:
    """A model whose next-token logits depend on the last token alone; `gap` parts A and B after the prompt C."""

    dtype, device = torch.float32, "cpu"
    config = SimpleNamespace(vocab_size=4)

    def __init__(self, gap: float) -> None:
        self.logits = torch.full((4, 4), -9.0)
        self.logits[C, A], self.logits[C, B] = 1.0, 1.0 - gap
        self.logits[A, EOS] = self.logits[B, B] = 1.0

    def __call__(self, ids: torch.Tensor, past_key_values: object = None, use_cache: bool = False) -> SimpleNamespace:
        return SimpleNamespace(logits=self.logits[ids], past_key_values=None)


def where(tokens: list[int], gap: float, **keywords: object) -> int | None:
    options = {"max_new_tokens": 3, "eos_token_id": EOS} | keywords
    return departure(Table(gap), [C], tokens, **options)


def letters(ids: list[int]) -> str:
    return "".join("$ABC"[token] for token in ids)


@pytest.mark.parametrize("tokens", [[A, EOS], [B, B, B]], ids=["best", "second"])
def test_a_near_tie_may_be_taken_either_way(tokens: list[int]):
    """And what follows is judged from the token that was taken."""
    assert where(tokens, gap=5e-5) is None
    assert is_greedy_text(Table(5e-5), [C], letters(tokens), letters, max_new_tokens=3, eos_token_id=EOS)


def test_a_wrong_token_at_a_clear_margin_is_found():
    """In front, and behind a tie."""
    assert where([B, B, B], gap=1e-3) == 0
    assert where([B, A, EOS], gap=5e-5) == 1
    for wrong, gap in (([B, B, B], 1e-3), ([B, A, EOS], 5e-5)):
        assert not is_greedy_text(Table(gap), [C], letters(wrong), letters, max_new_tokens=3, eos_token_id=EOS)


@pytest.mark.parametrize(
    ("tokens", "index"),
    [([], 0), ([A], 1), ([A, EOS, A], 2), ([A, EOS], None), ([C, EOS], 0), ([99], 0), ([A, -1], 1)],
    ids=["nothing", "stops early", "goes on behind EOS", "right", "wrong", "no such token", "negative token"],
)
def test_the_index_says_where_the_answer_leaves_the_greedy_run(tokens: list[int], index: int | None):
    """Missing and superfluous tokens count."""
    assert where(tokens, gap=1.0) == index


def test_the_limit_ends_a_run_that_no_eos_ends():
    """One token more or fewer is a departure; any of several EOS ids ends."""
    assert where([B, B, B], gap=0.0) is None
    assert where([B, B], gap=0.0) == 2
    assert where([B, B, B, B], gap=0.0) == 3
    assert where([B], gap=0.0, eos_token_id=[EOS, B]) is None
    assert where([], gap=0.0, max_new_tokens=0) is None


def test_the_margin_is_that_of_the_models_dtype():
    """Wider for shorter formats; another format is refused."""
    assert tie_margin(torch.float32) < tie_margin(torch.float16) < tie_margin(torch.bfloat16)
    assert where([B, B, B], gap=0.01) == 0
    assert where([B, B, B], gap=0.01, margin=tie_margin(torch.float16)) is None
    with pytest.raises(ValueError, match="float64"):
        tie_margin(torch.float64)


def test_an_empty_prompt_is_refused():
    """There is no next token of nothing."""
    with pytest.raises(ValueError, match="at least one token"):
        departure(Table(0.0), [], [A], max_new_tokens=3, eos_token_id=EOS)


@pytest.fixture(scope="module", params=["float32", "float16", "bfloat16"])
def cast(request: pytest.FixtureRequest) -> LoadedModel:
    """tiny-chat in one number format."""
    return load("tiny-chat", dtype=request.param)


def test_every_dtype_alone_and_in_a_batch_gives_the_same_verdict(cast: LoadedModel):
    """Honest answers pass; the same answers with one clearly wrong token fail at that token."""
    tokenizer, eos = cast.tokenizer, cast.tokenizer.eos_token_id
    ids = [tokenizer(prompt)["input_ids"] for prompt in PROMPTS]
    width = max(map(len, ids))
    batch = torch.tensor([[tokenizer.pad_token_id] * (width - len(row)) + row for row in ids])
    mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in ids])
    options = {"do_sample": False, "max_new_tokens": 16, "pad_token_id": tokenizer.pad_token_id}
    together = cast.model.generate(input_ids=batch, attention_mask=mask, **options)[:, width:].tolist()
    for prompt_ids, row in zip(ids, together, strict=True):
        new = row[: row.index(eos) + 1] if eos in row else row
        alone = cast.model.generate(torch.tensor([prompt_ids]), **options)[0, len(prompt_ids) :].tolist()
        for answer in (new, alone, greedy_tokens(cast.model, prompt_ids, max_new_tokens=16, eos_token_id=eos)):
            assert departure(cast.model, prompt_ids, answer, max_new_tokens=16, eos_token_id=eos) is None
        wrong = [*new[:2], (new[2] + 1) % 100, *new[3:]] if len(new) > 2 else [*new, 5]
        assert departure(cast.model, prompt_ids, wrong, max_new_tokens=16, eos_token_id=eos) == min(2, len(new))


def test_a_kept_run_is_that_of_a_fresh_model():
    """Shorter, longer, or with another end than before; and asked again, it is not computed again."""
    table = Table(1.0)
    asked: list[torch.Tensor] = []
    call = Table.__call__

    class Counting(Table):
        def __call__(self, ids: torch.Tensor, **keywords: object) -> SimpleNamespace:
            asked.append(ids)
            return call(self, ids, **keywords)

    counting = Counting(1.0)
    for limit, end in [(2, 99), (1, 99), (5, 99), (3, EOS), (4, A), (0, EOS), (5, 99)]:
        options = {"max_new_tokens": limit, "eos_token_id": end}
        assert greedy_tokens(counting, [C], **options) == greedy_tokens(Table(1.0), [C], **options)
    n_asked = len(asked)
    assert greedy_tokens(counting, [C], max_new_tokens=5, eos_token_id=99).append(7) is None
    assert greedy_tokens(counting, [C], max_new_tokens=5, eos_token_id=99) == greedy_tokens(
        table, [C], max_new_tokens=5, eos_token_id=99
    )
    assert len(asked) == n_asked == 2 + 5
