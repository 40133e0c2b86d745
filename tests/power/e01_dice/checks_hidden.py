"""Hidden checks of the dice."""

from autograder.checks import points, read_texts, require
from autograder.stats import Repeated, judge_draws


@points(2)
def test_the_die_is_fair(student, rng):
    """どの目も同じ確率で出ます。

    All faces are equally probable.
    """
    rolled = read_texts(student.roll(60, rng.randrange(2**31)), "roll", length=60)
    alternatives = {"counts_from_zero": [(face, 1.0) for face in "012345"], "rolls_once": Repeated()}
    judged = judge_draws(rolled, [(face, 1.0) for face in "123456"], alternatives=alternatives)
    require(
        not judged.failed,
        ja="roll: 公平なさいころではありません。目は 1 から 6 です。",
        en="roll: the die is not fair. Its faces are 1 to 6.",
        mistake=judged.alternative,
    )
