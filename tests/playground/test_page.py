"""The page itself, run by Streamlit's AppTest: every control does what it says, and nothing ends in a traceback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import autograder.playground
from autograder.models import Catalog, LoadedModel
from autograder.models.catalog import Entry
from autograder.playground import app, texts
from autograder.playground.asked import VARIABLE, Asked
from autograder.playground.distribution import distribution, next_token_logits
from autograder.playground.state import EXAMPLES
from autograder.playground.writing import write_greedily
from autograder.stats import Sampler

PAGE = Path(autograder.playground.__file__).with_name("page.py")
PROMPT = EXAMPLES["en"][0]
MODEL, AFTER, TOKEN = "model", "after settings", "token"


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page in English, every setting off, with a prompt behind which the model hesitates."""
    monkeypatch.setenv("AUTOGRADER_LANG", "en")
    monkeypatch.delenv(VARIABLE, raising=False)
    opened = AppTest.from_file(str(PAGE), default_timeout=120)
    opened.session_state["top_p"] = 1.0
    opened.session_state["prompt"] = PROMPT
    return healthy(opened.run())


def healthy(page: AppTest) -> AppTest:
    """The page, which shows no error."""
    assert [one.value for one in page.exception] == []
    assert [one.value for one in page.error] == []
    return page


def column(page: AppTest, name: str) -> list[Any]:
    """A column of the page's first table."""
    return page.dataframe[0].value[name].tolist()


def html_of(page: AppTest) -> str:
    return "\n".join(one.proto.body for one in page.get("html"))


def metric(page: AppTest, label: str) -> float:
    return float(next(one.value for one in page.metric if one.label == label))


def words_of(page: AppTest) -> str:
    return "\n".join(one.value for one in page.markdown)


@pytest.mark.parametrize(
    ("language", "title", "prompt"),
    [
        ("ja", "文章生成プレイグラウンド", EXAMPLES["ja"][0]),
        ("en", "Text generation playground", PROMPT),
    ],
)
def test_the_page_opens_in_the_chosen_language(monkeypatch: pytest.MonkeyPatch, language: str, title: str, prompt: str):
    """With a nucleus of 0.8 to look at, in a prompt of that language."""
    monkeypatch.setenv("AUTOGRADER_LANG", language)
    page = healthy(AppTest.from_file(str(PAGE), default_timeout=120).run())
    assert page.header[0].value == title
    assert page.text_area(key="prompt").value == prompt
    assert "top-p 0.8" in words_of(page)
    assert page.dataframe[0].value.shape == (100, 7)


def test_changing_the_language_keeps_everything_else(page: AppTest):
    """Sliders, prompt and view."""
    page.slider(key="top_p").set_value(0.5)
    page.select_slider(key="top_k").set_value(4)
    page.segmented_control(key="view").set_value("texts").run()
    page.radio(key="language").set_value("ja").run()
    healthy(page)
    assert page.header[0].value == "文章生成プレイグラウンド"
    assert page.slider(key="top_p").value == 0.5
    assert page.select_slider(key="top_k").value == 4
    assert page.text_area(key="prompt").value == PROMPT
    assert next(one.label for one in page.metric) == "平均 Self-BLEU"


@pytest.mark.parametrize(
    ("key", "value", "sampler"),
    [
        ("temperature", 0.5, Sampler(temperature=0.5)),
        ("temperature", 3.0, Sampler(temperature=3.0)),
        ("top_k", 3, Sampler(top_k=3)),
        ("top_p", 0.8, Sampler(top_p=0.8)),
        ("epsilon", 0.1, Sampler(epsilon=0.1)),
    ],
    ids=["T-low", "T-high", "top-k", "top-p", "epsilon"],
)
def test_each_slider_changes_the_distribution(
    page: AppTest, chat: LoadedModel, ids: list[int], key: str, value: float, sampler: Sampler
):
    """The table's numbers are those of the setting; what was cut names it, and has probability 0."""
    slider = page.slider(key=key) if key == "top_p" else page.select_slider(key=key)
    slider.set_value(value)
    healthy(page.run())
    found = distribution(next_token_logits(chat, ids), sampler)
    expected = found.final[found.order[:100]].tolist()
    assert column(page, AFTER) == pytest.approx(expected, abs=1e-12)
    cut = [bool(name) for name in column(page, "cut by")]
    assert cut == [probability == 0 for probability in expected]
    if key != "temperature":
        assert set(column(page, "cut by")) == {"", key.replace("_", "-")}
        assert sum(column(page, AFTER)) == pytest.approx(1)
        assert f"(total probability {found.cut_mass:.3f})" in words_of(page)
        kept = sum(one for one, gone in zip(column(page, MODEL), cut, strict=True) if not gone)
        assert kept + found.cut_mass == pytest.approx(1)


def test_a_setting_that_cuts_nothing_says_so(page: AppTest):
    """As epsilon may behind a narrow top-k."""
    page.select_slider(key="top_k").set_value(2)
    page.select_slider(key="epsilon").set_value(0.1).run()
    assert "**ε 0.1**: there is nothing to cut" in words_of(healthy(page))


def test_a_low_temperature_is_greedy(page: AppTest):
    """The best token has all the probability."""
    page.select_slider(key="temperature").set_value(0.01)
    healthy(page.run())
    assert column(page, AFTER)[0] == pytest.approx(1, abs=1e-6)


def test_all_off_shows_the_model_alone(page: AppTest):
    """The button puts the four sliders on the values that change nothing."""
    page.slider(key="top_p").set_value(0.3).run()
    page.button(key="all_off").click().run()
    healthy(page)
    assert page.slider(key="top_p").value == 1.0
    assert column(page, AFTER) == column(page, MODEL)
    assert "No setting is in force" in words_of(page)


def test_steps_add_tokens_and_take_them_back(page: AppTest, chat: LoadedModel, ids: list[int]):
    """Greedy ones as greedy decoding has them; the distribution is then that of the next token."""
    greedy = write_greedily(chat, ids, 3).ids
    for n in (1, 2, 3):
        page.button(key="step_greedy").click().run()
        assert page.session_state["added"] == greedy[:n]
    found = distribution(next_token_logits(chat, [*ids, *greedy]), Sampler())
    assert column(page, "id") == found.order[:100].tolist()
    page.button(key="step_back").click().run()
    page.button(key="step_sample").click().run()
    assert len(page.session_state["added"]) == 3
    page.button(key="step_reset").click().run()
    assert healthy(page).session_state["added"] == ()
    page.button(key="step_greedy").click().run()
    page.text_area(key="prompt").set_value("List three animals.\n1.").run()
    assert healthy(page).session_state["added"] == ()


def test_steps_end_with_the_text(page: AppTest):
    """After EOS nothing can be added."""
    page.text_area(key="prompt").set_value("1+1=?").run()
    for _ in range(12):
        if not page.button(key="step_greedy").disabled:
            page.button(key="step_greedy").click().run()
    healthy(page)
    assert page.button(key="step_greedy").disabled
    assert page.button(key="step_sample").disabled
    assert "The answer is 2." in html_of(page)
    assert ["(EOS)" in one.value for one in page.info] == [True]


def test_steps_end_where_the_model_has_no_more_room(page: AppTest):
    """With a sentence: 512 tokens are all that tiny-chat handles."""
    page.text_area(key="prompt").set_value("dragon " * 508).run()
    for _ in range(4):
        if not page.button(key="step_greedy").disabled:
            page.button(key="step_greedy").click().run()
    healthy(page)
    assert page.button(key="step_greedy").disabled
    assert ["as long as this model can handle" in one.value for one in page.info] == [True]


def test_self_bleu_follows_the_temperature(page: AppTest):
    """One text at T = 0.01, next to nothing in common at T = 10; a row for each text."""
    page.segmented_control(key="view").set_value("texts").run()
    page.select_slider(key="temperature").set_value(0.01).run()
    assert metric(page, "average Self-BLEU") == 100
    assert html_of(page).count("<tr>") == 1 + 6
    page.select_slider(key="temperature").set_value(10.0).run()
    assert metric(healthy(page), "average Self-BLEU") < 10


def test_japanese_texts_are_compared_by_characters(page: AppTest):
    """Unless the reader wants it otherwise; English ones as in the exercises."""
    page.segmented_control(key="view").set_value("texts").run()
    assert page.radio(key="split").value == "13a"
    page.text_area(key="prompt").set_value("動物を3つ教えて。\n1. ").run()
    assert page.radio(key="split").value == "char"
    page.radio(key="split").set_value("13a").run()
    page.slider(key="top_p").set_value(0.5).run()
    assert healthy(page).radio(key="split").value == "13a"


def test_texts_wait_for_the_button_where_they_are_slow(page: AppTest):
    """Not live: the button writes, and another setting asks for it again."""
    page.segmented_control(key="view").set_value("texts").run()
    page.checkbox(key="live").uncheck().run()
    assert not page.metric
    page.button(key="write").click().run()
    assert page.metric
    page.slider(key="top_p").set_value(0.4).run()
    assert not healthy(page).metric


def test_a_sweep_shows_a_table(page: AppTest):
    """Self-BLEU falls from T = 0.05 to T = 5."""
    page.segmented_control(key="view").set_value("sweep").run()
    page.radio(key="swept").set_value("temperature").run()
    page.text_input(key="values_of_temperature").set_value("5, 0.05").run()
    page.slider(key="length").set_value(20).run()
    page.button(key="measure").click().run()
    healthy(page)
    assert column(page, "temperature") == [0.05, 5.0]
    low, high = column(page, "average Self-BLEU")
    assert low > 90
    assert high < 20
    assert column(page, "Different texts")[1] == "6 / 6"


def test_the_code_has_the_settings_of_the_page(page: AppTest):
    """And compiles."""
    page.slider(key="top_p").set_value(0.35)
    page.segmented_control(key="view").set_value("code").run()
    code = healthy(page).code[0].value
    assert "top_p=0.35," in code
    compile(code, "snippet", "exec")


def test_the_chat_template_stands_in_the_tokens(page: AppTest):
    """Only of a model that has one."""
    page.checkbox(key="chat").check().run()
    assert "INST" in html_of(healthy(page))
    page.selectbox(key="model").set_value("tiny-base").run()
    assert page.checkbox(key="chat").disabled
    assert "INST" not in html_of(healthy(page))


def test_what_people_write_is_escaped(page: AppTest):
    """A prompt is no HTML."""
    page.text_area(key="prompt").set_value("<b>x</b> <script>").run()
    assert "<script" not in html_of(healthy(page))


@pytest.mark.parametrize(
    ("prompt", "words"),
    [("  \n", "The prompt is empty."), ("dragon " * 600, "Too long: this model handles 512 tokens")],
    ids=["empty", "long"],
)
def test_a_prompt_that_cannot_be_used_gets_a_sentence(page: AppTest, prompt: str, words: str):
    """Instead of a traceback."""
    page.text_area(key="prompt").set_value(prompt).run()
    assert not page.exception
    assert [one.value.startswith(words) for one in page.error] == [True]


def test_values_that_cannot_be_swept_get_a_sentence(page: AppTest):
    """With the value and the range."""
    page.segmented_control(key="view").set_value("sweep").run()
    page.text_input(key="values_of_top_p").set_value("0.5, 1.5").run()
    page.button(key="measure").click().run()
    assert not page.exception
    assert ["top-p cannot be 1.5" in one.value for one in page.error] == [True]


def test_another_model_is_loaded_only_when_asked(page: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Not while its name is typed; what cannot be loaded gets a sentence, and a folder can."""
    asked: list[str] = []
    load = app.load
    monkeypatch.setattr(app, "load", lambda name, **options: asked.append(name) or load(name, **options))
    page.selectbox(key="model").set_value("other").run()
    assert ["Nothing is downloaded" in one.value for one in page.info] == [True]
    page.text_input(key="typed_model").set_value(f"{tmp_path}/nothing")
    assert asked == []
    load_button(page).click().run()
    assert asked == [f"{tmp_path}/nothing"]
    assert not page.exception
    assert ["there is no model" in one.value for one in page.error] == [True]
    page.text_input(key="typed_model").set_value(str(PAGE.parents[1] / "models" / "tiny-base"))
    load_button(page).click().run()
    assert column(healthy(page), TOKEN)[0].startswith("Ġ")


def test_models_of_the_settings_file_can_be_chosen(monkeypatch: pytest.MonkeyPatch):
    """The page opens with the one that was asked for, read as the file and the command say."""
    folder = str(PAGE.parents[1] / "models" / "tiny-base")
    catalog = Catalog((Entry("ours", folder, dtype="bfloat16", pad_token="<|endoftext|>"),))
    asked: list[dict[str, Any]] = []
    load = app.load
    monkeypatch.setattr(app, "load", lambda name, **options: asked.append(options) or load(name, **options))
    monkeypatch.setenv("AUTOGRADER_LANG", "en")
    monkeypatch.setenv(VARIABLE, Asked("ours", dtype="float16", catalog=catalog).as_environment()[VARIABLE])
    page = healthy(AppTest.from_file(str(PAGE), default_timeout=120).run())
    assert page.selectbox(key="model").options == ["tiny-chat", "tiny-base", "ours", "another model…"]
    assert page.selectbox(key="model").value == "ours"
    assert asked == [{"device": None, "dtype": "float16", "catalog": catalog}]


def load_button(page: AppTest) -> Any:
    return next(one for one in page.button if one.label == "Load")


def test_what_nobody_foresaw_gets_a_sentence(page: AppTest, monkeypatch: pytest.MonkeyPatch):
    """The terminal has the traceback."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(texts, "diversity_of", broken)
    page.segmented_control(key="view").set_value("texts").run()
    assert not page.exception
    assert ["(RuntimeError)" in one.value for one in page.error] == [True]
