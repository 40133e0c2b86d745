"""What each setting does to the distribution of the next token, by transformers' own logits processors.

Stages follow each other as in `generate`: temperature, top-k, top-p, epsilon. A setting that does nothing
(temperature 1, top-k 0, top-p 1, epsilon 0) is no stage.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from autograder.models import LoadedModel
from autograder.stats import Sampler

if TYPE_CHECKING:
    from torch import Tensor

StageName = Literal["temperature", "top_k", "top_p", "epsilon"]


@dataclass(frozen=True)
class Stage:
    """One setting at work.

    Args:
        value: of the setting.
        before: probabilities that it meets, shape (V,).
        after: probabilities that it leaves, shape (V,), sum 1.
        kept: tokens that may still be drawn after it, shape (V,), bool.
    """

    name: StageName
    value: float
    before: Tensor
    after: Tensor
    kept: Tensor

    @property
    def n_kept(self) -> int:
        return int(self.kept.sum())

    @property
    def n_cut(self) -> int:
        """How many tokens that could still be drawn before it cannot be drawn any more."""
        return int((~self.kept & (self.before > 0)).sum())

    @property
    def cut_mass(self) -> float:
        """Probability of what it cut, in the distribution that it met."""
        return float(self.before[~self.kept].sum())


@dataclass(frozen=True)
class Distribution:
    """The next token: the model's probabilities, the stages that change them, and what is left.

    Args:
        model: the model's own probabilities, shape (V,), sum 1.
        order: token ids, most probable first, shape (V,). No stage changes the order.
    """

    model: Tensor
    order: Tensor
    stages: tuple[Stage, ...]

    @property
    def final(self) -> Tensor:
        """What a token is drawn from, shape (V,), sum 1."""
        return self.stages[-1].after if self.stages else self.model

    @property
    def n_kept(self) -> int:
        return self.stages[-1].n_kept if self.stages else len(self.model)

    @property
    def cut_mass(self) -> float:
        """Share of the model's distribution that can no longer be drawn."""
        return float(self.model[~self.stages[-1].kept].sum()) if self.stages else 0.0

    def cut_by(self, token_id: int) -> StageName | None:
        """The stage that took the token out of the draw; None if it may be drawn."""
        return next((stage.name for stage in self.stages if not stage.kept[token_id]), None)


def next_token_logits(loaded: LoadedModel, ids: Sequence[int]) -> Tensor:
    """The model's scores behind `ids`, as `generate` takes them: shape (V,), float32, on the CPU."""
    import torch

    with torch.inference_mode():
        logits = loaded.model(torch.tensor([list(ids)], device=loaded.model.device)).logits
        return logits[0, -1].to(device="cpu", dtype=torch.float32, copy=True)


def distribution(logits: Tensor, sampler: Sampler) -> Distribution:
    """What `sampler` makes of the scores, shape (V,), of one token."""
    import torch

    scores = logits[None]
    model = probabilities(scores)
    stages, before = [], model
    for name, value, warper in _warpers(sampler):
        scores = warper(torch.zeros((1, 0), dtype=torch.long), scores)
        after, kept = probabilities(scores), scores[0] > -torch.inf
        stages.append(Stage(name, value, before, after, kept))
        before = after
    return Distribution(model, logits.sort(descending=True, stable=True).indices, tuple(stages))


def probabilities(scores: Tensor) -> Tensor:
    """Of scores of shape (1, V), shape (V,) float64."""
    return scores[0].double().softmax(dim=-1)


def effective_choices(probs: Tensor) -> float:
    """exp(entropy): among how many equally likely tokens a draw would be as uncertain. From 1 to V."""
    import torch

    return float(torch.special.entr(probs).sum().exp())


def _warpers(sampler: Sampler) -> Iterator[tuple[StageName, float, Any]]:
    """transformers' own processors for the settings in force, in the order of `generate`."""
    from transformers.generation.logits_process import (
        EpsilonLogitsWarper,
        TemperatureLogitsWarper,
        TopKLogitsWarper,
        TopPLogitsWarper,
    )

    if sampler.temperature != 1:
        yield "temperature", sampler.temperature, TemperatureLogitsWarper(sampler.temperature)
    if sampler.top_k > 0:
        yield "top_k", sampler.top_k, TopKLogitsWarper(sampler.top_k)
    if sampler.top_p < 1:
        yield "top_p", sampler.top_p, TopPLogitsWarper(sampler.top_p)
    if sampler.epsilon > 0:
        yield "epsilon", sampler.epsilon, EpsilonLogitsWarper(sampler.epsilon)
