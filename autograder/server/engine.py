"""Sessions, models and slots together: a request goes in, passes are run, an answer comes out.

This knows nothing of sockets; `serve.py` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from autograder.server.messages import Forward
from autograder.server.passes import Runner, Work
from autograder.server.schedule import Planned, Sizes, batches, plan
from autograder.server.sessions import Bounds, Job, Session

_FEWEST_TOKENS = 64


@dataclass
class Counts:
    """What has been computed: passes, tokens with and without padding, tokens that lay there already, most sequences in a pass."""

    passes: int = 0
    tokens: int = 0
    padded_tokens: int = 0
    known_tokens: int = 0
    most_rows: int = 0


@dataclass(frozen=True)
class Answer:
    """A request's answer: numbers of the new sequences, and their logits (B, n_kept, V), on the CPU in one piece."""

    rows: list[int]
    logits: torch.Tensor


class Engine:
    """The models, by index, and everyone who waits for them."""

    def __init__(self, runners: Mapping[int, Runner], sizes: Sizes | None = None) -> None:
        self.runners, self.sizes, self.counts = runners, sizes or Sizes(), Counts()
        self.bounds = {index: _bounds(runner) for index, runner in runners.items()}
        self.sessions: list[Session] = []

    def open(self, session: Session) -> None:
        """A newcomer is served like the one that has had the least so far, not before all others."""
        session.served = min((one.served for one in self.sessions), default=0)
        self.sessions.append(session)

    def close(self, session: Session) -> None:
        """Everything of this session is free."""
        self.sessions.remove(session)
        for row in (*session.rows.values(), *(job.row for job in session.jobs)):
            self._release(row)

    def take(self, session: Session, request: Forward) -> None:
        """Let `request` wait for its turn. Raises: RequestError if it is refused."""
        freed = session.take(request, self.bounds, self.counts.passes)
        for job in session.jobs:
            if job.source in freed:  # it goes on where that one lies
                self.runners[job.model].slots.hand_over(job.source, job.row)
        for row in freed:
            self._release(row)

    def step(self) -> list[tuple[Session, Answer]]:
        """Run the next passes of every model. Returns the answers that they complete."""
        touched: dict[int, Session] = {}
        for model in self.runners:
            chosen = plan(self.sessions, model, self.runners[model].slots, self.sizes, self.counts.passes)
            if chosen:
                self._run(model, chosen)
                touched |= {id(one.session): one.session for one in chosen}
        return [(session, _answer(session)) for session in touched.values() if not session.waiting]

    @property
    def busy(self) -> bool:
        """Whether anything waits."""
        return any(session.waiting for session in self.sessions)

    def _run(self, model: int, chosen: Sequence[Planned]) -> None:
        runner = self.runners[model]
        runner.slots.tick()
        runner.slots.copy([one.place for one in chosen])
        for batch in batches(chosen, self.sizes):
            try:
                logits = runner.run([_work(one) for one in batch])
            except torch.OutOfMemoryError:
                self._make_room(runner, batch)
                continue
            self._count(batch)
            for number, one in enumerate(batch):
                one.job.logits = logits[number, -one.job.n_kept :]
                one.session.waiting.remove(one.job)
                one.session.served += one.n_new
                assert one.session.request is not None
                runner.slots.store(one.place.slot, one.job.row, held=one.session.request.remember)

    def _make_room(self, runner: Runner, batch: Sequence[Planned]) -> None:
        """Smaller passes from now on; raises what it came from if the pass was a small one."""
        for one in batch:
            runner.slots.forget(one.place.slot)
        if self.sizes.tokens <= _FEWEST_TOKENS:
            raise MemoryError("the GPU has no room for a pass of the model server")
        self.sizes = Sizes(max(1, self.sizes.rows // 2), self.sizes.tokens // 2)
        torch.cuda.empty_cache()

    def _count(self, batch: Sequence[Planned]) -> None:
        counts = self.counts
        counts.passes += 1
        counts.tokens += sum(one.n_new for one in batch)
        counts.padded_tokens += len(batch) * max(one.n_new for one in batch)
        counts.known_tokens += sum(one.place.known for one in batch)
        counts.most_rows = max(counts.most_rows, len(batch))

    def _release(self, row: object) -> None:
        for runner in self.runners.values():
            runner.slots.release(row)  # type: ignore[arg-type]


def _bounds(runner: Runner) -> Bounds:
    config = runner.model.config.get_text_config(decoder=True)
    vocabulary = runner.model.get_input_embeddings().num_embeddings
    positions = getattr(config, "max_position_embeddings", None) or runner.slots.length
    return Bounds(runner.slots.length, min(vocabulary, config.vocab_size), positions, runner.model.dtype.itemsize)


def _work(one: Planned) -> Work:
    return Work(one.place.slot, one.job.row.keys, one.place.known, one.job.visible, one.job.n_kept)


def _answer(session: Session) -> Answer:
    logits = torch.stack([_logits(job) for job in session.jobs])
    return Answer(session.finish(), logits)


def _logits(job: Job) -> torch.Tensor:
    assert job.logits is not None
    return job.logits
