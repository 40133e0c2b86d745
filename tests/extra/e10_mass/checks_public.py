"""公開チェック / public checks: mass"""

from autograder.checks import points, read_float, require

PROBS = [("a", 0.2), ("the", 0.5), ("dragon", 0.3)]


@points(1)
def test_adds_the_largest_two(student):
    """大きいほうから 2 つを足します。

    The two largest are added.
    """
    mass = read_float(student.top_mass(PROBS, 2), "top_mass(PROBS, 2)")
    require(abs(mass - 0.8) < 1e-6, ja=f"0.8 のはずですが {mass:g} でした。", en=f"expected 0.8, got {mass:g}.")
