from array import array


class Single:
    """Tokens in falling order, with numbers that an array of C floats has rounded."""

    def __init__(self, probs):
        numbers = array("f", [q for _, q in probs])
        self.places = sorted(range(len(numbers)), key=lambda place: -numbers[place])
        self.numbers = array("f", [numbers[place] for place in self.places])
        self.names = [probs[place][0] for place in self.places]

    def cut(self, n):
        """The first n of them, summing to 1."""
        del self.numbers[n:]
        whole = array("f", [sum(self.numbers)])
        for place, number in enumerate(self.numbers):
            self.numbers[place] = number / whole[0]
        return self

    def reach(self, p):
        """How many it takes until their sum is p."""
        height = array("f", [0])
        for n, number in enumerate(self.numbers, 1):
            height[0] += number
            if height[0] >= p:
                return n
        return len(self.numbers)

    def pairs(self):
        return list(zip(self.names, self.numbers))


def top_k_filter(probs, k):
    if k < 1 or len(probs) == 0:
        raise ValueError("k is at least 1, and so is the number of tokens")
    return Single(probs).cut(k).pairs()


def top_k_top_p_filter(probs, k, p):
    if k < 1 or len(probs) == 0 or not 0 < p <= 1:
        raise ValueError("k, p or no tokens")
    best = Single(probs).cut(k)
    return best.cut(best.reach(p) if p < 1 else k).pairs()
