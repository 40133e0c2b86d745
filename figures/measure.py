"""Self-BLEU of the embedded chat model over top_p and temperature, measured with the reference answer.

    python -m figures.measure        (about 10 minutes of processor time; writes figures/measured.json)

Another version of torch draws other texts; the file says with which versions its numbers were made.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from autograder.course import read_course
from autograder.course.source import without_marks
from autograder.models import load

ROOT = Path(__file__).parent.parent
MEASURED = Path(__file__).with_name("measured.json")
MODEL, PROMPT = "tiny-chat", "Tell me a story about a dragon."
N_TEXTS, N_SEEDS, MAX_NEW_TOKENS = 8, 20, 100
TOP_PS = (0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0)
TEMPERATURES = (0.1, 0.3, 0.5, 0.8, 1.0, 1.2, 1.5, 2.0)
FIXED_TEMPERATURES, FIXED_TOP_PS = (0.8, 1.5), (0.5, 1.0)  # of the sweeps over the other one


def main() -> None:
    """Measure every setting and write the file."""
    import torch  # here, because drawing needs this module's file and no model

    torch.set_num_threads(1)
    sweep = _reference()["sweep_top_p"]
    lm = load(MODEL)
    points = []
    for top_p, temperature in sorted(settings()):
        found = [
            sweep(lm.model, lm.tokenizer, PROMPT, [top_p], N_TEXTS, MAX_NEW_TOKENS, temperature, seed)[top_p]
            for seed in range(N_SEEDS)
        ]
        points.append(
            {
                "top_p": top_p,
                "temperature": temperature,
                "average_self_bleu": [round(average, 2) for _, average in found],
                "first_text": found[0][0][0].strip(),
            }
        )
    MEASURED.write_text(json.dumps(_about() | {"points": points}, ensure_ascii=False, indent=1) + "\n", "utf-8")


def settings() -> set[tuple[float, float]]:
    """Every pair of top_p and temperature that one of the sweeps needs."""
    over_top_p = {(top_p, fixed) for top_p in TOP_PS for fixed in FIXED_TEMPERATURES}
    return over_top_p | {(fixed, temperature) for temperature in TEMPERATURES for fixed in FIXED_TOP_PS}


def _reference() -> dict[str, Any]:
    """The names that the reference answer of the exercise `top_p_sweep` defines."""
    exercises = [exercise for unit in read_course(ROOT / "solutions").units for exercise in unit.exercises]
    (exercise,) = (exercise for exercise in exercises if exercise.name == "top_p_sweep")
    names: dict[str, Any] = {}
    exec(compile(without_marks(exercise.solution), "top_p_sweep.py", "exec"), names)
    return names


def _about() -> dict[str, Any]:
    return {
        "model": MODEL,
        "prompt": PROMPT,
        "n_texts": N_TEXTS,
        "n_seeds": N_SEEDS,
        "max_new_tokens": MAX_NEW_TOKENS,
        "versions": {name: version(name) for name in ("torch", "transformers", "sacrebleu")},
    }


if __name__ == "__main__":
    main()
