from math import exp


def softmax(scores, temperature=1.0):
    if len(scores) < 1:
        raise ValueError("scores must not be empty")
    if temperature <= 0:
        raise ValueError("temperature must be > 0")
    # e^((s - best) / T)
    best = scores[0]
    for s in scores:
        best = max(best, s)
    result = []
    total = 0.0
    for s in scores:
        e = exp((s - best) / temperature)
        result.append(e)
        total += e
    for i in range(len(result)):
        result[i] /= total
    return result


def apply_temperature(probs, temperature):
    if temperature <= 0:
        raise ValueError("temperature must be > 0")
    best = max([p for (_, p) in probs], default=0)
    if best == 0:
        raise ValueError("no token has a positive weight")
    # exp(log(p) / T) is p to the power of 1 / T
    powers = [(p / best) ** (1 / temperature) for (_, p) in probs]
    total = sum(powers)
    answer = []
    for (token, _), power in zip(probs, powers):
        answer.append((token, power / total))
    return answer
