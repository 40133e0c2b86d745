"""Judging texts of the embedded model: right ones never fail, each named alternative is found.

The settings are those of the checks of top_p_sweep (the last four of temperature_sweep, too): (prompt, temperature, top_p, max_new_tokens, texts, recoding rate).
"""

import pytest
import torch

from autograder.models import load
from autograder.stats import Copy, Cut, Finding, Greedy, Repeated, Sampler, judge_texts, recoded_draws
from autograder.stats.texts import canonical_candidates

PROMPT = "Tell me a story about a dragon."
OPENING = "Once upon a time, there was a"
SETTINGS = {
    "narrow": (PROMPT, 1.0, 0.1, 24, 12, 0.02),
    "middle": (PROMPT, 1.0, 0.5, 24, 12, 0.02),
    "wide": (PROMPT, 1.0, 0.9, 24, 12, 0.02),
    "cold": (PROMPT, 0.3, 0.9, 24, 8, 0.02),
    "hot": (OPENING, 2.0, 0.8, 4, 40, 0.15),
    "collapsed": (PROMPT, 2.0, 0.1, 8, 32, 0.02),
    "spread": (PROMPT, 2.0, 0.8, 8, 32, 0.2),
    "cool": (OPENING, 0.5, 0.95, 4, 96, 0.05),
    "plain": (OPENING, 1.0, 0.9, 6, 120, 0.05),
    "words": (OPENING, 2.0, 0.95, 1, 96, 0.05),
    "clipped": (OPENING, 2.0, 0.5, 1, 96, 0.05),
}
FORMS = ["new_text", "stripped", "with_the_prompt"]


@pytest.fixture(scope="module")
def tiny_chat():
    return load("tiny-chat")


@pytest.fixture(scope="module")
def drawn(tiny_chat):
    """Draws of one sampler as rows of new tokens, made once for each setting."""
    made = {}

    def draw(sampler, n, max_new_tokens, seed, prompt=PROMPT):
        key = (sampler, n, max_new_tokens, seed, prompt)
        if key not in made:
            torch.manual_seed(seed)
            options = {"do_sample": False, "num_beams": 1}
            if isinstance(sampler, Sampler):
                options = {
                    "do_sample": True,
                    "temperature": sampler.temperature,
                    "top_p": sampler.top_p,
                    "top_k": sampler.top_k,
                    "num_return_sequences": n,
                }
            inputs = tiny_chat.tokenizer(prompt, return_tensors="pt")
            rows = tiny_chat.model.generate(
                **inputs, max_new_tokens=max_new_tokens, pad_token_id=tiny_chat.tokenizer.pad_token_id, **options
            )[:, inputs["input_ids"].shape[1] :].tolist()
            made[key] = rows if isinstance(sampler, Sampler) else rows * n
        return made[key]

    return draw


def written(tokenizer, rows, form="new_text", prompt=PROMPT):
    """The draws as texts."""
    texts = tokenizer.batch_decode(rows, skip_special_tokens=True)
    if form == "stripped":
        return [text.strip() for text in texts]
    return [prompt + text for text in texts] if form == "with_the_prompt" else texts


def alternatives(setting):
    """The named alternatives of the exercise top_p_sweep; the first of its values is 0.5."""
    _, temperature, top_p, max_new_tokens, _, _ = SETTINGS[setting]
    asked = Sampler(temperature, top_p)
    named = {
        "top_p_ignored": Sampler(temperature),
        "temperature_ignored": Sampler(1.0, top_p),
        "other_value": Sampler(temperature, 0.5),
        "top_k_left_on": Sampler(temperature, top_p, 50),
        "greedy": Greedy(),
        "repeated": Repeated(),
        "limit_short": Cut(asked, max(1, max_new_tokens - 9)),
    }
    return asked, {name: alternative for name, alternative in named.items() if alternative != asked}


def judge(lm, setting, texts):
    asked, named = alternatives(setting)
    prompt, _, _, max_new_tokens, _, recoding = SETTINGS[setting]
    return judge_texts(
        lm.model,
        lm.tokenizer,
        prompt,
        texts,
        null=asked,
        alternatives=named,
        max_new_tokens=max_new_tokens,
        recoding=recoding,
    )


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("setting", SETTINGS)
def test_right_texts_do_not_fail(tiny_chat, drawn, setting, form):
    """Groups of as many texts as a check reads, in each accepted form."""
    prompt, temperature, top_p, max_new_tokens, n, _ = SETTINGS[setting]
    rows = drawn(Sampler(temperature, top_p), max(n, 50), max_new_tokens, 31, prompt)
    for start in range(0, len(rows) if form == "new_text" else n, n):
        judged = judge(tiny_chat, setting, written(tiny_chat.tokenizer, rows[start : start + n], form, prompt))
        assert not judged.failed, judged


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("setting", SETTINGS)
def test_recoding_rate_is_below_the_assumed_one(tiny_chat, drawn, setting, form):
    """Of 50 right draws or more, and of 400 single tokens, no larger share gives back other ids than the checks assume."""
    prompt, temperature, top_p, max_new_tokens, n, recoding = SETTINGS[setting]
    n_drawn = 400 if max_new_tokens == 1 else max(n, 50)
    rows = drawn(Sampler(temperature, top_p), n_drawn, max_new_tokens, 31, prompt)
    changed = recoded_draws(
        tiny_chat.model,
        tiny_chat.tokenizer,
        prompt,
        rows,
        written(tiny_chat.tokenizer, rows, form, prompt),
        null=Sampler(temperature, top_p),
        max_new_tokens=max_new_tokens,
    )
    assert sum(changed) <= recoding * len(rows)


DETECTED = [
    ("narrow", "top_p_ignored"),
    ("narrow", "other_value"),
    ("wide", "other_value"),
    ("wide", "greedy"),
    ("wide", "repeated"),
    ("wide", "limit_short"),
    ("collapsed", "other_value"),
    ("hot", "temperature_ignored"),
    ("hot", "top_k_left_on"),
]


@pytest.mark.parametrize(("setting", "name"), DETECTED)
def test_each_alternative_is_found_and_named(tiny_chat, drawn, setting, name):
    """At the checks' settings."""
    asked, named = alternatives(setting)
    prompt, _, _, max_new_tokens, n, _ = SETTINGS[setting]
    alternative = named[name]
    if isinstance(alternative, Repeated):
        rows = drawn(asked, n, max_new_tokens, 41, prompt)[:1] * n
    elif isinstance(alternative, Cut):
        rows = drawn(alternative.sampler, n, alternative.max_new_tokens, 41, prompt)
    else:
        rows = drawn(alternative, n, max_new_tokens, 41, prompt)
    judged = judge(tiny_chat, setting, written(tiny_chat.tokenizer, rows, prompt=prompt))
    assert (judged.finding, judged.alternative) == (Finding.FAIL, name)


def test_a_seed_that_changes_nothing_is_found(tiny_chat, drawn):
    """Six texts equal to those of another seed."""
    texts = written(tiny_chat.tokenizer, drawn(Sampler(top_p=0.9), 6, 24, 51))
    options = {"null": Sampler(top_p=0.9), "max_new_tokens": 24, "alternatives": {"seed": Copy(tuple(texts))}}
    assert judge_texts(tiny_chat.model, tiny_chat.tokenizer, PROMPT, texts, **options).alternative == "seed"
    others = written(tiny_chat.tokenizer, drawn(Sampler(top_p=0.9), 6, 24, 52))
    assert not judge_texts(tiny_chat.model, tiny_chat.tokenizer, PROMPT, others, **options).failed


@pytest.mark.parametrize(
    "text", ["", " ", "\ud800", "\x00", "</s>", "<s>" + PROMPT + "</s>", "龘" * 500, "x" * 100_000], ids=range(8)
)
def test_any_text_can_be_judged(tiny_chat, text):
    """No text raises; strange ones are weak evidence each, and no proof."""
    asked, named = alternatives("wide")
    judged = judge_texts(
        tiny_chat.model, tiny_chat.tokenizer, PROMPT, [text], null=asked, alternatives=named, max_new_tokens=40
    )
    assert judged.finding is Finding.UNDECIDED
    assert judged.outside is None


def test_candidates_find_the_ids_behind_every_form(tiny_chat):
    """The new ids, whichever way the text is written."""
    ids = tuple(tiny_chat.tokenizer(PROMPT + "\nOnce upon a time")["input_ids"])
    new = ids[len(tiny_chat.tokenizer(PROMPT)["input_ids"]) :]
    for text in ("\nOnce upon a time", "Once upon a time", PROMPT + "\nOnce upon a time", "\nOnce upon a time</s>"):
        assert new in canonical_candidates(tiny_chat.tokenizer, PROMPT, text)


@pytest.mark.parametrize("recoding", [0.0, 1.0])
def test_recoding_rates_out_of_range_are_refused(tiny_chat, recoding):
    """The assumed rate lies in (0, 1)."""
    with pytest.raises(ValueError, match="recoding"):
        judge_texts(
            tiny_chat.model,
            tiny_chat.tokenizer,
            PROMPT,
            ["a"],
            null=Sampler(),
            alternatives={},
            max_new_tokens=4,
            recoding=recoding,
        )
