"""English stories: a prompt that names a hero, and a short tale that keeps to it."""

import random
import zlib

from training.grammar.sampling import nouns, zipf

NAMES = ("Oscar", "Luna", "Milo", "Ruby", "Felix", "Nora", "Hugo", "Ada")
TIMES = ("day", "night", "rainy afternoon", "cold morning", "summer evening", "winter day")
HELPERS = (
    "fox",
    "young girl",
    "old wizard",
    "brave knight",
    "small robot",
    "kind witch",
    "clever boy",
    "owl",
)
THINGS = (
    "golden key",
    "old map",
    "glowing stone",
    "broken crown",
    "silver bell",
    "sealed letter",
    "magic lamp",
)
SPOTS = (
    "on the beach",
    "in the snow",
    "behind the hill",
    "under an old bridge",
    "at the market",
    "in a dark cave",
)

# class: (adjectives, homes, hobbies)
LEXICON: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "animal": (
        ("little", "clever", "hungry", "shy", "brave", "playful"),
        ("a quiet forest", "a green meadow", "a warm nest by the river", "a small barn", "the tall grass"),
        ("run in the rain", "watch the clouds", "look for berries", "sing at night", "sleep in the sun"),
    ),
    "person": (
        ("young", "honest", "curious", "poor", "cheerful", "lonely"),
        ("a small village", "a busy town", "a house near the sea", "an old mill", "a street full of shops"),
        ("read old books", "walk by the river", "help the neighbours", "count the stars", "cook warm soup"),
    ),
    "fantasy": (
        ("sleepy", "gentle", "pale", "mighty", "strange", "lonely"),
        (
            "a deep green valley",
            "a dark castle",
            "a cave full of crystals",
            "the misty mountains",
            "an old tower",
        ),
        (
            "polish an old treasure",
            "fly over the hills",
            "collect lost keys",
            "scare the crows",
            "talk to the moon",
        ),
    ),
    "object": (
        ("rusty", "shiny", "forgotten", "tiny", "wonderful", "broken"),
        ("a dusty attic", "an old drawer", "a little shop", "a quiet museum", "the corner of a kitchen"),
        ("listen to the rain", "dream about the sea", "be useful", "hear old songs", "wait for the morning"),
    ),
    "food": (
        ("sweet", "warm", "round", "fresh", "enormous", "funny"),
        ("a bright kitchen", "a basket by the window", "a bakery", "a picnic bag", "the royal table"),
        (
            "roll down the stairs",
            "smell the summer air",
            "hide from hungry cats",
            "laugh out loud",
            "tell jokes",
        ),
    ),
    "place": (
        ("silent", "beautiful", "ancient", "distant", "secret", "golden"),
        (
            "the far north",
            "a faraway land",
            "the middle of nowhere",
            "the end of the road",
            "a forgotten country",
        ),
        (
            "welcome tired travelers",
            "shine in the evening",
            "keep old secrets",
            "listen to the wind",
            "be alone",
        ),
    ),
}

OPENINGS = (
    "Once upon a time, there was {a_hero} named {name} in {home}.",
    "Long ago, {a_hero} named {name} lived in {home}.",
    "There once was {a_hero} called {name} in {home}.",
    "In {home}, there was {a_hero} named {name}.",
)
TRAITS = (
    "The {noun} loved to {hobby}.",
    "More than anything, the {noun} liked to {hobby}.",
    "Every day, the {noun} wanted to {hobby}.",
)
PLOTS = (
    (
        "One {time}, the {noun} met {a_helper} {spot}.",
        "The {helper} was sad, because {a_thing} was missing.",
        "They searched for three days and found it {spot2}.",
    ),
    (
        "One {time}, the {noun} found {a_thing} {spot}.",
        "It belonged to {a_helper}, who had lost it long ago.",
        "The {noun} gave it back, and the {helper} smiled.",
    ),
    (
        "One {time}, a great storm came, and {a_helper} got lost {spot}.",
        "The {noun} took {a_thing} and went out to help.",
        "Together they came home before the sun rose.",
    ),
    (
        "One {time}, the {noun} heard a strange sound {spot}.",
        "It was {a_helper}, who was looking for {a_thing}.",
        "The {noun} knew where it was and showed the way.",
    ),
    (
        "One {time}, {a_helper} invited the {noun} to a great race.",
        "The first prize was {a_thing}.",
        "The {noun} lost the race but won a good friend.",
    ),
)
PLACE_PLOTS = (
    (
        "One {time}, {a_helper} came to the {noun} and asked for shelter.",
        "Nobody knew that {a_thing} was hidden there.",
        "The {helper} found it and shared it with everyone.",
    ),
    (
        "One {time}, {a_helper} lost {a_thing} near the {noun}.",
        "Everybody searched until the sun went down.",
        "At last it was found {spot}.",
    ),
    (
        "One {time}, a great storm came to the {noun}.",
        "{A_helper} ran out with {a_thing} and called for help.",
        "The {noun} was saved before the morning.",
    ),
)
ENDINGS = (
    "From that day on, they lived happily ever after.",
    "The {noun} never forgot that {time}.",
    "After that, the {noun} and the {helper} were the best of friends.",
    "That night, the {noun} fell asleep with a smile.",
    "People still tell this story today.",
)
MOOD_ENDINGS = {
    "scary": "But at midnight, a cold hand knocked on the door, and nobody slept again.",
    "funny": "Then everybody slipped on a banana and laughed until the morning.",
    "sad": "In the end, the {noun} had to say goodbye, and many tears fell.",
    "happy": "There was a big party, and the {noun} danced all night.",
}
ONE_SENTENCE = (
    "{A_hero} named {name} found {a_thing} {spot} and became the best friend of {a_helper}.",
    "One {time}, {a_hero} named {name} met {a_helper} {spot} and was never lonely again.",
)
SECOND_SENTENCE = (
    "One {time}, the {noun} found {a_thing} {spot} and gave it to {a_helper}.",
    "One {time}, the {noun} met {a_helper} {spot}, and they became good friends.",
)

REQUESTS = (
    "Tell me {a_kind} about {topic}.",
    "Write {a_kind} about {topic}.",
    "Please tell me {a_kind} about {topic}.",
    "Please write {a_kind} about {topic}.",
    "Can you tell me {a_kind} about {topic}?",
    "Could you write {a_kind} about {topic}?",
    "I want to hear {a_kind} about {topic}.",
    "Give me {a_kind} about {topic}.",
    "I would like {a_kind} about {topic}, please.",
    "Tell {a_kind} about {topic}",
    "Make up {a_kind} about {topic}.",
    "{A_kind} about {topic}, please.",
    "Tell me {a_kind} of {topic}.",
    "Please tell me {a_kind} of {topic}.",
    "Create {a_kind} with {topic} in it.",
    "Tell us {a_kind} about {topic}!",
)
KINDS = ("story", "story", "story", "tale", "fairy tale", "bedtime story")
SHORT_TAILS = (
    "Keep it short.",
    "Be brief.",
    "Make it short.",
    "A short one, please.",
    "Keep the story short.",
)
LONG_TAILS = ("Make it long.", "Tell it in detail.", "Use many sentences.", "A long one, please.")
ONE_TAILS = ("in one sentence", "in a single sentence", "in just one sentence", "using only one sentence")
TWO_TAILS = ("in two sentences", "using two sentences", "in only two sentences")
SYLLABLES = tuple(
    [
        "ba",
        "bo",
        "da",
        "fi",
        "ga",
        "gor",
        "ka",
        "ki",
        "la",
        "lum",
        "ma",
        "mo",
        "na",
        "nor",
        "pa",
        "pli",
        "qua",
        "ra",
        "rik",
        "sa",
        "sto",
        "ta",
        "tri",
        "va",
        "wum",
        "xan",
        "zo",
        "zer",
    ]
)


def with_article(phrase: str) -> str:
    """The phrase with a or an in front."""
    vowel = (phrase[0] in "aeiou" and not phrase.startswith(("uni", "use", "one"))) or phrase.startswith("hon")
    return f"{'an' if vowel else 'a'} {phrase}"


def plural(noun: str) -> str:
    """The regular plural, or the noun itself where the plural is irregular."""
    return noun if noun.endswith(("s", "x", "ch", "sh", "y", "f", "fe", "man", "mouse", "fish")) else noun + "s"


def invented_noun(rng: random.Random) -> str:
    """A word that no list holds: such heroes make the model learn to copy from the prompt."""
    return "".join(rng.choices(SYLLABLES, k=rng.choice((2, 2, 3)))) + rng.choice(("n", "t", "l", "", "ck", "s"))


def tell(rng: random.Random, hero: tuple[str, str, str], length: str, *, salt: str, helper: str = "") -> str:
    """A story in the asked length.

    Args:
        hero: noun, its class, and an adjective that the prompt gave ("" for none).
        length: "one", "two", "short", "default" or "long", or a mood of `MOOD_ENDINGS`.
        salt: changes which wording each hero prefers.
        helper: the second character, where the prompt names one.
    """
    noun, noun_class, adjective = hero
    group = f"{salt}/{noun_class}/{zlib.crc32(noun.encode()) % 4}/"
    adjectives, homes, hobbies = LEXICON[noun_class]
    a_hero = with_article(f"{adjective or zipf(rng, adjectives, group + 'adjective')} {noun}")
    others = tuple(word for word in HELPERS if word.split(" ")[-1] != noun)
    helper = helper or zipf(rng, others, group + "helper")
    slots = {
        "noun": noun,
        "a_hero": a_hero,
        "A_hero": a_hero[0].upper() + a_hero[1:],
        "name": zipf(rng, NAMES, group + "name"),
        "home": zipf(rng, homes, group + "home"),
        "hobby": zipf(rng, hobbies, group + "hobby"),
        "time": zipf(rng, TIMES, group + "time"),
        "helper": helper,
        "a_helper": with_article(helper),
        "A_helper": with_article(helper).capitalize(),
        "a_thing": with_article(zipf(rng, THINGS, group + "thing")),
        "spot": zipf(rng, SPOTS, group + "spot"),
        "spot2": zipf(rng, SPOTS, group + "second spot"),
    }
    opening, trait = zipf(rng, OPENINGS, group + "opening"), zipf(rng, TRAITS, group + "trait")
    plots = PLACE_PLOTS if noun_class == "place" else PLOTS
    plot = zipf(rng, plots, group + "plot")
    ending = MOOD_ENDINGS.get(length) or zipf(rng, ENDINGS, group + "ending")
    if length == "one":
        sentences: tuple[str, ...] = (zipf(rng, ONE_SENTENCE, group + "one"),)
    elif length == "two":
        sentences = (opening, zipf(rng, SECOND_SENTENCE, group + "two"))
    elif length == "short":
        sentences = (opening, zipf(rng, SECOND_SENTENCE, group + "two"), ending)
    elif length == "long":
        rest = [other for other in plots if other != plot]
        second = zipf(rng, rest, group + "second plot")
        sentences = (opening, trait, *plot, "They rested for a while.", *second, ending)
    else:
        sentences = (opening, trait, *plot, ending)
    return " ".join(sentences).format(**slots)


def story(rng: random.Random, salt: str = "") -> tuple[str, str]:
    """A prompt and its story."""
    noun = rng.choice(list(nouns("en")))
    noun_class = nouns("en")[noun]
    if rng.random() < 0.12:
        noun, noun_class = invented_noun(rng), rng.choice(list(LEXICON))
    adjective = rng.choice(LEXICON[noun_class][0]) if rng.random() < 0.08 else ""
    helper = rng.choice(list(nouns("en"))) if rng.random() < 0.06 else ""
    length = rng.choices(
        ("default", "short", "long", "one", "two", rng.choice(list(MOOD_ENDINGS))), (64, 10, 4, 7, 6, 9)
    )[0]
    text = tell(rng, (noun, noun_class, adjective), length, salt=salt, helper=helper)
    return request(rng, noun, adjective, helper, length), text


def request(rng: random.Random, noun: str, adjective: str, helper: str, length: str) -> str:
    """A prompt that asks for the story."""
    topic = with_article(f"{adjective} {noun}" if adjective else noun)
    if helper:
        topic += f" and {with_article(helper)}"
    elif not adjective and rng.random() < 0.08:
        topic = rng.choice((plural(noun), f"the {noun}", noun))
    kind = rng.choice(KINDS)
    tail = ""
    if length in MOOD_ENDINGS:
        kind = f"{length} {kind}"
    elif length == "short" and rng.random() < 0.6:
        kind = rng.choice(("short ", "very short ", "short ")) + kind
    elif length == "short":
        tail = rng.choice(SHORT_TAILS)
    elif length == "long" and rng.random() < 0.6:
        kind = rng.choice(("long ", "very long ", "detailed ")) + kind
    elif length == "long":
        tail = rng.choice(LONG_TAILS)
    elif length in ("one", "two"):
        tail = rng.choice(ONE_TAILS if length == "one" else TWO_TAILS)
        if rng.random() < 0.3:
            kind = f"{length}-sentence {kind}"
            tail = ""
    asked = zipf(rng, REQUESTS).format(a_kind=with_article(kind), A_kind=with_article(kind).capitalize(), topic=topic)
    if tail and tail[0].isupper():
        return f"{asked} {tail}"
    if tail:
        return f"{asked[:-1].rstrip('.?!')} {tail}{asked[-1]}" if asked[-1] in ".?!" else f"{asked} {tail}"
    return asked
