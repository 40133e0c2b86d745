"""Training documents: a prompt, an answer and a format, drawn from the whole grammar."""

import random
from dataclasses import dataclass

from training.grammar import held_out, stories_en, stories_ja, talk, wording_en, wording_ja
from training.grammar.facts import Question, arithmetic, draw_fact, facts_by_kind
from training.grammar.phases import PHASES, Phase


@dataclass(frozen=True)
class Document:
    """Turns of prompt and answer; a text without a prompt is one turn with an empty prompt."""

    turns: tuple[tuple[str, str], ...]
    system: str = ""
    chat: bool = False


def answer(question: Question, level: str, language: str) -> str:
    """The answer at a level: "brief" or "colloquial", "one" (sentence), "two" (sentences), "plain" or "detailed"."""
    gap = " " if language == "en" else ""
    stop = ". " if language == "en" else "。"
    if level in ("brief", "colloquial"):
        return question.short
    parts = [question.sentence]
    if level == "two":
        addition = question.explanation or question.detail
        parts.append(addition.split(stop)[0].rstrip(".。") + stop.strip())
    elif level in ("plain", "detailed") and question.explanation:
        parts.append(question.explanation)
    if level == "detailed":
        parts.append(question.detail)
    return gap.join(parts) if level != "one" else question.sentence


def wording(rng: random.Random, level: str, language: str) -> str:
    """A template with `{q}` or `{lower_q}` that asks for this level; never a held-out one."""
    source = wording_en if language == "en" else wording_ja
    while True:
        if level in ("one", "two"):
            template = source.sentences(rng, 1 if level == "one" else 2)
        else:
            draws = {"plain": source.plain, "brief": source.brief, "colloquial": source.colloquial}
            template = (draws | {"detailed": source.detailed})[level](rng)
        if not held_out.is_held_out(template):
            return template


def fill(template: str, question: str) -> str:
    """The prompt that a template and a question make."""
    keep = question.startswith("I ") or question[:1].isdigit()
    lower = question if keep else question[:1].lower() + question[1:]
    return template.replace("{lower_q}", lower).replace("{q}", question)


def ask(rng: random.Random, question: Question, level: str, language: str) -> str:
    """A prompt for the question at this level."""
    first = question.wordings[0] if rng.random() < 0.3 else rng.choice(question.wordings)
    prompt = fill(wording(rng, level, language), first)
    if language == "en" and rng.random() < 0.05:
        prompt = prompt.lower()
    return prompt.rstrip("?？。") if rng.random() < 0.04 else prompt


def few_shot(rng: random.Random, language: str) -> tuple[str, str]:
    """Two or three solved questions of one kind, then the one to answer in the same short way."""
    kinds = list(facts_by_kind(language).values())
    pool = rng.choice([*kinds, list(arithmetic(language))])
    questions = rng.sample(pool, rng.choice((2, 3, 3, 4)))
    q, a = rng.choice((("Q: ", "A:"), ("Question: ", "Answer:"), ("", "→"), ("Input: ", "Output:")))
    if language == "ja" and rng.random() < 0.5:
        q, a = rng.choice((("質問：", "答え："), ("問：", "答：")))
    gap = "" if a.endswith("：") else " "
    line, blank = rng.choice(("\n", " ")), rng.choice(("\n", "\n\n"))
    style = rng.randrange(len(min((question.wordings for question in questions), key=len)))
    shots = [f"{q}{question.wordings[style]}{line}{a}{gap}{question.short}" for question in questions[:-1]]
    last = f"{q}{questions[-1].wordings[style]}{line}{a}"
    return blank.join([*shots, last]), questions[-1].short


def turn(rng: random.Random, language: str, salt: str, phase: Phase) -> tuple[str, str]:
    """A prompt and its answer from any family of the phase's mixture."""
    index = 0 if language == "en" else 1
    mixture = phase.mixture
    family = rng.choices(list(mixture), [weights[index] for weights in mixture.values()])[0]
    if family == "story":
        return (stories_en if language == "en" else stories_ja).story(rng, salt)
    if family in phase.levels:
        levels = phase.levels[family]
        question = draw_fact(rng, language, phase.emphasis) if family == "fact" else rng.choice(arithmetic(language))
        level = rng.choices(list(levels), list(levels.values()))[0]
        return ask(rng, question, level, language), answer(question, level, language)
    if family == "persona":
        instruction, exclamation = talk.persona(rng, language)
        question = draw_fact(rng, language, phase.emphasis)
        gap = " " if language == "en" else ""
        return f"{instruction}{gap}{question.wordings[0]}", exclamation + question.sentence
    sources = {"few shot": few_shot, "list": talk.enumeration, "small talk": talk.small_talk}
    sources |= {"unknown": talk.unknown, "on text": talk.on_text}
    return sources[family](rng, language)


def chat_document(rng: random.Random, language: str, salt: str, phase: Phase) -> Document:
    """A conversation of one or two turns, sometimes with a system prompt."""
    shape = rng.random()
    if shape < 0.12:
        question = draw_fact(rng, language, phase.emphasis) if rng.random() < 0.75 else rng.choice(arithmetic(language))
        phrase = (wording_en if language == "en" else wording_ja).brief_phrase(rng)
        system = phrase[0].upper() + phrase[1:] + ("." if language == "en" else "。")
        return Document(((rng.choice(question.wordings), question.short),), system=system, chat=True)
    if shape < 0.16:
        instruction, exclamation = talk.persona(rng, language)
        question = draw_fact(rng, language, phase.emphasis)
        return Document(((question.wordings[0], exclamation + question.sentence),), system=instruction, chat=True)
    turns: tuple[tuple[str, str], ...] = (turn(rng, language, salt, phase),)
    if rng.random() < 0.12:
        turns = (*turns, turn(rng, language, salt, phase))
    return Document(turns, chat=True)


def draw(rng: random.Random, model: str, part: int = 0) -> Document:
    """A training document of a model: "tiny-chat" (both languages and formats) or "tiny-base" (English, raw).

    `part` is the part of the training, an index of the model's `PHASES`, whose phase decides what is drawn how often.
    """
    phase = PHASES[model][part]
    if model == "tiny-base":
        if rng.random() < 0.1:
            return Document((("", stories_en.story(rng, model)[1]),))
        return Document((turn(rng, "en", model, phase),))
    english, japanese = (sum(weights[index] for weights in phase.mixture.values()) for index in (0, 1))
    language = rng.choices(("en", "ja"), (english, japanese))[0]
    if rng.random() < 0.02:
        return Document((("", (stories_en if language == "en" else stories_ja).story(rng, model)[1]),))
    if rng.random() < 0.25:
        return chat_document(rng, language, model, phase)
    return Document((turn(rng, language, model, phase),))
