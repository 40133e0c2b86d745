"""Settings at which a model shows what a check wants to see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

HOTTEST, COLDEST = 50.0, 0.05


def temperature_for(model: Any, prompt_ids: Sequence[int], token: int, p: float) -> float:
    """A temperature, to three digits, at which `token` comes next with a probability of about `p`.

    1 where `token` is not the best one, so that there may be none.
    """
    import torch

    with torch.inference_mode():
        ids = torch.tensor([list(prompt_ids)], device=model.device)
        logits = model(input_ids=ids, use_cache=False).logits[0, -1].double().cpu()
    if int(logits.argmax()) != token:
        return 1.0
    cold, hot = COLDEST, HOTTEST
    for _ in range(40):  # the best token's probability falls as the temperature rises
        middle = (cold * hot) ** 0.5
        is_likelier = float((logits / middle).softmax(-1)[token]) > p
        cold, hot = (middle, hot) if is_likelier else (cold, middle)
    return float(f"{cold:.3g}")
