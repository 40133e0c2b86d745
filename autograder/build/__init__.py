"""Building assignment sets: `solutions/` → `assignments/`.

The whole secrecy rule lives here: only prose with its figures, hints (the sentences of hints.yaml, and what mistakes say
of public checks), `checks_public.py` and `solution.py` with its holes go out. Nothing else of `solutions/` is read for the build.
"""

from autograder.build.plan import differences, plan_assignments, write_assignments

__all__ = ["differences", "plan_assignments", "write_assignments"]
