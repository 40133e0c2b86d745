"""How often the statistical checks are wrong: false fails bounded by proof, power measured.

`docs/power.json` and `docs/power.md` hold the figures; `autograder power` measures what is missing or stale,
the audit reads them. Power is that of a submission which draws from a named alternative exactly; it says
nothing about mistakes that nobody named.
"""

from autograder.power.findings import audit_power, figures_file

__all__ = ["audit_power", "figures_file"]
