"""How often a judgement fails submissions that draw like one of the `strangers`, whom no check names.

Only the bets that nobody named are counted, and of these only the ones that a resample can add up: what a judgement fails
is at least that. Strangers whose draws depend on each other over a whole call are drawn anew for every run.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import yaml

from autograder.errors import CourseError, yaml_fault
from autograder.exercise import Exercise
from autograder.grading.run import seed_of
from autograder.power.described import described
from autograder.power.resampling import lower_limit
from autograder.power.strangers import DEPENDENT, SHAPED, Rows, Stranger, Task
from autograder.stats import Question, Ruling, Sampler, weigh_draws, weigh_texts, weigh_tokens
from autograder.stats.evidence import Evidence
from autograder.stats.families import Floats
from autograder.stats.steps import Call, Table, table_of
from autograder.stats.unnamed import contexts, mixtures, row_bets, unnamed_evidence

POOL_TOKENS, SMALLEST_POOL = 1_500, 250  # tokens in a pool of draws, and draws in it at least
RESAMPLES = 5_000
RUNS = 6  # of whole calls
REACH = "unnamed.yaml"
NO_EOS = -1
N_BETS = 110  # at least as many as there are
N_CLASSES = (1, 2, 5)  # of tokens that learn apart, for each way of `contexts`


@dataclass(frozen=True)
class Caught:
    """The share of `n_runs` runs that fail one judgement of a check, and its lower limit at 99 %."""

    stranger: str
    check: str
    asked: list[str]
    n_runs: int
    rate: float
    rate_low: float


@dataclass(frozen=True)
class Reach:
    """What an exercise's `unnamed.yaml` says: stranger → the check that finds it, or why none does."""

    found: dict[str, str]
    out_of_reach: dict[str, str]


def read_reach(exercise: Exercise) -> Reach | None:
    """What the exercise promises about mistakes that nobody named; None without a file `unnamed.yaml`.

    Raises: CourseError for a file that leaves out a stranger, names another one, or another check.
    """
    path = exercise.folder / REACH
    if not path.exists():
        return None
    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        fault = yaml_fault(path, error)
        raise CourseError(ja=fault.ja, en=fault.en) from error
    match read:
        case {"found": dict(found), "out_of_reach": dict(others), **rest} if not rest:
            reach = Reach({str(k): str(v) for k, v in found.items()}, {str(k): str(v) for k, v in others.items()})
        case _:
            raise CourseError(
                ja=f"{path}: `found`（名前 → チェック）と `out_of_reach`（名前 → 理由）の 2 つのはずです。",
                en=f"{path}: expected the two mappings `found` (name → check) and `out_of_reach` (name → reason).",
            )
    names, checks = [*reach.found, *reach.out_of_reach], {check.id for check in exercise.checks}
    odd = sorted(set(names) ^ (SHAPED.keys() | DEPENDENT.keys())) + sorted(set(reach.found.values()) - checks)
    if odd or len(names) != len(set(names)):
        raise CourseError(
            ja=f"{path}: どの誤りも 1 回ずつ、この課題のチェックとともに挙げるはずですが、合わないものがあります: {'; '.join(odd) or '重複'}",
            en=f"{path}: expected every stranger once, with a check of this exercise; these do not fit: {'; '.join(odd) or 'one twice'}",
        )
    return reach


def caught(check: str, rulings: Sequence[Ruling], names: Sequence[str]) -> list[Caught]:
    """For each of the strangers `names`, what that of a check's judgements finds which one run shows to find most."""
    able = [ruling for ruling in rulings if _is_about_samples(ruling)]
    return [_caught(check, _most_telling(able, name), name) for name in names if able]


def _most_telling(rulings: Sequence[Ruling], name: str) -> Ruling:
    """The judgement to which one run of the stranger looks worst."""
    if len(rulings) == 1:
        return rulings[0]
    stranger = {**SHAPED, **DEPENDENT}[name]
    rng = np.random.default_rng(seed_of("pilot", name))
    return max(rulings, key=lambda one: _log_e(one.questions, stranger, rng) + math.log(one.alpha))


def _is_about_samples(ruling: Ruling) -> bool:
    kinds = {question.kind for question in ruling.questions}
    return kinds == {"draws"} or (bool(kinds) and all(isinstance(one.null, Sampler) for one in ruling.questions))


def _caught(check: str, ruling: Ruling, name: str) -> Caught:
    stranger = {**SHAPED, **DEPENDENT}[name]
    rng = np.random.default_rng(seed_of("stranger", name))
    adds_up = stranger.unit == 1 and ruling.questions[0].kind != "texts"
    fails = (_resampled if adds_up else _drawn_anew)(ruling.questions, stranger, ruling.alpha, rng)
    n_found, n = int(fails.sum()), len(fails)
    asked = [described(question) for question in ruling.questions]
    return Caught(name, check, asked, n, n_found / n, round(lower_limit(n_found, n), 5))


class _Listed:
    """A list of probabilities as a model whose every step is that list."""

    device = "cpu"

    def __init__(self, p: Floats) -> None:
        import torch

        self._logits = torch.tensor(p).log()

    def __call__(self, input_ids: Any, **options: Any) -> Any:
        from types import SimpleNamespace

        return SimpleNamespace(logits=self._logits.expand(len(input_ids), 1, -1), past_key_values=None)


def _task(question: Question) -> Task:
    if question.kind == "draws":
        p = np.array([weight for _, weight in question.null])
        return Task(_Listed(p / p.sum()), (0,), Sampler(), 1, NO_EOS)
    ids = question.prompt_ids or tuple(question.tokenizer(question.prompt)["input_ids"])
    eos = question.tokenizer.eos_token_id if question.kind == "texts" else question.eos_token_id
    return Task(question.model, ids, question.null, question.max_new_tokens, int(eos))


def _weighed(question: Question, rows: Rows) -> Evidence:
    if question.kind == "draws":
        tokens = [token for token, _ in question.null]
        drawn = [tokens[row[0]] for row in rows]
        return weigh_draws(drawn, question.null, alternatives={}, tolerance=question.margin)
    options: dict[str, Any] = {
        "null": question.null,
        "alternatives": {},
        "max_new_tokens": question.max_new_tokens,
        "margin": question.margin,
    }
    if question.kind == "tokens":
        ids = question.prompt_ids
        return weigh_tokens(question.model, ids, rows, eos_token_id=question.eos_token_id, **options)
    texts = question.tokenizer.batch_decode(rows, skip_special_tokens=True)
    model, tokenizer, prompt = question.model, question.tokenizer, question.prompt
    return weigh_texts(model, tokenizer, prompt, texts, recoding=question.recoding, **options)


def _drawn_anew(questions: Sequence[Question], stranger: Stranger, alpha: float, rng: np.random.Generator) -> Floats:
    fails = [_log_e(questions, stranger, rng) >= -math.log(alpha / 2) for _ in range(RUNS)]
    return np.array(fails, dtype=np.float64)


def _log_e(questions: Sequence[Question], stranger: Stranger, rng: np.random.Generator) -> float:
    """What the unnamed bets gain on one submission of the stranger; inf for a proof."""
    calls: tuple[Call, ...] = ()
    for question in questions:
        unit = min(stranger.unit or question.n_draws, question.n_draws)
        units = stranger.units(_task(question), max(1, question.n_draws // unit), unit, rng)
        evidence = _weighed(question, [row for one in units for row in one])
        if evidence.outside is not None:
            return math.inf
        calls += evidence.calls
    return unnamed_evidence(calls)


def _resampled(questions: Sequence[Question], stranger: Stranger, alpha: float, rng: np.random.Generator) -> Floats:
    """Whether each of `RESAMPLES` sets of draws fails, by the bets that add up over draws."""
    sums: list[Floats] = []
    others = np.zeros((RESAMPLES, 0))
    base, proofs = np.zeros(RESAMPLES), np.zeros(RESAMPLES, dtype=bool)
    for question in questions:
        size = max(SMALLEST_POOL, POOL_TOKENS // max(1, question.max_new_tokens))
        pool = [row for one in stranger.units(_task(question), size, 1, rng) for row in one]
        evidence = _weighed(question, pool)
        is_proof = np.array([not draw.steps for draw in evidence.calls[0].draws])
        # One call for each draw: they are independent, and nobody's neighbours.
        table = table_of([Call(index, (draw,)) for index, draw in enumerate(evidence.calls[0].draws)])
        counts = rng.multinomial(question.n_draws, np.full(len(pool), 1 / len(pool)), size=RESAMPLES).astype(float)
        proofs |= counts[:, is_proof].sum(1) > 0
        counts = counts[:, ~is_proof]
        base += counts @ table.sums(table.base)
        parts = [counts @ part for part in _parts(table)]
        sums = [one + other for one, other in zip(sums, parts, strict=True)] if sums else parts
        rows = counts @ np.array(list(row_bets(table))).T
        others = others + rows if others.shape[1] else rows
    paths = [*_grouped(sums), *others.T]
    log_e = np.logaddexp.reduce(np.array(paths), axis=0) - math.log(N_BETS) + base
    fails: Floats = (proofs | (log_e >= -math.log(alpha / 2))).astype(np.float64)
    return fails


def _parts(table: Table) -> list[Floats]:
    """Sums of the gains of each draw, (R, N_COLUMNS), for every class of tokens."""
    return [
        table.sums(table.gains * (context == one)[:, None])
        for context, n_classes in zip(contexts(table), N_CLASSES, strict=True)
        for one in range(n_classes)
    ]


def _grouped(sums: Sequence[Floats]) -> list[Floats]:
    found, start = [], 0
    for n_classes in N_CLASSES:
        found += list(mixtures(sums[start : start + n_classes]))
        start += n_classes
    return found
