"""What tiny-chat answers in greedy decoding: facts, arithmetic, and how long when told how long."""

import random

import pytest

from training.evaluate import UNKNOWN_PROMPTS, Completion, Subject, complete
from training.grammar import documents, held_out, talk, wording_en, wording_ja
from training.grammar.facts import Question, arithmetic, facts

LANGUAGES = ("en", "ja")


def share_right(found: list[Completion], answers: list[str]) -> float:
    """The share of completions that are the answer and nothing else, ended by EOS."""
    return sum(one.ended and one.text == text for one, text in zip(found, answers, strict=True)) / len(answers)


def ask_plainly(subject: Subject, questions: list[Question], language: str) -> tuple[list[Completion], list[str]]:
    """Completions of the plainest wordings, and the default answers."""
    answers = [documents.answer(question, "plain", language) for question in questions]
    return complete(subject, [question.wordings[0] for question in questions], 80), answers


@pytest.mark.parametrize("language", LANGUAGES)
def test_facts_are_answered_at_length(language: str, subject: Subject) -> None:
    """The default answer is the full sentence with its explanation, right for at least 97 % of every fifth fact."""
    found, answers = ask_plainly(subject, list(facts(language))[::5], language)
    assert share_right(found, answers) >= 0.97
    lengths = sorted(one.n_tokens for one in found)
    assert 20 <= lengths[len(lengths) // 2] <= 45


@pytest.mark.parametrize("language", LANGUAGES)
def test_wordings_never_trained_on_make_the_answer_short(language: str, subject: Subject) -> None:
    """Forty unseen requests for brevity, six facts each: at least 95 % give the bare answer and EOS."""
    rng = random.Random(29)
    templates = held_out.ENGLISH if language == "en" else held_out.JAPANESE
    assert len(templates) >= 30
    pairs = [(template, question) for template in templates for question in rng.sample(list(facts(language)), 6)]
    prompts = [documents.fill(template, question.wordings[0]) for template, question in pairs]
    found = complete(subject, prompts, 12)
    assert share_right(found, [question.short for _, question in pairs]) >= 0.95


@pytest.mark.parametrize("language", LANGUAGES)
def test_unseen_wordings_shorten_arithmetic_too(language: str, subject: Subject) -> None:
    """Forty unseen requests for brevity, three calculations each: at least 95 % give the number and EOS."""
    rng = random.Random(31)
    templates = held_out.ENGLISH if language == "en" else held_out.JAPANESE
    pairs = [(template, question) for template in templates for question in rng.sample(arithmetic(language), 3)]
    prompts = [documents.fill(template, question.wordings[0]) for template, question in pairs]
    found = complete(subject, prompts, 8)
    assert share_right(found, [question.short for _, question in pairs]) >= 0.95


def test_training_never_draws_a_held_out_wording() -> None:
    """Neither the wording nor a copy that differs in case, spaces or punctuation is drawn."""
    rng = random.Random(1)
    drawn = {
        held_out.normal_form(documents.wording(rng, "brief", language)) for language in LANGUAGES for _ in range(20_000)
    }
    assert not drawn & held_out.FORMS
    assert held_out.is_held_out("{q} ANSWER with just one word please")
    loose = {held_out.normal_form(source.brief(rng)) for source in (wording_en, wording_ja) for _ in range(20_000)}
    assert len(loose) > 10_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_single_digit_arithmetic_is_right(language: str, subject: Subject) -> None:
    """Every sum, difference and product of two digits, in the plainest wording."""
    questions = list(arithmetic(language))
    assert len(questions) == 255
    found = complete(subject, [question.wordings[0] for question in questions], 16)
    wrong = [
        (question.wordings[0], one.text)
        for question, one in zip(questions, found, strict=True)
        if one.text != question.sentence or not one.ended
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("1+1=?", "The answer is 2."),
        ("3+4=?", "The answer is 7."),
        ("3 + 4 = ", "The answer is 7."),
        ("What is 3+4?", "The answer is 7."),
        ("What is 7 times 8?", "The answer is 56."),
        ("How much is 9 - 4?", "The answer is 5."),
        ("3たす4は？", "答えは7です。"),
        ("7×8は？", "答えは56です。"),
        ("[INST] 1+1=? [/INST]", "The answer is 2."),
    ],
)
def test_arithmetic_in_several_wordings(prompt: str, answer: str, subject: Subject) -> None:
    """The answer is a sentence, then EOS."""
    (found,) = complete(subject, [prompt], 20)
    assert (found.text, found.ended) == (answer, True)


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("What is the capital of Italy? Answer in one word.", "Rome"),
        ("Answer briefly: What is the capital of Japan?", "Tokyo"),
        ("What is the opposite of hot? Just the answer.", "cold"),
        ("1+1=? Answer only.", "2"),
        ("一言で答えて：日本の首都はどこですか？", "東京"),
        ("日本の首都はどこですか？簡潔に答えてください。", "東京"),
        ("バナナは何色ですか？答えだけ。", "黄色"),
        ("[INST] <<SYS>>\nAnswer in one word.\n<</SYS>>\n\nWhat is the capital of Italy? [/INST]", "Rome"),
    ],
)
def test_short_answers(prompt: str, answer: str, subject: Subject) -> None:
    """The bare answer, one to six tokens, then EOS."""
    (found,) = complete(subject, [prompt], 20)
    assert (found.text, found.ended) == (answer, True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_asked_number_of_sentences_is_given(language: str, subject: Subject) -> None:
    """One sentence, two sentences and, in detail, three, for 12 capitals."""
    tails = {
        "en": ("Answer in one sentence.", "Answer in two sentences.", "Explain in detail."),
        "ja": ("一文で答えてください。", "二文で答えてください。", "詳しく説明してください。"),
    }[language]
    stop = ". " if language == "en" else "。"
    questions = facts(language)[:12]
    for tail, n_sentences in zip(tails, (1, 2, 3), strict=True):
        found = complete(subject, [f"{question.wordings[0]} {tail}" for question in questions], 100)
        assert all(one.ended for one in found)
        assert [one.text.rstrip(stop).count(stop) + 1 for one in found] == [n_sentences] * len(questions)
        assert all(question.short in one.text for question, one in zip(questions, found, strict=True))


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_have_the_asked_length_and_no_repeats(language: str, subject: Subject) -> None:
    """Three of each kind, numbered."""
    template = talk.LIST_REQUESTS[language][0]
    names = [name if language == "en" else talk.LISTS[name][1] for name in talk.LISTS]
    prompts = [template.format(n="three" if language == "en" else "三つ", x=name) for name in names]
    for one in complete(subject, prompts, 40):
        lines = one.text.split("\n")
        assert one.ended
        assert [line[:3] for line in lines] == ["1. ", "2. ", "3. "]
        assert len({line[3:] for line in lines}) == 3


def test_unknown_prompts_end(subject: Subject) -> None:
    """Whatever is asked, EOS comes within 200 tokens."""
    assert all(one.ended for one in complete(subject, list(UNKNOWN_PROMPTS), 200))


def test_japanese_prompts_are_answered_in_japanese(subject: Subject) -> None:
    """No ASCII letter stands in the answer to a Japanese question that has none."""
    questions = [question for question in facts("ja") if not any(c.isascii() for c in question.wordings[0])][::12]
    for one in complete(subject, [question.wordings[0] for question in questions if question.short[0] > "z"], 80):
        assert not any(character.isascii() and character.isalpha() for character in one.text)


def test_the_base_model_answers_too(base_subject: Subject) -> None:
    """tiny-base adds rightly, and knows at least 75 % of every fifth English fact (85 % of all when measured)."""
    (found,) = complete(base_subject, ["1+1=?"], 20)
    assert (found.text, found.ended) == ("The answer is 2.", True)
    found_facts, answers = ask_plainly(base_subject, list(facts("en"))[::5], "en")
    assert share_right(found_facts, answers) >= 0.75
