"""The model server of the benchmark: `python -m benchmarks.gpu.server NUMBER`, with the shape as the model's name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autograder.server.engine import Engine
from autograder.server.serve import card_of, main, runner_of
from benchmarks.gpu.shapes import Shape, make_model


def shape_from(text: str) -> Shape:
    """The shape that `json.dumps(shape.as_text())` wrote."""
    return Shape(**json.loads(text))


def load_random(settings: dict[str, Any]) -> tuple[Engine, list[dict[str, Any]]]:
    """One model with random weights."""
    (fields,) = settings["models"]
    model = make_model(Shape(**fields))
    engine = Engine({0: runner_of(model, settings, 1)})
    return engine, [card_of(model, Path(settings["folder"])) | {"name": "random", "original": "random"}]


if __name__ == "__main__":
    main(load_random)
