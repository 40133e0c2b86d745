from array import array
from heapq import nlargest


def epsilon_filter(probs, epsilon):
    """In single precision, which an array of C floats rounds to."""
    if not probs or not 0 <= epsilon < 1:
        raise ValueError(f"{len(probs)} tokens, epsilon {epsilon}")
    floor, *single = array("f", [epsilon, *(q for _, q in probs)])
    falling = nlargest(len(single), enumerate(single), key=lambda pair: pair[1])
    left = [pair for pair in falling if not pair[1] < floor] or falling[:1]
    whole = array("f", [0])
    for _, q in left:
        whole[0] += q
    return [(probs[place][0], array("f", [q / whole[0]])[0]) for place, q in left]
