"""What the command was asked for, on its way to the page: the server of the page is another process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from autograder.models.catalog import EMBEDDED, Catalog, Entry

VARIABLE = "AUTOGRADER_PLAYGROUND"


@dataclass(frozen=True)
class Asked:
    """The model that the page opens with, and how models are read.

    Args:
        device, dtype: None: as the settings file or the model says.
        catalog: the models of the settings file.
    """

    model: str = EMBEDDED[0]
    device: str | None = None
    dtype: str | None = None
    catalog: Catalog = field(default_factory=Catalog)

    @property
    def names(self) -> list[str]:
        """Models to choose from: embedded ones, and those of the settings file."""
        return [*EMBEDDED, *(entry.name for entry in self.catalog.entries)]

    def as_environment(self) -> dict[str, str]:
        """For the environment of the server."""
        return {VARIABLE: json.dumps(asdict(self))}


def asked_in(environment: Mapping[str, str]) -> Asked:
    """What `as_environment` wrote; the defaults where there is nothing, as in a page that another program serves."""
    given = json.loads(environment.get(VARIABLE) or "{}")
    entries = given.pop("catalog", {"entries": ()})["entries"]
    return Asked(**given, catalog=Catalog(tuple(Entry(**entry) for entry in entries)))
