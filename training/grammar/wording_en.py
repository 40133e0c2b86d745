"""English ways to ask for a short, one-sentence, two-sentence or detailed answer, put together from parts.

A wording is a template with `{q}` where the question goes; the parts stand in `training/data/wording.en.json`.
`brief(rng)` composes thousands of different ones.
"""

import random

from training.grammar.sampling import phrases, zipf

PARTS = phrases("wording.en.json")


def pick(rng: random.Random, part: str) -> str:
    """One of the phrases of a part."""
    return rng.choice(PARTS[part])


def brief_phrase(rng: random.Random) -> str:
    """One request for brevity, without a full stop, first letter small."""
    shape = rng.randrange(12)
    if shape < 3:
        phrase = f"{zipf(rng, PARTS['verbs'])} {pick(rng, 'prepositions')} {zipf(rng, PARTS['units'])}"
    elif shape == 3:
        phrase = f"{pick(rng, 'verbs')} {pick(rng, 'adverbs')}"
    elif shape == 4:
        phrase = pick(rng, "gives") + pick(rng, "onlys").format(a=pick(rng, "answers"))
    elif shape == 5:
        phrase = pick(rng, "short_frames").format(s=pick(rng, "shorts"), n=pick(rng, "short_nouns"))
    elif shape == 6:
        phrase = pick(rng, "word_only")
    elif shape == 7:
        phrase = f"{pick(rng, 'be')} {pick(rng, 'briefs')}"
    elif shape == 8:
        phrase = f"{pick(rng, 'keep_verbs')} {pick(rng, 'keep_objects')} {pick(rng, 'keep_how')}"
    elif shape == 9:
        phrase = pick(rng, "no_frames").format(t=pick(rng, "no_things"))
    elif shape == 10:
        phrase = pick(rng, "do_not")
    else:
        phrase = rng.choice((pick(rng, "adverbs"), f"{pick(rng, 'prepositions')} {zipf(rng, PARTS['units'])}"))
    if rng.random() < 0.12:
        phrase = pick(rng, "polite_heads") + phrase
    elif rng.random() < 0.1:
        phrase += pick(rng, "polite_tails")
    words = phrase.split(" ")
    if len(words) > 3 and rng.random() < 0.06:
        words.pop(rng.randrange(len(words)))
    return " ".join(words)


def capital(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def place(rng: random.Random, phrase: str) -> str:
    """A template that puts the phrase before, after or around the question."""
    large = capital(phrase)
    shape = rng.random()
    if shape < 0.34:
        return large + rng.choice((": {q}", ". {q}", ".\n{q}", ":\n{q}", "\n{q}", ":\n\n{q}", "! {q}", " - {q}"))
    if shape < 0.72:
        tail = rng.choice((large + ".", large + ".", large, phrase, large + ":", large + "!"))
        return "{q}" + rng.choice((" ", " ", "\n", "\n\n")) + tail
    if shape < 0.8:
        return (
            rng.choice(("{q} ({p})", "{q} ({P}.)", "({P}) {q}", "[{P}] {q}", "{q} - {p}"))
            .replace("{P}", large)
            .replace("{p}", phrase)
        )
    return pick(rng, "frames").replace("{P}", large)


def brief(rng: random.Random) -> str:
    """A template that asks for the bare answer."""
    if rng.random() < 0.07:
        return pick(rng, "short_frame_labels")
    if rng.random() < 0.09:
        return capital(pick(rng, "openers")) + ", {lower_q}"
    phrase = brief_phrase(rng)
    if rng.random() < 0.14:
        phrase = f"{phrase}{rng.choice(('. ', ', ', ' and ', '; '))}{brief_phrase(rng)}"
    template = place(rng, phrase)
    if rng.random() < 0.08:
        template = template.replace("{q}", pick(rng, "neutral_heads") + " {q}")
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
        return pick(rng, "neutral_heads") + rng.choice((" ", " ", "\n")) + "{q}"
    if shape < 0.9:
        return "{q}" + rng.choice((" ", " ", "\n")) + pick(rng, "neutral_tails")
    return pick(rng, "plain_frames")


def detailed(rng: random.Random) -> str:
    """A template that asks for a detailed answer."""
    return place(rng, pick(rng, "details"))


def sentences(rng: random.Random, count: int) -> str:
    """A template that asks for one or two sentences."""
    return place(rng, rng.choice(PARTS["one_sentence"] if count == 1 else PARTS["two_sentences"]))
