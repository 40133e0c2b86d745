"""Hidden checks of the extra exercise."""

from autograder.checks import points, require_raises


@points(2)
def test_refuses_k_below_1(student):
    """1 より小さい k には ValueError を出します。

    A k below 1 raises ValueError.
    """
    require_raises(ValueError, student.top_mass, [("a", 1.0)], 0)
