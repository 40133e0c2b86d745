"""Typical mistakes of the extra exercise."""

from autograder.mistakes import mistake


@mistake(
    of="top_mass",
    caught_by="test_adds_the_largest_two",
    ja="並べ替えずに先頭から足しています。",
    en="The first ones are added without sorting.",
)
def does_not_sort(probs, k):
    if k < 1:
        raise ValueError
    return sum(probability for _, probability in probs[:k])


@mistake(
    of="top_mass",
    caught_by="test_refuses_k_below_1",
    ja="k を確かめていません。",
    en="k is not checked.",
)
def accepts_any_k(probs, k):
    return sum(sorted((probability for _, probability in probs), reverse=True)[:k])
