"""The figures of one run as a page to read."""

from __future__ import annotations

from typing import Any


def page(found: dict[str, Any]) -> str:
    """docs/benchmark.md: seconds, and the ratios that count."""
    n = found["submissions"]
    floor = found["floor"]["cpu_s"] / n
    each = (found["ours_1_jobs"]["cpu_s"] - found["ours_one"]["cpu_s"]) / (n - 1)
    fresh = found["pytest"]["cpu_s"] / found["pytest"]["n"]
    one, two = found["ours_1_jobs"], found["ours_2_jobs"]
    rows = [
        ("the functions alone, in a warm process (floor)", floor, floor / floor),
        ("autograder grade, each further submission", each, each / floor),
        ("plain pytest, a fresh process each", fresh, fresh / floor),
    ]
    table = "".join(f"| {name} | {cpu_s:.2f} | {ratio:.2f} |\n" for name, cpu_s, ratio in rows)
    ratios = [
        ("our CPU, less 0.05 s, over the floor", (each - 0.05) / floor, "at most 1.15"),
        ("plain pytest's CPU over ours", fresh / each, "at least 10"),
        ("time to the first result over the time of the imports", one["first_s"] / found["imports"]["wall_s"], "at most 1.5"),
        ("results per second with two jobs over one", one["rest_s"] / two["rest_s"], "at least 1.8"),
        ("CPU to fork, jail and end a student process (ms)", found["jail"]["fork_and_jail_cpu_ms"], "at most 20"),
        ("private memory of a student process (MiB)", found["jail"]["private_mib"], "at most 20"),
    ]  # fmt: skip
    bars = "".join(f"| {name} | {value:.2f} | {bar} |\n" for name, value, bar in ratios)
    return f"""# What grading costs / 採点の費用

A class of {n} right submissions, six exercises with the same checks in every system, the embedded model tiny-chat; one run of
`uv run python -m benchmarks` on {found["machine"]}. The seconds are this machine's; the ratios are what to compare.

| system | CPU s per submission | over the floor |
|---|--:|--:|
{table}
| measure | here | bar |
|---|--:|---|
{bars}"""
