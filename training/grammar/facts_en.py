"""English questions and answers, built from the tables in `training/data`."""

from collections.abc import Iterator

from training.grammar.sampling import rows

Fields = tuple[str, tuple[str, ...], str, str, str, str]

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
TWICE = {"zero": "zero", "two": "four", "four": "eight", "six": "twelve", "eight": "sixteen"}


def capital(text: str) -> str:
    """The text with its first letter large."""
    return text[0].upper() + text[1:]


def article(noun: str) -> str:
    """The noun with a or an in front."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def capitals() -> Iterator[Fields]:
    for country, city, continent, *_ in rows("capitals.tsv"):
        yield (
            "capital",
            (
                f"What is the capital of {country}?",
                f"What is the capital city of {country}?",
                f"Which city is the capital of {country}?",
                f"What's the capital of {country}?",
                f"Tell me the capital of {country}.",
                f"Name the capital of {country}.",
                f"The capital of {country}?",
                f"Which city is {country}'s capital?",
                f"Do you know the capital of {country}?",
            ),
            city,
            f"The capital of {country} is {city}.",
            f"{capital(country)} is a country in {continent}, and many people visit {city} every year.",
            f"A capital is the city where the leaders of a country meet, and {city} is such a city.",
        )


def colours() -> Iterator[Fields]:
    for thing, colour, *_ in rows("colours.tsv"):
        yield (
            "colour",
            (
                f"What color is {thing}?",
                f"What colour is {thing}?",
                f"What is the color of {thing}?",
                f"Which color does {thing} have?",
                f"Tell me the color of {thing}.",
            ),
            colour,
            f"{capital(thing)} is {colour}.",
            "You can see this color when you look at it in the light of day.",
            f"Many other things are {colour} too.",
        )


def opposites() -> Iterator[Fields]:
    for word, other, *_ in rows("opposites.tsv"):
        yield (
            "opposite",
            (
                f"What is the opposite of {word}?",
                f"What's the opposite of {word}?",
                f"What is the opposite of the word {word}?",
                f"Which word is the opposite of {word}?",
                f"Tell me the opposite of {word}.",
                f"Give the opposite of {word}.",
            ),
            other,
            f"The opposite of {word} is {other}.",
            "The two words have contrary meanings, and it is easy to learn them together.",
            f"If something is not {word} at all, people may call it {other}.",
        )


def animals() -> Iterator[Fields]:
    for name, plural, sound, legs, can_fly, can_swim, *_ in rows("animals.tsv"):
        an_animal = article(name)
        if sound != "-":
            yield (
                "sound",
                (
                    f"What sound does {an_animal} make?",
                    f"What does {an_animal} say?",
                    f"Which sound does {an_animal} make?",
                    f"What noise does {an_animal} make?",
                ),
                sound,
                f"{capital(an_animal)} says {sound}.",
                "People write the sound of this animal in this way, and children like to copy it.",
                f"In other languages, the sound of {plural} is written in a different way.",
            )
        yield (
            "legs",
            (
                f"How many legs does {an_animal} have?",
                f"How many legs do {plural} have?",
                f"What number of legs does {an_animal} have?",
                f"Tell me how many legs {an_animal} has.",
            ),
            legs,
            f"{capital(an_animal)} has {legs} legs.",
            f"Two {plural} together have {TWICE[legs]} legs, if none of them is hurt.",
            "You can count them in a picture.",
        )
        for verb, can in (("fly", can_fly), ("swim", can_swim)):
            if can == "-":
                continue
            where = "in the air" if verb == "fly" else "in the water"
            yield (
                "yes or no",
                (f"Can {an_animal} {verb}?", f"Can {plural} {verb}?", f"Is {an_animal} able to {verb}?"),
                capital(can),
                f"Yes, {an_animal} can {verb}." if can == "yes" else f"No, {an_animal} cannot {verb}.",
                f"{capital(plural)} are {'often' if can == 'yes' else 'never'} seen moving {where} by themselves.",
                f"Not every animal is able to {verb}.",
            )


def kinds() -> Iterator[Fields]:
    table = rows("kinds.tsv")
    for index, (thing, kind, note, *_) in enumerate(table):
        other = next(row[1] for row in table[index + 7 :] + table if row[1] != kind)
        yield (
            "kind",
            (f"What is {thing}?", f"What kind of thing is {thing}?", f"Tell me what {thing} is."),
            kind,
            f"{capital(thing)} is {kind}.",
            f"{note}, and most people have seen one or heard about it.",
            f"There are many other things of this kind, and each {kind.split(' ', 1)[1]} is a little different.",
        )
        yield (
            "yes or no",
            (f"Is {thing} {kind}?", f"Would you call {thing} {kind}?"),
            "Yes",
            f"Yes, {thing} is {kind}.",
            f"{note}, and most people have seen one or heard about it.",
            "So the answer to the question is yes.",
        )
        yield (
            "yes or no",
            (f"Is {thing} {other}?", f"Would you call {thing} {other}?"),
            "No",
            f"No, {thing} is not {other}.",
            f"It is {kind}. {note}.",
            "So the answer to the question is no.",
        )


def words() -> Iterator[Fields]:
    for english, japanese in rows("words.tsv"):
        yield (
            "translation",
            (
                f"What is the Japanese word for {english}?",
                f"How do you say {english} in Japanese?",
                f"What is {english} in Japanese?",
                f"Translate {english} into Japanese.",
                f"Translate the word {english} into Japanese.",
            ),
            japanese,
            f"The Japanese word for {english} is {japanese}.",
            "You can use this word when you speak or write about it in Japan.",
            "The same word can be found in every dictionary.",
        )
        yield (
            "translation",
            (
                f"What does {japanese} mean in English?",
                f"What is {japanese} in English?",
                f"What does the Japanese word {japanese} mean?",
                f"Translate {japanese} into English.",
            ),
            english,
            f"The Japanese word {japanese} means {english}.",
            "You can find it in books and hear it when people talk in Japan.",
            "The same word can be found in every dictionary.",
        )


def calendar() -> Iterator[Fields]:
    for unit, names, count in (("day", DAYS, "seven"), ("month", MONTHS, "twelve")):
        whole = "week" if unit == "day" else "year"
        for index, name in enumerate(names):
            for word, other in (("after", names[(index + 1) % len(names)]), ("before", names[index - 1])):
                yield (
                    "calendar",
                    (
                        f"What {unit} comes {word} {name}?",
                        f"Which {unit} comes {word} {name}?",
                        f"What {unit} is {word} {name}?",
                        f"Which {unit} of the {whole} is right {word} {name}?",
                    ),
                    other,
                    f"The {unit} that comes {word} {name} is {other}.",
                    f"A {whole} has {count} {unit}s, and they always follow each other in the same order.",
                    f"After the last {unit}, the first one comes again.",
                )


def trivia() -> Iterator[Fields]:
    for question, short, sentence, note, *_ in rows("trivia.tsv"):
        plain = question[0].lower() + question[1:]
        yield (
            "trivia",
            (question, f"Do you know this? {question}", f"I wonder, {plain}", f"Tell me, {plain}"),
            short,
            f"{sentence}.",
            f"{note}, as you can read in many books.",
            "Many children learn this at school.",
        )


def all_facts() -> Iterator[Fields]:
    """Kind, wordings, short answer, sentence, explanation and detail of every fact."""
    for source in (capitals, colours, opposites, animals, kinds, words, calendar, trivia):
        yield from source()


def arithmetic(a: int, sign: str, b: int, result: int) -> tuple[tuple[str, ...], str, str, str, str]:
    """Wordings, short answer, sentence, no explanation, and detail of one calculation."""
    word = {"+": "plus", "-": "minus", "*": "times"}[sign]
    how = {
        "+": f"When you add {b} to {a}, you get {result}.",
        "-": f"When you take {b} away from {a}, {result} is left.",
        "*": f"When you take {a} times {b}, you get {result}.",
    }[sign]
    signs = ("*", "×", "x", "*") if sign == "*" else (sign,)
    wordings = []
    for shown in signs:
        wordings += [
            *(
                f"{a}{shown}{b}=?",
                f"{a}{shown}{b}=?",
                f"{a} {shown} {b} = ",
                f"{a} {shown} {b} =",
                f"{a}{shown}{b}=",
            ),
            *(f"What is {a}{shown}{b}?", f"What is {a} {shown} {b}?", f"How much is {a}{shown}{b}?"),
            *(
                f"Calculate {a}{shown}{b}.",
                f"Compute {a} {shown} {b}.",
                f"What's {a}{shown}{b}?",
                f"{a}{shown}{b}",
            ),
            *(
                f"{a} {shown} {b} = ?",
                f"{a}{shown}{b}?",
                f"How much is {a} {shown} {b}?",
                f"Solve {a}{shown}{b}=?",
            ),
        ]
    wordings += [f"What is {a} {word} {b}?", f"How much is {a} {word} {b}?", f"{a} {word} {b}?"]
    return tuple(wordings), str(result), f"The answer is {result}.", "", how
