"""さいころを振る / Roll a die."""


def roll(n: int, seed: int) -> list[str]:
    """さいころを n 回振る。

    Roll a die `n` times.

    Returns: n faces, "1" to "6".
    """
    # BEGIN SOLUTION
    import random

    rng = random.Random(seed)
    return [str(rng.randint(1, 6)) for _ in range(n)]
    # END SOLUTION
