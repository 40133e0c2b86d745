import math


def check(items, min_p):
    if len(items) == 0:
        raise ValueError("nothing given")
    if min_p < 0 or min_p > 1:
        raise ValueError("min_p out of range")


def min_p_filter(probs, min_p):
    check(probs, min_p)
    largest = probs[0][1]
    for token, p in probs:
        if p > largest:
            largest = p
    kept = []
    for token, p in probs:
        if not p < min_p * largest:
            kept.append([token, p])
    kept.sort(key=lambda pair: -pair[1])
    total = 0.0
    for _, p in kept:
        total += p
    for pair in kept:
        pair[1] /= total
    return kept


def min_p_softmax(scores, temperature, min_p):
    check(scores, min_p)
    if not temperature > 0:
        raise ValueError("temperature")
    scaled = [s / temperature for s in scores]
    top = max(scaled)
    weights = [math.exp(s - top) for s in scaled]
    z = sum(weights)
    probs = [w / z for w in weights]
    floor = min_p * max(probs)
    for i in range(len(probs)):
        if probs[i] < floor:
            probs[i] = 0
    z = sum(probs)
    return [p / z for p in probs]
