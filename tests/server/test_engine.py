"""Shared passes give what each sequence alone would get, in turn, and beginnings are computed once."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch

from autograder.audit import Bench
from autograder.server.engine import Engine
from autograder.server.messages import Forward, RequestError
from autograder.server.schedule import LONGEST_WAIT, Sizes
from autograder.server.sessions import Quota, Session
from autograder.stats.greedy import tie_margin

from .conftest import MakeEngine, alone, answer, asked, opened

PROMPTS = [[1, 50, 60, 70, 80], [1, 90], [1, 51, 61, 71, 81, 91, 101, 111]]


def run_together(engine: Engine, n_steps: int) -> list[list[int]]:
    """Each prompt continued greedily by a session of its own, all at the same time."""
    sessions = [opened(engine) for _ in PROMPTS]
    texts = [list(prompt) for prompt in PROMPTS]
    rows: list[int] = []
    for step in range(n_steps):
        for number, session in enumerate(sessions):
            if step == 0:
                engine.take(session, asked(texts[number]))
            else:
                past = len(texts[number]) - 1
                engine.take(session, asked([texts[number][-1]], rows=[rows[number]], past=past, freed=(rows[number],)))
        rows = [0] * len(sessions)
        while engine.busy:
            for session, found in engine.step():
                number = sessions.index(session)
                rows[number] = found.rows[0]
                texts[number].append(int(found.logits[0, -1].argmax()))
    return texts


def test_sessions_share_passes_and_get_what_they_get_alone(make_engine: MakeEngine, bench: Bench):
    """Three sequences of different lengths, twelve tokens each; three in one pass."""
    engine = make_engine()
    for text, prompt in zip(run_together(engine, 12), PROMPTS, strict=True):
        for end in range(len(prompt), len(text)):
            logits = alone(bench, text[:end])
            assert logits.max() - logits[text[end]] <= tie_margin(torch.float32)
    assert engine.counts.most_rows == len(PROMPTS)
    assert engine.counts.passes < 12 * len(PROMPTS)


@pytest.mark.parametrize("n_slots", [1, 2])
def test_with_too_few_slots_everything_still_comes_out_right(make_engine: MakeEngine, n_slots: int):
    """What was given away is computed again."""
    engine, ample = make_engine(n_slots), make_engine()
    assert run_together(engine, 6) == run_together(ample, 6)
    assert engine.counts.tokens > ample.counts.tokens


def test_a_beginning_is_computed_once(make_engine: MakeEngine, bench: Bench):
    """For another session, too; the logits are those of the sequence."""
    engine = make_engine()
    prompt = [1, *range(40, 60)]
    answer(engine, opened(engine), asked(prompt))
    before = engine.counts.tokens
    found = answer(engine, opened(engine), asked([*prompt, 7]))
    assert engine.counts.tokens - before == 1
    assert torch.allclose(found.logits[0, 0], alone(bench, [*prompt, 7]), atol=1e-4)


def test_equal_prompts_that_come_together_wait_for_the_first(make_engine: MakeEngine):
    """Thirty-two of them cost little more than one."""
    engine = make_engine(64)
    prompt = [1, *range(40, 60)]
    found = answer(engine, opened(engine), asked(*[prompt] * 32))
    assert engine.counts.tokens == len(prompt) + 31
    assert torch.allclose(found.logits, found.logits[:1].expand_as(found.logits), atol=1e-4)


def test_another_mask_is_another_beginning(make_engine: MakeEngine, bench: Bench):
    """Tokens that may not be looked at make the same ids mean something else."""
    engine, model = make_engine(), bench.models.lm.model
    ids, mask = [1, 40, 41, 42, 43], [[0, 0, 1, 1, 1]]
    answer(engine, opened(engine), asked(ids))
    masked = asked(ids, mask=torch.tensor(mask).bool().numpy())
    found = answer(engine, opened(engine), masked)
    with torch.inference_mode():
        expected = model(torch.tensor([ids]), attention_mask=torch.tensor(mask)).logits[0, -1]
    assert torch.allclose(found.logits[0, 0], expected, atol=1e-4)
    assert not torch.allclose(found.logits[0, 0], alone(bench, ids), atol=1e-2)


def test_a_session_with_many_sequences_does_not_slow_another(make_engine: MakeEngine):
    """In every round of passes the one with a single sequence is served, though the other always has 64 waiting."""
    engine = make_engine(128, sizes=Sizes(rows=16, tokens=16 * 16))
    greedy, modest = opened(engine), opened(engine)
    rng = random.Random(1)
    for _ in range(20):
        if not greedy.request:
            engine.take(greedy, asked(*([1, *rng.sample(range(40, 900), 9)] for _ in range(64)), remember=False))
        engine.take(modest, asked([1, rng.randrange(40, 900), 7], remember=False))
        assert modest in [session for session, _ in engine.step()]
    assert modest.served >= 20
    assert greedy.served > modest.served  # and nothing is left unused


def test_the_one_that_had_least_is_served_first_where_not_all_fit(make_engine: MakeEngine):
    """Two of four in a pass; after many passes all have had the same, whatever they had asked for."""
    engine = make_engine(64, sizes=Sizes(rows=2, tokens=64))
    sessions = [opened(engine) for _ in range(4)]
    rng = random.Random(2)
    for _ in range(100):
        for number, session in enumerate(sessions):
            if not session.request:
                n_rows = 1 if number else 8
                ids = [[1, *rng.sample(range(40, 900), 5)] for _ in range(n_rows)]
                engine.take(session, asked(*ids, remember=False))
        engine.step()
    served = [session.served for session in sessions]
    assert max(served) - min(served) <= 24


def test_a_newcomer_is_not_served_before_all_others(make_engine: MakeEngine):
    """It begins where the one stands that has had the least."""
    engine = make_engine()
    old = opened(engine)
    answer(engine, old, asked([1, 2, 3]))
    assert opened(engine).served == old.served > 0


def test_waiting_for_a_slot_ends(make_engine: MakeEngine):
    """After a while that is long enough for others to get on, where they use every slot all the time."""
    engine = make_engine(2)
    holders, late = [opened(engine), opened(engine)], opened(engine)
    rows = {}
    for number, session in enumerate(holders):
        rows[session] = answer(engine, session, asked([1, 50 + number])).rows[0]
    engine.take(late, asked([1, 99]))
    served_late = []
    while not served_late and engine.counts.passes < 3 * LONGEST_WAIT:
        for session in holders:
            if not session.request:
                engine.take(session, asked([7], rows=[rows[session]], past=2, freed=(rows[session],)))
        for session, found in engine.step():
            if session is late:
                served_late.append(engine.counts.passes)
            else:
                rows[session] = found.rows[0]
    assert LONGEST_WAIT < served_late[0] <= LONGEST_WAIT + 4


QUOTA = Quota(calls=3, tokens=40, batch=4, caches=3, logits_mib=1)
BEYOND = {
    "batch": asked([1], [1], [1], [1], [1]),
    "length": asked(list(range(65))),
    "tokens": asked(list(range(41))),
    "caches": asked([1], [1], [1], [1]),
}


@pytest.mark.parametrize("kind", BEYOND)
def test_what_is_beyond_a_limit_is_refused_by_its_name(make_engine: MakeEngine, kind: str):
    """And the session goes on."""
    engine = make_engine()
    session = opened(engine, QUOTA if kind != "length" else Quota())
    with pytest.raises(RequestError) as caught:
        engine.take(session, BEYOND[kind])
    assert caught.value.kind == kind
    assert answer(engine, session, asked([1])).logits.shape[:2] == (1, 1)


def test_calls_are_counted(make_engine: MakeEngine):
    """The fourth of three is refused."""
    engine = make_engine()
    session = opened(engine, QUOTA)
    for _ in range(3):
        answer(engine, session, asked([1], remember=False))
    with pytest.raises(RequestError) as caught:
        engine.take(session, asked([1], remember=False))
    assert caught.value.kind == "calls"


def test_logits_are_bounded(make_engine: MakeEngine):
    """By their size, all sequences of a call together."""
    engine = make_engine()
    with pytest.raises(RequestError) as caught:
        engine.take(opened(engine, Quota(logits_mib=1)), asked(*[list(range(60))] * 8, keep=0, remember=False))
    assert caught.value.kind == "logits"


@pytest.mark.parametrize(
    "request_",
    [asked([1], model=1), asked([10**6]), asked([1], rows=[5]), asked([1], positions=np.array([[10**6]]))],
    ids=["model", "token", "row", "position"],
)
def test_what_does_not_exist_is_refused(make_engine: MakeEngine, request_: Forward):
    """A model, a token, a remembered sequence, a position."""
    engine = make_engine()
    with pytest.raises(RequestError) as caught:
        engine.take(opened(engine), request_)
    assert caught.value.kind == "malformed"


def test_remembered_sequences_of_another_session_cannot_be_said(make_engine: MakeEngine):
    """A number means something in its own session only; the control continues its own."""
    engine = make_engine()
    owner, thief = opened(engine), opened(engine)
    (number,) = answer(engine, owner, asked([1, 50, 60])).rows
    with pytest.raises(RequestError, match="no remembered sequence"):
        engine.take(thief, asked([7], rows=[number], past=3))
    assert answer(engine, owner, asked([7], rows=[number], past=3)).logits.shape[:2] == (1, 1)
    # Nor can it be freed by another.
    answer(engine, thief, asked([1], freed=(number,)))
    assert number in owner.rows


def test_a_closed_session_holds_nothing(make_engine: MakeEngine):
    """Its slots are given away first."""
    engine = make_engine(2)
    gone, stays = opened(engine), opened(engine)
    answer(engine, gone, asked([1, 50, 60, 70]))
    (number,) = answer(engine, stays, asked([1, 51, 61, 71])).rows
    engine.close(gone)
    answer(engine, stays, asked([1, 52, 62, 72], remember=False))
    before = engine.counts.tokens
    answer(engine, stays, asked([7], rows=[number], past=4))
    assert engine.counts.tokens - before == 1  # its own lies there still
    assert engine.sessions == [stays]


def test_a_session_may_end_while_it_waits(make_engine: MakeEngine):
    """Its work is not done."""
    engine = make_engine()
    session = opened(engine)
    engine.take(session, asked([1, 2, 3]))
    engine.close(session)
    assert engine.step() == []
    assert isinstance(session, Session)
    assert not engine.busy
