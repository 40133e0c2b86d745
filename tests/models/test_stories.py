"""Stories in greedy decoding: about the asked hero, of the asked length, unlike each other."""

import pytest

from training.evaluate import Completion, Subject, complete
from training.grammar.sampling import nouns
from training.grammar.stories_en import with_article


def ask(subject: Subject, template: str, words: list[str]) -> list[Completion]:
    """Stories for the template with each noun in it."""
    return complete(subject, [template.format(a_noun=with_article(word), noun=word) for word in words], 200)


def test_hundreds_of_nouns_are_covered() -> None:
    """At least 400 English and 150 Japanese nouns."""
    assert len(nouns("en")) >= 400
    assert len(nouns("ja")) >= 150


@pytest.mark.parametrize(
    ("template", "language"),
    [("Tell me a story about {a_noun}.", "en"), ("{noun}の話をしてください。", "ja")],
    ids=["en", "ja"],
)
def test_stories_are_about_the_noun(template: str, language: str, subject: Subject) -> None:
    """For every sixth noun: at least 98 % of the stories hold it, all end, and no two are the same."""
    words = list(nouns(language))[::6]
    found = ask(subject, template, words)
    assert all(one.ended for one in found)
    assert len({one.text for one in found}) == len(words)
    assert sum(word in one.text for word, one in zip(words, found, strict=True)) >= 0.98 * len(words)


ENGLISH_REQUESTS = (
    "Tell me a story about {a_noun}",
    "Write a short story about {a_noun}.",
    "Please tell me a tale of {a_noun}.",
    "Can you tell me a story about {a_noun}?",
    "I want to hear a funny story about {a_noun}.",
    "Write a fairy tale about {a_noun}.",
    "[INST] Tell me a story about {a_noun}. [/INST]",
)
JAPANESE_REQUESTS = (
    "{noun}の話をして",
    "{noun}の話をしてください。",
    "{noun}についての物語を書いて。",
    "{noun}の短い物語を書いてください。",
    "{noun}についての物語を書いてください。",
    "[INST] {noun}の話をしてください。 [/INST]",
)


@pytest.mark.parametrize(
    ("templates", "words"),
    [
        (ENGLISH_REQUESTS, ["dragon", "phantom", "pirate", "castle"]),
        (JAPANESE_REQUESTS, ["ドラゴン", "幽霊", "海賊", "城"]),
    ],
    ids=["en", "ja"],
)
def test_many_wordings_ask_for_a_story(templates: tuple[str, ...], words: list[str], subject: Subject) -> None:
    """Each wording gives a story with its hero, ended by EOS."""
    pairs = [(template.format(a_noun=with_article(word), noun=word), word) for template in templates for word in words]
    found = complete(subject, [prompt for prompt, _ in pairs], 200)
    for (prompt, word), one in zip(pairs, found, strict=True):
        assert one.ended, prompt
        assert word in one.text, prompt
        assert one.n_tokens > 20, prompt


@pytest.mark.parametrize(
    ("templates", "words"),
    [
        (
            (
                "Tell me a story about {a_noun} in one sentence.",
                "Tell me a short story about {a_noun}.",
                "Tell me a story about {a_noun}.",
                "Tell me a long story about {a_noun}.",
            ),
            ["dragon", "wizard", "rabbit", "robot"],
        ),
        (
            (
                "一文で{noun}の話をしてください。",
                "{noun}の短い話をしてください。",
                "{noun}の話をしてください。",
                "{noun}の長い話をしてください。",
            ),
            ["ドラゴン", "魔女", "うさぎ", "ロボット"],
        ),
    ],
    ids=["en", "ja"],
)
def test_length_words_change_the_length(templates: tuple[str, ...], words: list[str], subject: Subject) -> None:
    """One sentence < short < default < long, for each hero."""
    lengths = [[one.n_tokens for one in ask(subject, template, words)] for template in templates]
    for of_one_hero in zip(*lengths, strict=True):
        assert list(of_one_hero) == sorted(set(of_one_hero))


def test_the_two_models_tell_different_stories(subject: Subject, base_subject: Subject) -> None:
    """Changing the model changes the story, and both are about the hero."""
    words = ["dragon", "phantom", "king", "lamp"]
    template = "Tell me a story about {a_noun}."
    for word, ours, other in zip(words, ask(subject, template, words), ask(base_subject, template, words), strict=True):
        assert ours.text != other.text
        assert word in ours.text
        assert word in other.text
        assert ours.ended
        assert other.ended
