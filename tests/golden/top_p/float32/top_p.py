from array import array


def top_p_filter(probs, p):
    """Every number is rounded to single precision, as an array of C floats does it."""
    if not (probs and 0 < p <= 1):
        raise ValueError("no tokens, or no such p")
    single = array("f", (q for _, q in probs))
    reached, nucleus = array("f", [0]), []
    for place in sorted(range(len(single)), key=single.__getitem__)[::-1]:
        if reached[0] < p:
            nucleus.append(place)
            reached[0] += single[place]
    shares = array("f", (single[place] / reached[0] for place in nucleus))
    return list(zip((probs[place][0] for place in nucleus), shares))
