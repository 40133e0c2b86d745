"""Japanese ways to ask for a short, one-sentence, two-sentence or detailed answer, put together from parts.

A wording is a template with `{q}` where the question goes; the parts stand in `training/data/wording.ja.json`.
`brief(rng)` composes thousands of different ones.
"""

import random

from training.grammar.sampling import phrases

PARTS = phrases("wording.ja.json")


def pick(rng: random.Random, part: str) -> str:
    """One of the phrases of a part."""
    return rng.choice(PARTS[part])


def brief_phrase(rng: random.Random) -> str:
    """One request for brevity, without a full stop."""
    shape = rng.randrange(10)
    if shape < 5:
        verb = pick(rng, "verbs")
        endings = PARTS["endings"] if verb[-1] in "っいし" or rng.random() < 0.8 else PARTS["endings_rest"]
        return pick(rng, "adverbs") + verb + rng.choice(endings)
    if shape < 7:
        return pick(rng, "only_nouns") + pick(rng, "only")
    if shape == 7:
        return pick(rng, "no_things") + pick(rng, "no")
    return pick(rng, "do_not")


def place(rng: random.Random, phrase: str) -> str:
    """A template that puts the phrase before, after or around the question."""
    shape = rng.random()
    if shape < 0.4:
        return phrase + rng.choice(("：", "。", "。", "。\n", "：\n", "\n", "、", ": ", "！")) + "{q}"
    if shape < 0.8:
        return "{q}" + rng.choice(("", "", "", "\n", " ", "\n\n")) + phrase + pick(rng, "stops")
    if shape < 0.88:
        return rng.choice(("{q}（{p}）", "（{p}）{q}", "【{p}】{q}", "{q}({p})", "{q}※{p}")).replace("{p}", phrase)
    return pick(rng, "frames").replace("{p}", phrase)


def brief(rng: random.Random) -> str:
    """A template that asks for the bare answer."""
    if rng.random() < 0.07:
        return pick(rng, "short_frame_labels")
    phrase = brief_phrase(rng)
    if rng.random() < 0.14:
        phrase = f"{phrase}{rng.choice(('。', '、'))}{brief_phrase(rng)}"
    if rng.random() < 0.06:
        phrase = (
            rng.choice(("必ず", "なるべく", "お願いですから", "以下の質問に", "次の質問に", "質問に", "とにかく"))
            + phrase
        )
    template = place(rng, phrase)
    if rng.random() < 0.08:
        template = template.replace("{q}", pick(rng, "neutral_heads") + "{q}")
    return template


def colloquial(rng: random.Random) -> str:
    """A template that asks for the bare answer in an everyday phrase."""
    return place(rng, pick(rng, "common"))


def plain(rng: random.Random) -> str:
    """A template that says nothing about the length."""
    shape = rng.random()
    if shape < 0.6:
        return "{q}"
    if shape < 0.76:
        return pick(rng, "neutral_heads") + rng.choice(("", "", "\n")) + "{q}"
    if shape < 0.9:
        return "{q}" + rng.choice(("", "", "\n")) + pick(rng, "neutral_tails")
    return pick(rng, "plain_frames")


def detailed(rng: random.Random) -> str:
    """A template that asks for a detailed answer."""
    return place(rng, pick(rng, "details"))


def sentences(rng: random.Random, count: int) -> str:
    """A template that asks for one or two sentences."""
    return place(rng, rng.choice(PARTS["one_sentence"] if count == 1 else PARTS["two_sentences"]))
