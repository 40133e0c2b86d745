"""Seeded choices and the word lists in `training/data`."""

import json
import random
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

Item = TypeVar("Item")

DATA = Path(__file__).parent.parent / "data"


def zipf(rng: random.Random, items: Sequence[Item], key: str = "") -> Item:
    """Draw an item with probability proportional to 1/rank.

    A `key` rotates the ranking, so that two keys mostly prefer different items. The first rank has about
    twice the probability of the second: greedy decoding finds it and sampling still varies.
    """
    start = zlib.crc32(key.encode()) % len(items) if key else 0
    weights = [1 / (rank + 1) for rank in range(len(items))]
    rank = rng.choices(range(len(items)), weights)[0]
    return items[(start + rank) % len(items)]


@cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """The tab-separated rows of a data file, comment lines left out."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return tuple(tuple(line.split("\t")) for line in lines if line and not line.startswith("#"))


@cache
def phrases(name: str) -> dict[str, tuple[str, ...]]:
    """The lists of a JSON data file by name."""
    lists = json.loads((DATA / name).read_text(encoding="utf-8"))
    return {part: tuple(values) for part, values in lists.items()}


@cache
def nouns(language: str) -> dict[str, str]:
    """Every story noun of a language ("en" or "ja") with its class."""
    found: dict[str, str] = {}
    for (line,) in rows(f"nouns.{language}.txt"):
        noun_class, *words = line.split(" ")
        found.update({word.replace("_", " "): noun_class for word in words})
    return found
