"""公開チェック / public checks: dice"""

from autograder.checks import points, read_texts


@points(1)
def test_rolls_n_times(student):
    """n 個の目が返ります。

    There are n faces.
    """
    read_texts(student.roll(5, 1), "roll", length=5)
