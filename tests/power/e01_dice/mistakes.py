"""Typical mistakes of the dice."""

import random

from autograder.mistakes import mistake


@mistake(
    of="roll",
    caught_by="test_the_die_is_fair",
    ja="目が 0 から始まっています。",
    en="The faces start at 0.",
)
def counts_from_zero(n, seed):
    rng = random.Random(seed)
    return [str(rng.randrange(6)) for _ in range(n)]


@mistake(
    of="roll",
    caught_by="test_the_die_is_fair",
    ja="一度しか振っていません。",
    en="The die is rolled only once.",
)
def rolls_once(n, seed):
    return [str(random.Random(seed).randint(1, 6))] * n
