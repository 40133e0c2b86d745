"""Grading one submission: run the checks against the jailed student, name the mistakes, make the report."""

from __future__ import annotations

import copy
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from autograder import __version__
from autograder.errors import JailError, ModelError
from autograder.exercise import Exercise, Unit, Verdict
from autograder.grading.diagnosis import Diagnosis
from autograder.grading.explained import WRONG
from autograder.grading.intake import Answer, Submission, unreadable
from autograder.grading.report import Circumstances, make_report
from autograder.grading.run import FAULT_MESSAGE, CheckOutcome, Models, Outcomes, run_checks
from autograder.grading.spent import Spent, used_up_note
from autograder.grading.student import JailedBackend, Student
from autograder.grading.why import Why, why
from autograder.jail.pool import Limits, Zygote, jail_level
from autograder.messages import Message, chosen_language
from autograder.models import EMBEDDED, Catalog, Source, find_source, load_source
from autograder.server.start import ModelServer, ended
from autograder.stats import measure_noise

if TYPE_CHECKING:
    from autograder.server.link import Link

# For one answer of the model server to our own code; what takes longer hangs.
_ANSWER_TIMEOUT_S = 600.0
_RESTARTS = Message(
    "モデルサーバーが途中で終わったので、起動し直します。途中だった提出物は、もう一度採点します。",
    "The model server ended and is started again. What was under way is graded anew.",
)


@dataclass(frozen=True)
class Settings:
    """How to grade: the model under test, the one to compare with, device, dtype, limits per check.

    `device` and `dtype` win over what `catalog`, the settings file of models, says; None: as that or the model says.
    `unsafe_no_jail` runs student code with nothing but limits around it, for code that the user wrote.
    `model_server` has one process hold the models for all; None: where they are not on the CPU.
    """

    model: str = "tiny-chat"
    other_model: str = "tiny-base"
    device: str = "cpu"
    dtype: str | None = None
    catalog: Catalog = field(default_factory=Catalog)
    limits: Limits = field(default_factory=Limits)
    unsafe_no_jail: bool = False
    model_server: bool | None = None

    @property
    def serves(self) -> bool:
        """Whether the models are in a model server. What owns a GPU cannot be forked, and graders and students are forks."""
        return self.device != "cpu" if self.model_server is None else self.model_server


def circumstances(settings: Settings) -> Circumstances:
    """What a report made now, on this machine, would state."""
    device = f"{settings.device} {settings.dtype}" if settings.dtype else settings.device
    return Circumstances(__version__, _model_label(settings), device, jail_level(jailed=not settings.unsafe_no_jail))


def _model_label(settings: Settings) -> str:
    """The model's name, and of a hub model the commit: another one may give other reports."""
    try:
        revision = find_source(settings.model, settings.catalog).revision
    except ModelError:  # not on this machine, where other ones grade
        return settings.model
    return f"{settings.model.partition('@')[0]}@{revision[:12]}" if revision else settings.model


def model_sources(settings: Settings) -> list[Source]:
    """The model under test, the one to compare with, and the embedded chat model for checks that are about it.

    Raises: SettingsError, ModelError.
    """

    def find(name: str, device: str) -> Source:
        return find_source(name, settings.catalog, dtype=settings.dtype, device=device)

    found = [find(settings.model, settings.device), find(settings.other_model, settings.device)]
    if settings.model != EMBEDDED[0]:
        found.append(find_source(EMBEDDED[0]))
    return found


def load_models(settings: Settings) -> Models:
    """The models of the trusted side, which computes on one thread: results do not depend on the number of cores.

    Raises: ModelError.
    """
    import torch
    from transformers.utils.logging import set_verbosity_error

    torch.set_num_threads(1)
    set_verbosity_error()  # what transformers thinks of the mistakes that are run here is no news
    # On the CPU the zygote holds the same weights once more.
    models = Models(*(load_source(one, copies=2) for one in model_sources(settings)))
    _measure(models, settings)
    return models


def _measure(models: Models, settings: Settings) -> None:
    """Know the margins of a model on which they were never measured."""
    if settings.model not in EMBEDDED or settings.device != "cpu":
        measure_noise(models.lm.model, models.lm.tokenizer, own_texts=settings.model not in EMBEDDED)


@dataclass(frozen=True)
class Served:
    """A model server and its models as this process sees them: without weights."""

    server: ModelServer
    models: Models
    link: Link

    def connect(self) -> None:
        """Give this process, which may be a fork, a session of its own. Raises: ModelError."""
        sock = self.server.open_trusted()
        sock.settimeout(_ANSWER_TIMEOUT_S)
        self.link.attach(sock)


@contextmanager
def served_models(settings: Settings) -> Iterator[Served]:
    """A model server for as long as the block lasts; `from_pretrained` gives its models, too. Raises: ModelError."""
    import torch
    from transformers.utils.logging import set_verbosity_error

    from autograder.server.link import Link
    from autograder.server.remote import remote_model, serve_from_pretrained

    with ModelServer(list(map(asdict, model_sources(settings)))) as server, ExitStack() as opened:
        torch.set_num_threads(1)
        set_verbosity_error()
        link, cards = Link(), server.cards()
        opened.callback(link.attach, None)
        opened.callback(serve_from_pretrained(cards, link, instead=False))
        models = Models(*(remote_model(index, card, link) for index, card in enumerate(cards)))
        served = Served(server, models, link)
        served.connect()
        _measure(models, settings)
        yield served


@dataclass(frozen=True)
class Graded:
    """A student's report, and the log of faults of our own code (empty when there were none).

    `cpu_s`: exercise id → CPU seconds of the student's own processes. It differs from run to run, so no report holds it.
    """

    student: str
    report: dict[str, Any]
    faults: str
    cpu_s: dict[str, float] = field(default_factory=dict)


class Grader:
    """Owns the loaded models and the zygote; a context manager. Grades any number of submissions."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._is_fork = settings, False
        self._open()

    def _open(self) -> None:
        settings = self._settings
        jailed = not settings.unsafe_no_jail
        with ExitStack() as opened:
            self._served = opened.enter_context(served_models(settings)) if settings.serves else None
            server = self._served.server if self._served else None
            self._zygote = opened.enter_context(Zygote(model_sources(settings), jailed=jailed, server=server))
            self._zygote.launch()  # it loads while we do
            self._models = self._served.models if self._served else load_models(settings)
            self._close = opened.pop_all().close
        self._diagnosis = Diagnosis(self._models)
        self._made = circumstances(settings)

    def __enter__(self) -> Grader:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def start(self) -> None:
        """Start the zygote now instead of with the first submission. Raises: JailError."""
        self._zygote.start()

    def forget(self) -> None:
        """Forget how mistakes fared: the course has changed."""
        self._diagnosis = Diagnosis(self._models)

    def forked(self) -> Grader:
        """In a fork of this process: a grader that shares what is loaded, with a zygote of its own. Raises: JailError."""
        other = copy.copy(self)
        other._is_fork = True
        if self._served is not None:
            self._served.connect()
        other._zygote = self._zygote.shared()
        return other

    def grade_all(self, submissions: Iterable[Submission], unit: Unit) -> Iterator[Graded]:
        """Each submission's result, one after the other."""
        for submission in submissions:
            yield self.grade(submission, unit)

    @property
    def lost_its_server(self) -> bool:
        """Whether there was a model server, and it has ended."""
        return self._served is not None and not self._served.server.is_alive()

    def restart(self) -> None:
        """Load everything anew and say so; not to be called in a fork. Raises: ModelError, JailError."""
        print(_RESTARTS.text(chosen_language()), file=sys.stderr, flush=True)
        self._close()
        self._open()
        self.start()

    def grade(self, submission: Submission, unit: Unit) -> Graded:
        """Run every check of `unit` on one submission and name its mistakes.

        What was graded while the model server ended says nothing: it is started anew and the submission graded again,
        once. Raises: ModelError if that is of no avail, or in a fork, which cannot start it.
        """
        graded = self._grade(submission, unit)
        if self.lost_its_server and not self._is_fork:
            self.restart()
            graded = self._grade(submission, unit)
        if self.lost_its_server:
            raise ended()
        return graded

    def _grade(self, submission: Submission, unit: Unit) -> Graded:
        try:
            return self._graded(submission, unit)
        except (ModelError, JailError):  # without them nobody can be graded
            raise
        except Exception:
            return fault_of_ours(submission, unit, self._made, traceback.format_exc())

    def _graded(self, submission: Submission, unit: Unit) -> Graded:
        with_code = [one for one in unit.exercises if one.rubric is None]
        written = [one for one in with_code if submission.answers[one.name].source is not None]
        processes: list[tuple[str, JailedBackend]] = []

        spent, limits = Spent(), self._settings.limits

        def started(exercise: Exercise, seed: int, spent: Spent) -> Student:
            backend = self._backend(submission, exercise, seed, spent)
            processes.append((exercise.id, backend))
            return Student(backend)

        def student(exercise: Exercise, seed: int) -> Student:
            return started(exercise, seed, spent)

        outcomes = run_checks(written, student, self._models, spent=spent, limits=limits)
        for exercise in with_code:
            answer = submission.answers[exercise.name]
            if answer.source is None:
                outcomes.update(_without_answer(exercise, answer))
        reasons: dict[str, Why] = {}
        for one in written:
            with self._noted(one, outcomes):
                source, tried = submission.answers[one.name].source or "", Spent()
                reasons[one.id] = why(one, source, outcomes, self._diagnosis, partial(started, spent=tried))
        faults = "\n".join(
            [submission.faults] * bool(submission.faults)
            + [f"{exercise} {check}\n{one.fault}" for (exercise, check), one in outcomes.items() if one.fault]
        )
        if spent.is_over(limits):
            submission = replace(submission, notes=(*submission.notes, used_up_note(limits)))
        report = make_report(submission, unit, outcomes, reasons, self._made)
        return Graded(submission.student, report, faults, _seconds(processes))

    @contextmanager
    def _noted(self, exercise: Exercise, outcomes: Outcomes) -> Iterator[None]:
        """What goes wrong while failures are explained changes no verdict: it stands in the log, beside the first failed check."""
        try:
            yield
        except Exception:
            failed = next(check.id for check in exercise.checks if outcomes[exercise.id, check.id].verdict in WRONG)
            key = (exercise.id, failed)
            outcomes[key] = replace(outcomes[key], fault=f"not explained: {traceback.format_exc()}")

    def _backend(self, submission: Submission, exercise: Exercise, seed: int, spent: Spent) -> JailedBackend:
        answers = {name: one.source for name, one in submission.answers.items() if one.source is not None}
        return JailedBackend(
            self._zygote,
            module=exercise.name,
            sources={**submission.modules, **answers},
            shared=self._models.shared(),
            limits=self._settings.limits,
            seed=seed,
            spent=spent,
        )


def fault_of_ours(submission: Submission, unit: Unit, made: Circumstances, log: str) -> Graded:
    """The result of a submission on which trusted code failed: every mark waits for a person, who finds `log`."""
    withheld = unreadable(submission.student, unit, FAULT_MESSAGE, Verdict.FAULT)
    outcomes: Outcomes = {}
    for exercise in (one for one in unit.exercises if one.rubric is None):
        outcomes.update(_without_answer(exercise, withheld.answers[exercise.name]))
    report = make_report(withheld, unit, outcomes, {}, made)
    return Graded(submission.student, report, "\n".join(filter(None, [submission.faults, log])))


def _seconds(processes: Iterable[tuple[str, JailedBackend]]) -> dict[str, float]:
    """Exercise id → CPU seconds of its processes, to the millisecond."""
    seconds: dict[str, float] = {}
    for exercise, backend in processes:
        seconds[exercise] = seconds.get(exercise, 0.0) + backend.cpu_s
    return {exercise: round(spent, 3) for exercise, spent in seconds.items()}


def _without_answer(exercise: Exercise, answer: Answer) -> Outcomes:
    message = answer.note or Message("", "")
    return {(exercise.id, check.id): CheckOutcome(answer.verdict, message) for check in exercise.checks}
