"""Greedy text compared token by token, with ties accepted either way.

Two honest runs of one model may differ where the best two logits are nearly equal: another device,
another dtype, or padding in a batch decides. So a token counts as greedy if its logit, on the trusted
model and after the student's own prefix, is within a margin of the best one. A token beyond the margin
is wrong, on every device.

Not promised: a difference that only a tie in front of it explains is followed from the student's own
choice, so two greedy answers may be different texts and both right.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Union

from autograder.stats.noise import measured_tie

if TYPE_CHECKING:
    import torch

# Largest difference of two logits that honest runs were seen to swap, over 16,443 greedy steps, rounded up.
TIE_MARGINS = {"float32": 1e-4, "float16": 0.02, "bfloat16": 0.08}
WIDEST_TIE = max(TIE_MARGINS.values())

EosIds = Union[int, Sequence[int]]  # noqa: UP007 - evaluated at run time on 3.10


def tie_margin(dtype: torch.dtype) -> float:
    """How far below the best logit an honest greedy choice may lie when the model computes in `dtype`.

    Raises: ValueError for a dtype other than float32, float16 and bfloat16.
    """
    name = str(dtype).removeprefix("torch.")
    if name not in TIE_MARGINS:
        raise ValueError(f"tie_margin: expected one of {', '.join(TIE_MARGINS)}, got {name}")
    return TIE_MARGINS[name]


def greedy_tokens(model: Any, prompt_ids: Sequence[int], *, max_new_tokens: int, eos_token_id: EosIds) -> list[int]:
    """The new tokens of a greedy run of ours, EOS included where it is reached.

    Runs are kept: every submission is asked for the same ones. The model's weights must not change.
    Raises: ValueError if `prompt_ids` is empty or `max_new_tokens` is negative.
    """
    _require_prompt(prompt_ids, max_new_tokens)
    ends = _ends(eos_token_id)
    runs = _RUNS.setdefault(model, {})
    tokens = _cut(runs.get(tuple(prompt_ids), []), max_new_tokens, ends)
    if len(tokens) < max_new_tokens and not (tokens and tokens[-1] in ends):
        tokens = _greedy_run(model, prompt_ids, max_new_tokens, ends)
        if len(runs) >= _MAX_RUNS:
            del runs[next(iter(runs))]
        runs[tuple(prompt_ids)] = tokens
    return tokens[:]


# By model and prompt. What is too short is run again from the start, so that a token never depends on what ran before.
_RUNS: weakref.WeakKeyDictionary[Any, dict[tuple[int, ...], list[int]]] = weakref.WeakKeyDictionary()
_MAX_RUNS = 1000


def _cut(tokens: list[int], max_new_tokens: int, ends: Collection[int]) -> list[int]:
    end = next((index + 1 for index, token in enumerate(tokens) if token in ends), len(tokens))
    return tokens[: min(end, max_new_tokens)]


def _greedy_run(model: Any, prompt_ids: Sequence[int], max_new_tokens: int, ends: Collection[int]) -> list[int]:
    import torch

    tokens: list[int] = []
    step, cache = list(prompt_ids), None
    while len(tokens) < max_new_tokens and not (tokens and tokens[-1] in ends):
        with torch.inference_mode():
            output = model(torch.tensor([step], device=model.device), past_key_values=cache, use_cache=True)
        cache = output.past_key_values
        step = [int(output.logits[0, -1].argmax())]
        tokens += step
    return tokens


def departure(
    model: Any,
    prompt_ids: Sequence[int],
    tokens: Sequence[int],
    *,
    max_new_tokens: int,
    eos_token_id: EosIds,
    margin: float | None = None,
) -> int | None:
    """Where `tokens` leaves every greedy run.

    Args:
        model: the trusted model.
        prompt_ids: token ids in front, at least one.
        tokens: the new tokens, EOS included where it was reached, nothing behind it.
        max_new_tokens: limit on them.
        eos_token_id: what ends a run; one id or several.
        margin: largest logit difference that counts as a tie; None: `tie_margin` of the model's dtype, or what
            `noise` measured on it.

    Returns: index of the first token that no greedy run takes, that stands behind an end, or that is
        missing (then the number of tokens); None if `tokens` is greedy.
    Raises: ValueError if `prompt_ids` is empty or `max_new_tokens` is negative.
    """
    _require_prompt(prompt_ids, max_new_tokens)
    ends = _ends(eos_token_id)
    known = _known_tokens(model, tokens)
    length = next((index + 1 for index, token in enumerate(known) if token in ends), max_new_tokens)
    length = min(length, max_new_tokens)
    if known and length:
        logits = _logits_before(model, prompt_ids, known[:length])
        gaps = logits.max(-1).values - logits.gather(-1, _column(known[:length]))[:, 0]
        wrong = (gaps > _margin(model, margin)).nonzero()
        if len(wrong):
            return int(wrong[0])
    if len(known) < len(tokens) and len(known) < length:
        return len(known)
    return None if len(tokens) == length else min(length, len(tokens))


def is_greedy_text(
    model: Any,
    prompt_ids: Sequence[int],
    text: str,
    render: Callable[[list[int]], str],
    *,
    max_new_tokens: int,
    eos_token_id: EosIds,
    margin: float | None = None,
) -> bool:
    """Whether some greedy run of the model, ties taken either way, reads as `text`.

    Args:
        model: the trusted model.
        prompt_ids: token ids in front, at least one.
        text: what is to be judged, in the form that `render` gives.
        render: the new tokens of a run (EOS included) as text. More tokens must give a text that starts with
            that of fewer, up to white space and replacement characters at its end.
        max_new_tokens: limit on the new tokens.
        eos_token_id: what ends a run; one id or several.
        margin: largest logit difference that counts as a tie; None: `tie_margin` of the model's dtype, or what
            `noise` measured on it.

    Raises: ValueError if `prompt_ids` is empty or `max_new_tokens` is negative.
    """
    ours = greedy_tokens(model, prompt_ids, max_new_tokens=max_new_tokens, eos_token_id=eos_token_id)
    if render(ours) == text:
        return True
    ends = _ends(eos_token_id)
    pending = [(ours, 0)]  # runs, and from where on their ties are still to be taken the other way
    while pending:
        run, first = pending.pop()
        for start in _other_ways(model, prompt_ids, run, first, _margin(model, margin)):
            if not _may_begin(text, render(start)):
                continue
            n_left = 0 if start[-1] in ends else max_new_tokens - len(start)
            rest = greedy_tokens(model, [*prompt_ids, *start], max_new_tokens=n_left, eos_token_id=eos_token_id)
            if render(start + rest) == text:
                return True
            pending.append((start + rest, len(start)))
    return False


def _other_ways(
    model: Any, prompt_ids: Sequence[int], run: list[int], first: int, margin: float
) -> Iterator[list[int]]:
    """The starts of greedy runs that leave `run` at a tie, at index `first` or behind it."""
    for index, logits in enumerate(_logits_before(model, prompt_ids, run) if run else ()):
        near = (logits >= logits.max() - margin).nonzero().flatten().tolist()
        yield from ([*run[:index], token] for token in near if index >= first and token != run[index])


def _may_begin(text: str, written: str) -> bool:
    """Whether a run that has written this may still read as `text`."""
    return text.startswith(written.rstrip("\ufffd").rstrip())  # the bytes of a character may still be incomplete


def _require_prompt(prompt_ids: Sequence[int], max_new_tokens: int) -> None:
    if not prompt_ids or max_new_tokens < 0:
        raise ValueError(
            f"expected a prompt of at least one token and max_new_tokens >= 0, got {len(prompt_ids)} and {max_new_tokens}"
        )


def _ends(eos_token_id: EosIds) -> frozenset[int]:
    return frozenset([eos_token_id] if isinstance(eos_token_id, int) else eos_token_id)


def _margin(model: Any, margin: float | None) -> float:
    if margin is None:
        return measured_tie(model) or tie_margin(model.dtype)
    return max(margin, measured_tie(model) or 0.0)


def _known_tokens(model: Any, tokens: Sequence[int]) -> list[int]:
    """`tokens` up to the first that is not in the vocabulary."""
    size = model.config.vocab_size
    bad = next((index for index, token in enumerate(tokens) if not 0 <= token < size), len(tokens))
    return list(tokens[:bad])


def _column(tokens: Sequence[int]) -> torch.Tensor:
    import torch

    return torch.tensor(tokens)[:, None]


def _logits_before(model: Any, prompt_ids: Sequence[int], tokens: Sequence[int]) -> torch.Tensor:
    """The logits before each of `tokens`, (tokens, V) float32 on the CPU."""
    import torch

    ids = torch.tensor([[*prompt_ids, *tokens[:-1]]], device=model.device)
    with torch.inference_mode():
        return model(ids).logits[0, len(prompt_ids) - 1 :].float().cpu()
