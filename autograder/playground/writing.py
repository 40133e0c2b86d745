"""Texts written by the model, greedily or by sampling, and how much they resemble each other."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from autograder.errors import SettingsError
from autograder.messages import visible_name
from autograder.models import LoadedModel, left_as_found
from autograder.playground.prompts import require_room
from autograder.stats import Sampler

if TYPE_CHECKING:
    from transformers import GenerationConfig

Swept = Literal["temperature", "top_p"]
Words = Literal["13a", "char"]  # sacrebleu's ways to split a text

# Threads of several open pages share torch's random numbers and the loaded model's settings.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Written:
    """A continuation: its new ids up to EOS, EOS included, and their text without special tokens."""

    ids: tuple[int, ...]
    text: str
    ended: bool  # by EOS, not by the limit


@dataclass(frozen=True)
class Diversity:
    """Self-BLEU of several texts, 0 to 100 each, in their order. The lower, the more diverse."""

    scores: tuple[float, ...]

    @property
    def average(self) -> float:
        return sum(self.scores, 0.0) / max(len(self.scores), 1)


@dataclass(frozen=True)
class SweepPoint:
    """The texts of one value of the setting that is swept, and their Self-BLEU."""

    value: float
    texts: tuple[str, ...]
    diversity: Diversity

    @property
    def n_different(self) -> int:
        return len(set(self.texts))


def write_greedily(loaded: LoadedModel, ids: Sequence[int], max_new_tokens: int) -> Written:
    """The continuation that takes the most probable token every time."""
    return _write(loaded, ids, _config(loaded, max_new_tokens, do_sample=False), 0)[0]


def write_samples(
    loaded: LoadedModel, ids: Sequence[int], sampler: Sampler, *, n: int, max_new_tokens: int, seed: int
) -> list[Written]:
    """`n` continuations drawn independently of each other. The same arguments give the same texts."""
    config = _config(
        loaded,
        max_new_tokens,
        do_sample=True,
        num_return_sequences=n,
        temperature=float(sampler.temperature),
        top_k=sampler.top_k,
        top_p=float(sampler.top_p),
        epsilon_cutoff=float(sampler.epsilon),
    )
    return _write(loaded, ids, config, seed)


def sweep(
    loaded: LoadedModel,
    ids: Sequence[int],
    sampler: Sampler,
    *,
    swept: Swept,
    values: Sequence[float],
    n: int,
    max_new_tokens: int,
    seed: int,
    words: Words,
) -> Iterator[SweepPoint]:
    """One point for each of `values`, which replace the setting `swept` of `sampler`; each has a seed of its own."""
    for index, value in enumerate(values):
        changed = replace(sampler, temperature=value) if swept == "temperature" else replace(sampler, top_p=value)
        written = write_samples(loaded, ids, changed, n=n, max_new_tokens=max_new_tokens, seed=seed + index)
        texts = tuple(one.text for one in written)
        yield SweepPoint(value, texts, diversity_of(texts, words))


def read_values(text: str, swept: Swept) -> list[float]:
    """The values to sweep, as typed: numbers between commas or spaces, in rising order, each once.

    Raises: SettingsError if there is none, if one is no number, or if one is out of range.
    """
    parts = text.replace("、", ",").replace("，", ",").replace(",", " ").split()
    asked_ja = "0 より大きい数" if swept == "temperature" else "0 より大きく 1 以下の数"
    asked_en = "above 0" if swept == "temperature" else "above 0 and at most 1"
    name = {"temperature": "temperature", "top_p": "top-p"}[swept]
    values = set()
    for part in parts:
        try:
            values.add(_value(float(part), swept))
        except ValueError as error:
            raise SettingsError(
                ja=f"{name} に {visible_name(part)} は使えません。{asked_ja}を、コンマで区切って入力してください。",
                en=f"{name} cannot be {visible_name(part)}. Type numbers {asked_en}, with commas between them.",
            ) from error
    if not values:
        raise SettingsError(
            ja=f"{name} の値がありません。{asked_ja}を、コンマで区切って入力してください。",
            en=f"No value of {name} is given. Type numbers {asked_en}, with commas between them.",
        )
    return sorted(values)


def diversity_of(texts: Sequence[str], words: Words = "13a") -> Diversity:
    """Self-BLEU: sacrebleu's sentence-level BLEU with the other texts as references.

    Args:
        texts: at least two; with fewer nothing can be compared, and there are no scores.
        words: "13a" splits at spaces, as the course's exercises do; "char" into characters, for Japanese.
    """
    from sacrebleu.metrics import BLEU

    if len(texts) < 2:
        return Diversity(())
    metric, counts = BLEU(effective_order=True, tokenize=words), Counter(texts)
    # A text that came twice has itself as a reference; a reference counts once, however often it came.
    score_of = {
        text: metric.sentence_score(text, [other for other in counts if other != text or n > 1]).score
        for text, n in counts.items()
    }
    return Diversity(tuple(float(score_of[text]) for text in texts))


def own_settings(loaded: LoadedModel) -> dict[str, object]:
    """What the model's authors suggest for generation, special tokens aside; the playground leaves it out."""
    suggested: dict[str, object] = loaded.model.generation_config.to_diff_dict()
    return {name: value for name, value in suggested.items() if not name.endswith(("_token_id", "_version"))}


def _value(value: float, swept: Swept) -> float:
    """`value` itself. Raises: ValueError if the setting cannot have it."""
    if value == float("inf"):
        raise ValueError("expected a finite number")
    sampler = Sampler(temperature=value) if swept == "temperature" else Sampler(top_p=value)
    return sampler.temperature if swept == "temperature" else sampler.top_p


def ending_ids(loaded: LoadedModel) -> list[int]:
    """The ids that end a text: some models have several."""
    ends = loaded.model.generation_config.eos_token_id
    ends = loaded.tokenizer.eos_token_id if ends is None else ends
    return list(ends) if isinstance(ends, (list, tuple)) else [] if ends is None else [ends]


def _config(loaded: LoadedModel, max_new_tokens: int, **settings: object) -> GenerationConfig:
    """Settings of one call of `generate`; what ends a text is the model's."""
    from transformers import GenerationConfig

    ends, padding = ending_ids(loaded), loaded.tokenizer.pad_token_id
    if padding is None:
        padding = ends[0] if ends else 0
    return GenerationConfig(max_new_tokens=max_new_tokens, eos_token_id=ends or None, pad_token_id=padding, **settings)


def _write(loaded: LoadedModel, ids: Sequence[int], config: GenerationConfig, seed: int) -> list[Written]:
    """What `generate` adds to `ids`. Raises: SettingsError if the model has no room for it."""
    import torch

    require_room(loaded, len(ids), config.max_new_tokens)
    device = loaded.model.device
    prompt = torch.tensor([list(ids)], device=device)
    with _ONE_AT_A_TIME, left_as_found(loaded), torch.random.fork_rng([] if device.type == "cpu" else [device]):
        torch.manual_seed(seed)
        # What the model's authors suggest (generation_config.json) would fill in what `config` leaves open.
        loaded.model.generation_config = config
        rows = loaded.model.generate(prompt, attention_mask=torch.ones_like(prompt), generation_config=config)
    ends = config.eos_token_id or []
    return [_read(loaded, row, ends) for row in rows[:, len(ids) :].tolist()]


def _read(loaded: LoadedModel, new: list[int], ends: Sequence[int]) -> Written:
    """New ids up to EOS: what follows is padding."""
    length = next((index + 1 for index, one in enumerate(new) if one in ends), None)
    kept = new[:length]
    return Written(tuple(kept), loaded.tokenizer.decode(kept, skip_special_tokens=True), length is not None)
