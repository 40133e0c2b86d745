"""Bets against mistakes that nobody named: each learns from the draws, or guesses what draws that depend on each other look like.

Every bet is a distribution Q over draws, fixed before the draw or given the earlier ones, so the product of Q / U is a
nonnegative supermartingale under every honest run (step 2 of the package's proof), and so is the mean over all bets.

- Bent distributions: for each family of `families`, the mean over its members (a Bayesian mixture), apart for the first
  token and later ones, apart by how sure the model is, and for all tokens together.
- Random numbers: u, drawn evenly in the cell that the token fills on [0, 1], is even and independent of what was before.
  Tables that learn from earlier draws predict its bin: alone, from u one step before, from u in the draw before.
- One random number for all steps of a draw; u or 1 - u of a partner draw; strata that fill up evenly.
- Draws repeated, draws repeated never, one draw or a few of them greedy.

Not found: dependence that none of these looks at, and differences too small for the number of draws: `docs/power.md`
says how many draws the smallest ones would take.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from autograder.stats.families import SIZES, Floats
from autograder.stats.steps import Call, Table, table_of

SURE = (0.3, 0.5, 0.8, 0.95)  # probabilities of the best token, where classes of sureness begin
BINS = 8  # of u
PAST = 4  # bins of an earlier u
COUNTS = (4.0, 80.0)  # a table counts so many draws as seen before the first
URNS = (1.0, 30.0)
STRATA = (8, 0)  # 0: as many as the call has draws
MOST_STRATA = 512
CAUTION = 0.01  # share of P in bets that would else be ruined by one draw
ODDS = 0.5
KAPPA = (1.0, 0.3, 0.1)  # for texts: the largest e-value of a draw is kappa / recoding
SMALLEST_CAP = 2.0

Ints = NDArray[np.int64]
# A running log of Q / P after each group of draws, (G,).
Path = Floats


def unnamed_evidence(calls: Sequence[Call]) -> float:
    """Log of the mean over all bets of Q / U for the draws of `calls`; 0 for no draws.

    A draw that no honest run can make counts as nothing here: of token ids it is a proof by itself.
    """
    table = table_of(calls)
    if not table.n_rows:
        return 0.0
    recoding = max((call.recoding or 0.0 for call in calls), default=0.0)
    base = table.sums(table.base)
    if not recoding:
        return _log_mean([float(path[-1]) for path in _bets(table, by_row=False)]) + float(base.sum())
    return _log_mean(
        [total for path in _bets(table, by_row=True) for total in _capped(np.diff(path, prepend=0.0) + base, recoding)]
    )


def _capped(ratios: Floats, recoding: float) -> Iterator[float]:
    """Log e-values of texts: E[min(L, K)] <= 1 + K recoding, for several caps K; most of the stake is bet."""
    for kappa in KAPPA:
        cap = kappa / recoding
        if cap >= SMALLEST_CAP or kappa == KAPPA[0]:
            bets = np.exp(np.minimum(ratios, math.log(cap))) / (1 + kappa)
            yield float(np.log(CAUTION + (1 - CAUTION) * bets).sum())


def _log_mean(values: Sequence[float]) -> float:
    top = max(values)
    return top + math.log(math.fsum(math.exp(value - top) for value in values) / len(values))


def _bets(table: Table, *, by_row: bool) -> Iterator[Path]:
    """The path of every bet: after each draw, or (`by_row` false) after all of them."""
    yield from _family_bets(table, by_row)
    yield from _number_bets(table, by_row)
    for rows in (*_urn_bets(table), *row_bets(table)):
        yield rows.cumsum() if by_row else np.array([rows.sum()])


def _running(table: Table, values: Floats, by_row: bool) -> Floats:
    """Sums over the tokens of all draws up to each one, (R, …); or over all tokens, (1, …)."""
    return table.sums(values).cumsum(0) if by_row else values.sum(0)[None]


def contexts(table: Table) -> list[Ints]:
    """Classes of tokens that learn apart: all of them, first and later ones, by how sure the model is."""
    return [
        np.zeros_like(table.position),
        np.minimum(table.position, 1),
        np.digitize(table.best, SURE).astype(np.int64),
    ]


def _family_bets(table: Table, by_row: bool) -> Iterator[Path]:
    for context in contexts(table):
        parts = [_running(table, table.gains * (context == one)[:, None], by_row) for one in np.unique(context)]
        yield from mixtures(parts)


def mixtures(parts: Sequence[Floats]) -> Iterator[Path]:
    """For each family the log of the product, over classes of tokens, of the mean over its members; `parts` are (G, N_COLUMNS)."""
    start = 0
    for size in SIZES.values():
        members = slice(start, start + size)
        yield sum((_mixture(part[:, members]) for part in parts), np.zeros(len(parts[0])))
        start += size


def _mixture(logs: Floats) -> Floats:
    """Log of the mean over the members of a family and P itself, (G,)."""
    top = np.maximum(logs.max(1), 0.0)
    total = np.exp(logs - top[:, None]).sum(1) + np.exp(-top)
    found: Floats = np.log(total / (logs.shape[1] + 1)) + top
    return found


def _number_bets(table: Table, by_row: bool) -> Iterator[Path]:
    """Tables over bins of u, in the order of probability and in that of ids."""
    inside = ~table.at_edge
    even = np.random.default_rng(0).random(len(table.row))
    for low, high in ((0, 1), (2, 3)):
        u = table.cells[:, low] + even * (table.cells[:, high] - table.cells[:, low])
        now = np.clip((u * BINS).astype(np.int64), 0, BINS - 1)
        then = np.clip((u * PAST).astype(np.int64), 0, PAST - 1)
        for context in (np.zeros_like(now), _of_step_before(table, then), _of_draw_before(table, then)):
            cells = np.zeros((len(now), (PAST + 1) * BINS))
            cells[np.arange(len(now)), context * BINS + now] = inside
            counts = _running(table, cells, by_row).reshape(-1, PAST + 1, BINS)
            for count in COUNTS:
                yield _learned(counts, count)


def _learned(counts: Floats, count: float) -> Path:
    """Log of the product of all predictions of Dirichlet tables, one for each context, over even ones."""
    from scipy.special import gammaln

    alpha = count / BINS
    cells = (gammaln(alpha + counts) - gammaln(alpha)).sum((1, 2))
    totals = counts.sum(2)
    rows = (gammaln(count + totals) - gammaln(count)).sum(1)
    found: Path = cells - rows + totals.sum(1) * math.log(BINS)
    return found


def _of_step_before(table: Table, bins: Ints) -> Ints:
    """The bin of the step before in the same draw; `PAST` for a first one."""
    before = np.concatenate([[PAST], bins[:-1]])
    return np.where(table.position == 0, PAST, before)


def _of_draw_before(table: Table, bins: Ints) -> Ints:
    """The bin of the same step in the draw before of the same call; `PAST` where there is none."""
    place = _partner_token(table, _earlier(table, 1))
    return np.where(place >= 0, bins[place], PAST)


def _earlier(table: Table, lag: int | Ints) -> Ints:
    """For each draw the one `lag` before it in its call, -1 for none."""
    first = table.call * (int(table.size.max(initial=0)) + 1)  # of a call's draws no two have one number
    numbers, wanted = first + table.place, first + table.place - lag
    index = np.searchsorted(numbers, wanted)  # never past the end: a draw comes before itself
    return np.where((table.place >= lag) & (numbers[index] == wanted), index, -1)


def _half(table: Table) -> Ints:
    """For each draw of the second half of a call its partner in the first half, -1 for others."""
    half = table.size // 2
    return np.where((table.size == 2 * half) & (table.place >= half), _earlier(table, half), -1)


def _partner_token(table: Table, partner: Ints) -> Ints:
    """For each token the one of the same position in the partner draw, -1 for none."""
    of_row = partner[table.row]
    place = table.starts[np.maximum(of_row, 0)] + table.position
    return np.where((of_row >= 0) & (place < table.starts[np.maximum(of_row, 0) + 1]), place, -1)


def _urn_bets(table: Table) -> Iterator[Floats]:
    log_p = table.sums(table.log_p)
    yield from (_from_urn(table, log_p, count) for count in URNS)


def row_bets(table: Table) -> Iterator[Floats]:
    """Log of Q / P of every draw, (R,), for bets on whole draws that learn nothing from other calls."""
    log_p = table.sums(table.log_p)
    halves = _half(table)
    odd = np.where(table.place % 2 == 1, _earlier(table, 1), -1)
    for partner in (_earlier(table, 1), halves):
        equal = np.array([one >= 0 and table.keys[one] == key for one, key in zip(partner, table.keys, strict=True)])
        yield np.where(partner >= 0, _mixed(ODDS, equal, log_p), 0.0)
    yield _never_twice(table, log_p)
    greedy = table.sums((~table.is_greedy).astype(np.float64)) == 0
    yield _mixed(0.05, greedy, log_p)
    for chosen in (table.place == 0, table.place == table.size - 1):
        yield np.where(chosen & (table.size > 1), _mixed(0.9, greedy, log_p), 0.0)
    for low, high in ((0, 1), (2, 3)):
        yield _one_number(table, table.cells[:, low], table.cells[:, high])
        for partner in (odd, halves):
            yield from _partners(table, _partner_token(table, partner), table.cells[:, low], table.cells[:, high])
        yield from (_even_strata(table, table.cells[:, low], table.cells[:, high], n) for n in STRATA)


def _mixed(share: float, hit: NDArray[np.bool_], log_p: Floats) -> Floats:
    """Log of Q / P when a share of Q lies on one draw, which `hit` says was made."""
    return np.logaddexp(math.log1p(-share), np.where(hit, math.log(share) - log_p, -np.inf))


def _from_urn(table: Table, log_p: Floats, count: float) -> Floats:
    """Polya's urn: an earlier draw of the same question comes again as often as it came, beside `count` new ones."""
    seen: dict[Hashable, Counter[Hashable]] = {}
    found = np.zeros(table.n_rows)
    for index, (question, key) in enumerate(zip(table.questions, table.keys, strict=True)):
        urn = seen.setdefault(question, Counter())
        n, m = urn.total(), urn[key]
        again = math.log(m) - log_p[index] if m else -math.inf
        found[index] = np.logaddexp(math.log(count), again) - math.log(count + n)
        urn[key] += 1
    return found


def _never_twice(table: Table, log_p: Floats) -> Floats:
    """No draw of a call equals an earlier one of the call."""
    found = np.zeros(table.n_rows)
    seen: set[Hashable] = set()
    mass = 0.0
    for index, key in enumerate(table.keys):
        if index and table.call[index] != table.call[index - 1]:
            seen, mass = set(), 0.0
        if key in seen:
            found[index] = math.log(CAUTION)
            continue
        found[index] = math.log((1 - CAUTION) / max(1 - mass, 1e-9) + CAUTION)
        seen.add(key)
        mass += math.exp(log_p[index])
    return found


def _one_number(table: Table, low: Floats, high: Floats) -> Floats:
    """One u makes all tokens of a draw: it lies in all their cells."""
    left, right = np.zeros(table.n_rows), np.ones(table.n_rows)
    log_q = np.zeros(table.n_rows)
    for position in range(int(table.position.max()) + 1):
        at = np.flatnonzero(table.position == position)
        rows = table.row[at]
        new_left, new_right = np.maximum(left[rows], low[at]), np.minimum(right[rows], high[at])
        share = np.maximum(new_right - new_left, 0.0) / np.maximum(right[rows] - left[rows], 1e-300)
        with np.errstate(divide="ignore"):
            log_q[rows] += np.log(share) - np.log(np.maximum(high[at] - low[at], 1e-300))
        left[rows], right[rows] = new_left, np.maximum(new_right, new_left)
    return np.logaddexp(math.log(ODDS), math.log(ODDS) + np.where(np.isfinite(log_q), log_q, -np.inf))


def _partners(table: Table, partner: Ints, low: Floats, high: Floats) -> Iterator[Floats]:
    """u of a token is that of its partner, or 1 minus that."""
    there = (partner >= 0) & ~table.at_edge
    theirs = (low[partner], high[partner])
    for left, right in (theirs, (1 - theirs[1], 1 - theirs[0])):
        common = np.maximum(np.minimum(high, right) - np.maximum(low, left), 0.0)
        areas = np.maximum((right - left) * (high - low), 1e-300)
        yield table.sums(np.where(there, np.log(ODDS + ODDS * common / areas), 0.0))


def _even_strata(table: Table, low: Floats, high: Floats, n_strata: int) -> Floats:
    """The first u of the draws of a call fill n strata evenly: what is still lacking comes sooner."""
    found = np.zeros(table.n_rows)
    lacking, edges = np.zeros(0), np.zeros(0)
    for index in range(table.n_rows):
        call, token, size = table.call[index], table.starts[index], int(table.size[index])
        if index == 0 or table.call[index - 1] != call:
            n = n_strata or min(size, MOST_STRATA)
            lacking, edges = np.full(n, size / n), np.linspace(0.0, 1.0, n + 1)
        width = high[token] - low[token]
        if size < max(len(lacking), 2) or width <= 0:
            continue
        inside = (
            np.clip(np.minimum(edges[1:], high[token]) - np.maximum(edges[:-1], low[token]), 0.0, None) / width
        )  # of the cell
        weights = np.maximum(lacking, 0.0) + ODDS
        shares = inside * weights
        density = shares.sum() * len(lacking) / weights.sum()
        found[index] = math.log(CAUTION + (1 - CAUTION) * density)
        lacking -= shares / max(shares.sum(), 1e-300)
    return found
