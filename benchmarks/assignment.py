"""One assignment of six exercises, and one set of checks that every grader runs on it.

`SOLUTION` holds the six functions, `CHECKS` the six checks: each takes what answers (`s`), a model and a tokenizer, and
says what must hold by `must(condition, sentence)`, which every system spells in its own way.
"""

from __future__ import annotations

NAMES = ["greedy_text", "token_ids", "softmax_with_temperature", "top_p_filter", "average_self_bleu", "sweep_top_p"]

IMPORTS = "import math\n\nimport sacrebleu\nimport torch\nfrom transformers import pipeline, set_seed\n"

SOLUTION = {
    "greedy_text": '''
def greedy_text(model, tokenizer, prompt, max_new_tokens):
    """The continuation of `prompt` that is most probable token by token."""
    pipe = pipeline("text-generation", model=model, tokenizer=tokenizer)
    found = pipe(prompt, max_new_tokens=max_new_tokens, do_sample=False, return_full_text=False)
    return found[0]["generated_text"]
''',
    "token_ids": '''
def token_ids(tokenizer, text):
    """The ids of `text`, piece by piece, without calling the tokenizer."""
    return tokenizer.convert_tokens_to_ids(tokenizer.tokenize(text))
''',
    "softmax_with_temperature": '''
def softmax_with_temperature(logits, temperature):
    """Probabilities of `logits` divided by `temperature`."""
    scaled = [logit / temperature for logit in logits]
    top = max(scaled)
    weights = [math.exp(value - top) for value in scaled]
    return [weight / sum(weights) for weight in weights]
''',
    "top_p_filter": '''
def top_p_filter(probs, p):
    """The smallest set of the most probable tokens that reaches `p`, renormalised."""
    kept, mass = [], 0.0
    for token, probability in sorted(probs, key=lambda pair: -pair[1]):
        if mass >= p - 1e-12:
            break
        kept.append((token, probability))
        mass += probability
    return [(token, probability / mass) for token, probability in kept]
''',
    "average_self_bleu": '''
def average_self_bleu(texts):
    """Mean BLEU of each text against all others, 0 to 100."""
    scores = [
        sacrebleu.sentence_bleu(text, texts[:index] + texts[index + 1 :]).score for index, text in enumerate(texts)
    ]
    return sum(scores) / len(scores)
''',
    "sweep_top_p": '''
def sweep_top_p(model, tokenizer, prompt, values, n, max_new_tokens, seed):
    """{top_p: (n texts, their average Self-BLEU)}."""
    set_seed(seed)
    inputs = tokenizer(prompt, return_tensors="pt")
    length = inputs["input_ids"].shape[1]
    found = {}
    for value in values:
        ids = model.generate(
            **inputs,
            do_sample=True,
            top_p=value,
            top_k=0,
            num_return_sequences=n,
            min_new_tokens=max_new_tokens,
            max_new_tokens=max_new_tokens,
            pad_token_id=tokenizer.pad_token_id,
        )
        texts = tokenizer.batch_decode(ids[:, length:], skip_special_tokens=True)
        found[value] = (texts, average_self_bleu(texts))
    return found
''',
}

# Three values, four texts each, fifty tokens: where the time goes.
PROMPT, VALUES, N_TEXTS, N_TOKENS = "Once upon a time, there was a", [0.1, 0.5, 0.95], 4, 50

CHECKS = {
    "greedy_text": f"""
import functools

def expected_text(model, tokenizer, prompt, max_new_tokens):
    inputs = tokenizer(prompt, return_tensors="pt")
    ids = model.generate(**inputs, do_sample=False, max_new_tokens=max_new_tokens, pad_token_id=tokenizer.pad_token_id)
    return tokenizer.decode(ids[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)

expected_text = functools.cache(expected_text)  # Otter's doctests take no decorators

def check_greedy_text(s, model, tokenizer):
    expected = expected_text(model, tokenizer, {PROMPT!r}, 20)
    must(s.greedy_text(model, tokenizer, {PROMPT!r}, 20) == expected, "greedy_text: another text")
""",
    "token_ids": """
def check_token_ids(s, model, tokenizer):
    for text in ["a small dog", "Hello, world!", "二匹の猫"]:
        expected = tokenizer(text, add_special_tokens=False)["input_ids"]
        must(s.token_ids(tokenizer, text) == expected, "token_ids: other ids")
""",
    "softmax_with_temperature": """
def check_softmax_with_temperature(s, model, tokenizer):
    for temperature in [0.5, 1.0, 10.0]:
        logits = [2.0, -1.0, 0.5, 700.0 * (temperature == 1.0)]
        expected = torch.tensor(logits, dtype=torch.float64).div(temperature).softmax(-1).tolist()
        found = s.softmax_with_temperature(logits, temperature)
        must(len(found) == 4, "softmax: another length")
        must(all(abs(a - b) < 1e-9 for a, b in zip(found, expected)), "softmax: other numbers")
""",
    "top_p_filter": """
def check_top_p_filter(s, model, tokenizer):
    probs = [("b", 0.3), ("a", 0.5), ("d", 0.05), ("c", 0.15)]
    for p, kept in [(0.4, 1), (0.8, 2), (0.81, 3), (1.0, 4)]:
        expected = sorted(probs, key=lambda pair: -pair[1])[:kept]
        mass = sum(q for _, q in expected)
        found = s.top_p_filter(probs, p)
        must([token for token, _ in found] == [token for token, _ in expected], "top_p: other tokens")
        must(all(abs(q - r / mass) < 1e-9 for (_, q), (_, r) in zip(found, expected)), "top_p: other numbers")
""",
    "average_self_bleu": """
def check_average_self_bleu(s, model, tokenizer):
    texts = ["the cat sat on the mat", "the cat sat on a mat", "a dog ran far away home"]
    scores = [sacrebleu.sentence_bleu(t, [o for o in texts if o != t]).score for t in texts]
    must(abs(s.average_self_bleu(texts) - sum(scores) / 3) < 1e-9, "Self-BLEU: another number")
    must(abs(s.average_self_bleu(texts[:1] * 3) - 100) < 1e-6, "Self-BLEU: equal texts")
""",
    "sweep_top_p": f"""
def check_sweep_top_p(s, model, tokenizer):
    found = s.sweep_top_p(model, tokenizer, {PROMPT!r}, {VALUES!r}, {N_TEXTS}, {N_TOKENS}, 7)
    must(sorted(found) == {VALUES!r}, "sweep: other values")
    for texts, average in found.values():
        must(len(texts) == {N_TEXTS}, "sweep: another number of texts")
        scores = [sacrebleu.sentence_bleu(t, texts[:i] + texts[i + 1 :]).score for i, t in enumerate(texts)]
        must(abs(average - sum(scores) / len(scores)) < 1e-6, "sweep: another Self-BLEU")
    must(found[{VALUES[0]}][1] > found[{VALUES[-1]}][1], "sweep: Self-BLEU does not fall")
""",
}

# A right answer with one function that makes trouble; each must cost its own limit, and nothing else.
TROUBLE = {
    "loops": "def token_ids(tokenizer, text):\n    while True:\n        pass\n",
    "sleeps": "def token_ids(tokenizer, text):\n    import time\n    time.sleep(10**6)\n",
    "ignores_signals": (
        "def token_ids(tokenizer, text):\n"
        "    import signal\n"
        "    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGXCPU):\n"
        "        signal.signal(number, signal.SIG_IGN)\n"
        "    while True:\n"
        "        try:\n"
        "            pass\n"
        "        except BaseException:\n"
        "            pass\n"
    ),
    "floods": "def token_ids(tokenizer, text):\n    while True:\n        print('x' * 1000)\n",
    "eats_memory": (
        "def token_ids(tokenizer, text):\n    eaten = []\n    while True:\n        eaten.append(bytearray(10_000_000))\n"
    ),
    "forks": "def token_ids(tokenizer, text):\n    import os\n    while True:\n        os.fork()\n",
    "segfaults": "def token_ids(tokenizer, text):\n    import ctypes\n    ctypes.string_at(0)\n",
    "exits": "def token_ids(tokenizer, text):\n    import os\n    os._exit(0)\n",
}


def answer(name: str) -> str:
    """A whole file with one of the six functions, and those that it needs."""
    needed = ["average_self_bleu", name] if name == "sweep_top_p" else [name]
    return IMPORTS + "\n" + "\n\n".join(SOLUTION[one] for one in needed)


def whole_answer(trouble: str = "") -> str:
    """All six functions in one text; of one of the troublemakers, if named."""
    parts = [TROUBLE[trouble] if trouble and name == "token_ids" else SOLUTION[name] for name in NAMES]
    return IMPORTS + "\n\n" + "\n\n".join(parts)
