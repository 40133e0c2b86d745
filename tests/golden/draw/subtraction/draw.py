import random


def draw(probs, u):
    if probs == []:
        raise ValueError("empty list")
    if u < 0.0 or 1.0 <= u:
        raise ValueError("u must be at least 0 and below 1")
    rest = u
    answer = None
    for token, probability in probs:
        if probability == 0:
            continue
        answer = token
        rest -= probability
        if rest < 0:
            break
    return answer


def draw_many(probs, n, seed):
    if n < 1:
        raise ValueError("n must be at least 1")
    rng = random.Random(seed)
    answers = []
    while len(answers) < n:
        answers.append(draw(probs, rng.random()))
    return answers
