"""What watch mode knows and does next, event by event; nothing is run here."""

from __future__ import annotations

import dataclasses

from autograder.messages import Message
from autograder.watch import state as states
from autograder.watch.state import Progress, Seen, State, Status

TITLES = (("test_a", "A"), ("test_b", "B"))


def exercises(*statuses: Status) -> list[Progress]:
    return [
        Progress(f"ex{number}", Message("題", "title"), f"ex{number}.py", status=status)
        for number, status in enumerate(statuses)
    ]


def at_start(*statuses: Status, at: str | None = None) -> State:
    return states.begin(exercises(*statuses), "en", at)


def ran(state: State, *verdicts: str, trouble: str = "") -> State:
    """The run that is going on, to its end."""
    assert state.run is not None
    number = state.run.number
    state = states.collected(state, number, TITLES[: len(verdicts)])
    for (check, _), verdict in zip(TITLES, verdicts, strict=False):
        state = states.checked(state, number, Seen(check, "", verdict, f"{check} says"))
    return states.ended(state, number, trouble)


def press(state: State, keys: str) -> State:
    for key in keys:
        state = states.key(state, key)
    return state


U, N, P, F, W = Status.UNKNOWN, Status.UNWRITTEN, Status.PASSED, Status.TO_FIX, Status.WRITTEN


def test_at_the_start_the_first_that_does_not_pass_is_at_hand():
    """What is written is run in order until it is known; an untouched stub need not be run."""
    state = at_start(U, U, N, U)
    assert (state.at, state.run.name, state.waiting) == (None, "ex0", ("ex1", "ex3"))
    state = ran(state, "pass")
    assert (state.at, state.run.name) == (None, "ex1")
    state = ran(state, "pass", "pass")
    assert (state.at, state.run.name) == (2, "ex3")
    state = ran(state, "fail")
    assert (state.at, state.run) == (2, None)
    assert [one.status for one in state.exercises] == [P, P, N, F]


def test_a_file_named_at_the_start_is_at_hand_and_run_first():
    """The others follow."""
    state = at_start(U, U, U, at="ex1")
    assert (state.at, state.run.name, state.waiting) == (1, "ex1", ("ex0", "ex2"))


def test_what_is_saved_is_run_at_once_and_what_it_interrupts_later():
    """Answers of the interrupted run count for nothing."""
    state = at_start(U, U, N)
    interrupted = state.run.number
    state = states.saved(state, exercises(U, U, U)[2])
    assert (state.at, state.run.name, state.waiting) == (2, "ex2", ("ex0", "ex1"))
    assert states.ended(state, interrupted) == state
    assert states.checked(state, interrupted, Seen("test_a", "A", "pass")) == state
    assert states.collected(state, interrupted, TITLES) == state
    assert ran(state, "pass").run.name == "ex0"


def test_saving_again_starts_the_same_run_anew():
    """With a new number; nothing waits twice."""
    state = at_start(U)
    again = states.saved(state, exercises(U)[0])
    assert again.run.name == "ex0"
    assert again.run.number == state.run.number + 1
    assert again.waiting == ()


def test_verdicts_make_a_status():
    """Unwritten only if every check says so; without a check nothing is passed."""
    assert ran(at_start(U), "pass", "pass").current.status is P
    assert ran(at_start(U), "pass", "fail").current.status is F
    assert ran(at_start(U), "unwritten", "unwritten").current.status is N
    assert ran(at_start(U), "pass", "unwritten").current.status is F
    assert ran(at_start(U)).current.status is F
    assert ran(at_start(U), "pass", trouble="SIGKILL").current.status is F


def test_a_check_of_several_cases_passes_if_all_do():
    """The first that failed is the one that is shown."""
    state = at_start(U)
    number = state.run.number
    state = states.collected(state, number, TITLES[:1])
    for verdict, message in (("pass", ""), ("fail", "first"), ("fail", "second"), ("pass", "")):
        state = states.checked(state, number, Seen("test_a", "", verdict, message))
    seen = states.ended(state, number).current.first_open
    assert (seen.state, seen.message, seen.title) == ("fail", "first", "A")


def test_a_run_that_ends_without_a_verdict_is_no_pass():
    """Whatever the reason."""
    state = at_start(U)
    state = states.collected(state, state.run.number, TITLES)
    state = states.checked(state, state.run.number, Seen("test_a", "", "pass"))
    state = states.ended(state, state.run.number)
    assert state.current.status is F
    assert state.current.trouble


def test_hints_go_to_three_levels_and_belong_to_one_check():
    """They stay as long as that check is the first that does not pass."""
    state = press(ran(at_start(U), "fail", "fail"), "hhhhh")
    assert (state.hint_level, state.hint_of) == (3, "test_a")
    state = states.saved(state, exercises(U)[0])
    assert ran(state, "fail", "fail").hint_level == 3
    assert ran(state, "pass", "fail").hint_level == 0
    assert ran(state, "pass", "pass").hint_level == 0
    assert press(ran(state, "pass", "pass"), "h").hint_level == 0


def test_no_hint_is_given_before_it_is_known_what_about():
    """While the first run goes on."""
    assert press(at_start(U, at="ex0"), "h").hint_level == 0


def test_next_and_previous():
    """They stop at the ends; from an exercise that passes, next is the next that does not."""
    state = at_start(N, N, P, P, N)
    assert [press(state, keys).at for keys in ("n", "nn", "nnn", "np", "p")] == [1, 2, 4, 0, 0]
    state = at_start(P, P, N, at="ex2")
    assert press(state, "n").at == 2
    assert press(state, "pn").at == 2
    assert press(at_start(P, W), "n").at == 1


def test_moving_on_takes_the_hint_away():
    """It is about another exercise."""
    assert press(at_start(N, N), "hhn").hint_level == 0


def test_run_again_run_all_and_stop():
    """r stops a run and starts anew, s stops everything, a runs what is written."""
    state = at_start(U, U, N)
    assert press(ran(ran(state, "pass"), "fail"), "r").run.name == "ex1"
    everything = press(ran(ran(state, "pass"), "fail"), "a")
    assert (everything.run.name, everything.waiting) == ("ex0", ("ex1",))
    stopped = press(state, "s")
    assert (stopped.run, stopped.waiting, stopped.stopped) == (None, (), True)
    assert press(at_start(N), "s").stopped is False


def test_the_language_turns_and_the_messages_are_fetched_again():
    """ja, en, both; a run gives its messages in one of them."""
    state = ran(at_start(U), "fail")
    turned = press(state, "l")
    assert (turned.language, turned.run.name) == ("both", "ex0")
    assert [press(state, "l" * n).language for n in (2, 3)] == ["ja", "en"]


def test_prose_is_never_run():
    """Saving it changes its status alone."""
    prose = dataclasses.replace(exercises(N)[0], is_prose=True)
    state = states.begin([prose], "en")
    state = states.saved(state, dataclasses.replace(prose, status=W))
    assert state.run is None
    assert state.all_settled
    assert press(state, "ra").run is None


def test_keys_are_listed_and_unknown_ones_do_nothing():
    """Any other key that does something closes the list."""
    state = at_start(N, N)
    assert press(state, "?").shows_keys
    assert press(state, "??") == state
    assert not press(state, "?n").shows_keys
    assert press(state, "xYé\x04") == state
    assert press(state, "q").quits
