"""The names of the formats that marks can be written in; light, for the command line."""

from __future__ import annotations

from enum import Enum


class Format(str, Enum):
    """Of what `autograder export` writes."""

    moodle = "moodle"
    canvas = "canvas"
    csv = "csv"
    gradescope = "gradescope"
    junit = "junit"
