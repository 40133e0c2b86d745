"""Which exercise shows which pictures, and what they are called there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from figures import cutoffs, decoding, distributions, diversity, limits, stages, sweeps, tokens
from figures.svg import FigureLanguage

LANGUAGES: tuple[FigureLanguage, ...] = ("ja", "en")
# Exercise → its pictures; a picture's file is called like its function.
PICTURES: dict[str, tuple[Callable[[FigureLanguage], str], ...]] = {
    "token_budget": (limits.token_limits,),
    "manual_tokenization": (tokens.tokens_and_ids,),
    "manual_decoding": (tokens.bytes_joined,),
    "generate_without_pipeline": (stages.three_stages,),
    "greedy_loop": (decoding.beam,),
    "batch_prompts": (limits.padding,),
    "self_bleu": (diversity.self_bleu_references,),
    "temperature_softmax": (distributions.temperatures,),
    "top_p": (cutoffs.nucleus,),
    "top_k": (cutoffs.top_k_and_top_p,),
    "epsilon": (cutoffs.epsilon_floor,),
    "min_p": (cutoffs.scaled_floor,),
    "draw": (distributions.inverse_cdf,),
    "sampling_loop": (decoding.sampling_round,),
    "top_p_sweep": (sweeps.self_bleu_over_top_p,),
    "temperature_sweep": (sweeps.self_bleu_over_temperature,),
}


def exercise_folders(solutions: Path) -> dict[str, Path]:
    """Exercise name → its folder."""
    return {path.name.partition("_")[2]: path for path in sorted(solutions.glob("u??_*/e??_*"))}


def draw_all(solutions: Path) -> Iterator[tuple[Path, str]]:
    """Each picture's place in the folder of its exercise, and its text."""
    for exercise, folder in exercise_folders(solutions).items():
        for picture in PICTURES.get(exercise, ()):
            for language in LANGUAGES:
                yield folder / "figures" / f"{picture.__name__}.{language}.svg", picture(language)
