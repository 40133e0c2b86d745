"""How far honest runs of one model lie apart, measured on that model.

The margins of `ranked` and `greedy` were measured on the embedded models. Another model has logits of another size, and
its tokenizer gives back other shares of texts as they were drawn; so for a model that is not embedded they are measured
when it is loaded, and never taken smaller than those of the table. Everything here is deterministic and leaves the
random numbers of the process as they were.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from autograder.stats.ranked import Margin, margin_of

if TYPE_CHECKING:
    from torch import Tensor

    from autograder.stats.samplers import Sampler

PROMPTS = (
    "Tell me a story about a dragon.",
    "Once",
    "The capital of Japan is Tokyo. It is a large city, and",
    "むかしむかし、",
)
N_TOKENS = 24
# Factors on what was measured: more positions would show somewhat larger differences.
LOGIT_FACTOR, TYPICAL_FACTOR = 2.5, 1.5
NEAR_THE_BEST = 5.0  # logits: only tokens so close to the best one can be swapped with it
N_DRAWS = 200  # for a rate of texts that do not give back their ids


@dataclass
class Noise:
    """What was measured on one model: margins for sampled text, the greedy tie margin, rates by (prompt, null, limit).

    `own_texts` says whether rates are measured at all.
    """

    margin: Margin
    tie: float
    own_texts: bool
    recoding: dict[tuple[object, ...], float] = field(default_factory=dict)


_MEASURED: weakref.WeakKeyDictionary[Any, Noise] = weakref.WeakKeyDictionary()


def margin_for(model: Any) -> Margin:
    """The margin measured on `model`, else that of its dtype."""
    known = _MEASURED.get(model)
    return known.margin if known else margin_of(model.dtype)


def measured_tie(model: Any) -> float | None:
    """The greedy tie margin measured on `model`; None: that of its dtype is meant."""
    known = _MEASURED.get(model)
    return known.tie if known else None


def measure_noise(model: Any, tokenizer: Any, *, own_texts: bool = True) -> Noise:
    """Measure how far a padded batch with a cache and one text at once lie apart, and keep the result for `model`.

    Args:
        own_texts: whether the rates at which texts do not give back their ids are the model's own; of an embedded one
            they are known.

    Raises: ValueError for a dtype that the course does not know.
    """
    from autograder.stats.greedy import tie_margin

    table, tie = margin_of(model.dtype), tie_margin(model.dtype)
    most = near = square = 0.0
    with _numbers_untouched(model):
        for ours, theirs in _both_ways(model, tokenizer):
            off = (ours - theirs).abs()
            most = max(most, float(off.max()))
            square = max(square, float(off.square().mean().sqrt()))
            near = max(near, float(off[ours >= ours.max(-1, keepdim=True).values - NEAR_THE_BEST].max()))
    typical = None if table.typical is None else max(table.typical, TYPICAL_FACTOR * square)
    margin = replace(table, logit=max(table.logit, LOGIT_FACTOR * most), typical=typical)
    _MEASURED[model] = Noise(margin, max(tie, 2 * near), own_texts)
    return _MEASURED[model]


def recoding_for(model: Any, tokenizer: Any, prompt: str, null: Any, max_new_tokens: int, *, assumed: float) -> float:
    """An upper bound of the rate at which texts of `null` do not give back their ids.

    Returns: `assumed` for a model on which nothing was measured (an embedded one, whose rates tests/stats keeps); else
        at least that, and so large that as few changed texts as were seen in `N_DRAWS` draws have probability 1e-3.
    """
    from autograder.stats.samplers import Sampler

    known = _MEASURED.get(model)
    if known is None or not known.own_texts or not isinstance(null, Sampler):
        return assumed
    key = (prompt, null, max_new_tokens)
    if key not in known.recoding:
        known.recoding[key] = _recoding(model, tokenizer, prompt, null, max_new_tokens)
    return max(assumed, known.recoding[key])


def _recoding(model: Any, tokenizer: Any, prompt: str, null: Sampler, max_new_tokens: int) -> float:
    from autograder.stats.texts import recoded_draws

    encoded = tokenizer([prompt], return_tensors="pt").to(model.device)
    with _numbers_untouched(model):
        rows = model.generate(
            **encoded,
            do_sample=True,
            temperature=float(null.temperature),
            top_p=float(null.top_p),
            top_k=null.top_k,
            epsilon_cutoff=float(null.epsilon),
            num_return_sequences=N_DRAWS,
            max_new_tokens=max_new_tokens,
            **_padding(tokenizer),
        )
    _, n_prompt = encoded["input_ids"].shape
    rows = rows[:, n_prompt:].tolist()
    texts = tokenizer.batch_decode(rows, skip_special_tokens=True)
    changed = recoded_draws(model, tokenizer, prompt, rows, texts, null=null, max_new_tokens=max_new_tokens)
    return min(highest_rate(sum(changed), N_DRAWS), 0.9)


def _padding(tokenizer: Any) -> dict[str, int]:
    return {"pad_token_id": tokenizer.pad_token_id}


def highest_rate(k: int, n: int, p: float = 1e-3) -> float:
    """The largest rate at which k of n or fewer still have probability up to `p`, or a little above it.

    Source: Chernoff's bound P(K <= k) <= exp(-n KL(k/n, rate)), exact for k = 0.
    """
    low, high, seen = k / n, 1.0, k / n
    while high - low > 1e-9:
        rate = (low + high) / 2
        divergence = seen * math.log(seen / rate) if seen else 0.0
        divergence += (1 - seen) * math.log((1 - seen) / (1 - rate)) if seen < 1 else 0.0
        low, high = (low, rate) if n * divergence > -math.log(p) else (rate, high)
    return high


def _both_ways(model: Any, tokenizer: Any) -> Iterator[tuple[Tensor, Tensor]]:
    """For each prompt the logits (tokens, V) of one text at once, and of a padded batch that went token by token."""
    import torch

    prompts = [list(tokenizer(prompt)["input_ids"]) for prompt in PROMPTS]
    width = max(map(len, prompts))
    padded = [[tokenizer.pad_token_id] * (width - len(ids)) + ids for ids in prompts]
    made = model.generate(
        torch.tensor(padded, device=model.device),
        attention_mask=torch.tensor(
            [[0] * (width - len(ids)) + [1] * len(ids) for ids in prompts], device=model.device
        ),
        do_sample=True,
        top_k=0,
        min_new_tokens=N_TOKENS,
        max_new_tokens=N_TOKENS,
        **_padding(tokenizer),
        output_logits=True,
        return_dict_in_generate=True,
    )
    for index, ids in enumerate(prompts):
        whole = torch.tensor([[*ids, *made.sequences[index, width:-1].tolist()]], device=model.device)
        with torch.inference_mode():
            ours = model(whole).logits[0, len(ids) - 1 :].float().cpu()
        yield ours, torch.stack([one[index].float().cpu() for one in made.logits])


@contextmanager
def _numbers_untouched(model: Any) -> Iterator[None]:
    """A fixed seed inside, and the process's random numbers as they were afterwards."""
    import torch

    devices = [model.device] if model.device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(0)
        yield
