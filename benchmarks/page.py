"""The figures of one run as a page to read."""

from __future__ import annotations

from typing import Any


def page(found: dict[str, Any]) -> str:
    """docs/benchmark.md: seconds, the ratios that count, and the queue with troublemakers."""
    ours = found["ours"]
    n, one, two = found["submissions"], ours["jobs_1"], ours["jobs_2"]
    floor = (each(ours["floor_before"]) + each(ours["floor_after"])) / 2
    further = (one["cpu_s"] - ours["one"]["cpu_s"]) / (n - 1)
    stock_further, through_further = (_further(found[name]) for name in ("nbgrader", "through_nbgrader"))
    fresh, stock, otter = (each(cost) for cost in (found["pytest"], found["nbgrader"]["class"], found["otter"]))
    rows = [
        ("the functions alone, in a warm process (floor)", floor),
        ("autograder grade, each further submission", further),
        (f"autograder grade, its start included ({n} submissions)", each(one)),
        ("plain pytest, a fresh process each", fresh),
        (f"nbgrader autograde, {n} in one run", stock),
        ("nbgrader autograde, each further submission", stock_further),
        ("nbgrader autograde with our engine, each further submission (six notebooks)", through_further),
        ("otter run, one at a time", otter),
    ]
    table = "".join(f"| {name} | {cpu_s:.2f} | {cpu_s / floor:.2f} |\n" for name, cpu_s in rows)
    ratios = [
        ("our CPU, less 0.05 s, over the floor", (further - 0.05) / floor, "at most 1.15"),
        ("plain pytest's CPU over ours", fresh / further, "at least 10"),
        ("nbgrader's CPU over ours", stock / further, "at least 12"),
        ("nbgrader's CPU over that of nbgrader with our engine, starts apart", stock_further / through_further, "at least 10"),
        ("Otter's CPU over ours", otter / further, "at least 18"),
        ("time to the first result over the time of the imports", one["first_s"] / ours["imports"]["wall_s"], "at most 1.5"),
        ("results per second with two jobs over one", one["rest_s"] / two["rest_s"], "at least 1.8"),
        ("CPU to fork and jail a student process and import its text (ms)", ours["jail"]["setup_cpu_ms"], "at most 20"),
        ("the same and its end (ms)", ours["jail"]["whole_cpu_ms"], ""),
        ("private memory of a student process (MiB)", ours["jail"]["private_mib"], "at most 20"),
    ]  # fmt: skip
    bars = "".join(f"| {name} | {value:.2f} | {bar} |\n" for name, value, bar in ratios)
    queue = "".join(
        f"| {row['submission']} | {row['wall_s']:.1f} | {row['points']:g} | {row['verdict']} | {row['message']} |\n"
        for row in found["queue"]
    )
    return f"""# What grading costs / 採点の費用

A class of {n} right submissions, six exercises with the same checks in every system, the embedded model tiny-chat; one run of
`uv run python -m benchmarks` on {found["machine"]}. The seconds are this machine's; the ratios are what to compare.

| system | CPU s per submission | over the floor |
|---|--:|--:|
{table}
| measure | here | bar |
|---|--:|---|
{bars}
## A queue with troublemakers / 困った提出が混ざった列

One job; in every second submission one of the six functions makes trouble, and its other five are right. Each costs its own limit
and one point; the right ones between them get all six.

| submission | s until its report | points of 6 | verdict | what the student reads |
|---|--:|--:|---|---|
{queue}"""


def _further(costs: dict[str, dict[str, Any]]) -> float:
    """CPU seconds for one submission more in the same run."""
    one, all_ = costs["one"], costs["class"]
    return float((all_["cpu_s"] - one["cpu_s"]) / (all_["n"] - one["n"]))


def each(cost: dict[str, Any]) -> float:
    """CPU seconds for one submission."""
    return float(cost["cpu_s"] / cost["n"])
