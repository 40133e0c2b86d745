"""The page: language, model, prompt and settings; the views show what follows from them."""

from __future__ import annotations

import logging
import os

import streamlit as st

from autograder.errors import AutograderError
from autograder.messages import Language
from autograder.models import LoadedModel, load
from autograder.playground import markup, next_token, texts
from autograder.playground import words as w
from autograder.playground.asked import Asked, asked_in
from autograder.playground.prompts import has_chat_template, prompt_ids, tokens_of
from autograder.playground.state import OTHER, Page, examples, first_values
from autograder.playground.writing import own_settings
from autograder.stats import Sampler

TEMPERATURES = [0.01, 0.05, *(n / 10 for n in range(1, 21)), 3.0, 5.0, 10.0]
TOP_KS = [0, 1, 2, 3, 4, 5, 6, 8, 10, 20, 50, 100, 200, 500, 1000]
EPSILONS = [0.0, 0.0001, 0.0003, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5]
VIEWS = {"next": w.VIEW_NEXT, "texts": w.VIEW_TEXTS, "sweep": w.VIEW_SWEEP, "code": w.VIEW_CODE}
_SHOW = {"next": next_token.show_next, "texts": texts.show_texts, "sweep": texts.show_sweep, "code": texts.show_code}


def show() -> None:
    """The whole page, once. What goes wrong is said in a sentence."""
    asked = asked_in(os.environ)
    for key, value in first_values(asked).items():
        # Set anew in every run: Streamlit forgets a widget that a run did not show.
        st.session_state[key] = st.session_state.get(key, value)
    language: Language = st.session_state["language"]
    st.set_page_config(page_title=w.TITLE.text(language), page_icon="🎲", layout="wide")
    _head(language)
    try:
        page = _chosen(language, asked)
        if page is not None:
            _SHOW[st.session_state["view"] or "next"](page)
    except AutograderError as error:
        st.error(error.message.text(language), icon="⚠️")
    except Exception as error:  # whatever a model of the hub or the machine may raise: out of memory, an odd config
        logging.getLogger(__name__).exception("the playground")
        st.error(w.UNEXPECTED.text(language).format(kind=type(error).__name__), icon="⚠️")


def _head(language: Language) -> None:
    st.html("<style>.stMainBlockContainer {padding-top: 3.6rem}</style>")
    title, switch = st.columns([4, 1], vertical_alignment="bottom")
    title.header(w.TITLE.text(language), anchor=False)
    title.caption(w.SUBTITLE.text(language))
    switch.radio(
        w.LANGUAGE.text(language),
        list(w.LANGUAGES),
        format_func=lambda one: w.LANGUAGES[one],
        key="language",
        horizontal=True,
        label_visibility="collapsed",
    )


def _chosen(language: Language, asked: Asked) -> Page | None:
    """Model, prompt and settings as they stand; None as long as no model is chosen."""
    left, right = st.columns([1, 2])
    with left:
        loaded = _model(language, asked)
    with right:
        prompt = _prompt(language)
    if loaded is None:
        st.info(w.NO_MODEL_YET.text(language))
        return None
    with left:
        chat = _chat(loaded, language)
    page = Page(language, loaded, prompt, chat, tuple(prompt_ids(loaded, prompt, chat=chat)), _sampler())
    page.forget_added_tokens_of_another_prompt()
    tokens = tokens_of(loaded.tokenizer, page.context)
    st.caption(page.say(w.TOKENS, n=len(tokens)), help=page.say(w.TOKENS_HELP))
    st.html(markup.token_strip(tokens, len(page.ids), language))
    if suggested := own_settings(loaded):
        listed = ", ".join(f"{name}={value}" for name, value in suggested.items())
        st.caption(page.say(w.OWN_SETTINGS, settings=listed))
    _sliders(language)
    st.segmented_control(
        page.say(w.VIEW),
        list(VIEWS),
        format_func=lambda one: page.say(VIEWS[one]),
        key="view",
        label_visibility="collapsed",
    )
    return page


def _sampler() -> Sampler:
    """What the sliders say; Streamlit knows it before they are drawn."""
    state = st.session_state
    return Sampler(
        temperature=state["temperature"], top_k=state["top_k"], top_p=state["top_p"], epsilon=state["epsilon"]
    )


def _model(language: Language, asked: Asked) -> LoadedModel | None:
    """The chosen model, loaded once for all; None if another one is wanted and none is named yet."""
    chosen = st.selectbox(
        w.MODEL.text(language),
        [*asked.names, OTHER],
        format_func=lambda name: w.OTHER_MODEL.text(language) if name == OTHER else name,
        key="model",
        help=w.MODEL_HELP.text(language),
    )
    if chosen == OTHER:
        with st.form("other_model", border=False):
            typed = st.text_input(w.MODEL_NAME.text(language), key="typed_model", help=w.MODEL_NAME_HELP.text(language))
            if st.form_submit_button(w.LOAD.text(language)):
                st.session_state["named_model"] = typed.strip()
        chosen = st.session_state["named_model"]
    if not chosen:
        return None
    with st.spinner(w.LOADING.text(language).format(name=chosen)):
        return _load(chosen, asked)


@st.cache_resource(max_entries=2, show_spinner=False)
def _load(name: str, _asked: Asked) -> LoadedModel:
    return load(name, device=_asked.device, dtype=_asked.dtype, catalog=_asked.catalog)


def _prompt(language: Language) -> str:
    st.selectbox(
        w.EXAMPLE.text(language),
        examples(language),
        index=None,
        format_func=lambda prompt: prompt.replace("\n", " ⏎ "),
        placeholder=w.EXAMPLE.text(language),
        label_visibility="collapsed",
        key="example",
        on_change=_take_example,
    )
    text: str = st.text_area(
        w.PROMPT.text(language), key="prompt", height=110, max_chars=20_000, help=w.PROMPT_HELP.text(language)
    )
    return text


def _take_example() -> None:
    if st.session_state["example"] is not None:
        st.session_state["prompt"] = st.session_state["example"]


def _chat(loaded: LoadedModel, language: Language) -> bool:
    possible = has_chat_template(loaded)
    if not possible:
        st.session_state["chat"] = False
    words = w.CHAT_HELP if possible else w.NO_CHAT
    ticked: bool = st.checkbox(w.CHAT.text(language), key="chat", disabled=not possible, help=words.text(language))
    return ticked


def _sliders(language: Language) -> None:
    """Four sliders in the order in which `generate` applies them, and a button that puts all of them off."""
    off = w.OFF.text(language)
    columns = st.columns(4)
    columns[0].select_slider(
        w.TEMPERATURE.text(language), TEMPERATURES, key="temperature", help=w.TEMPERATURE_HELP.text(language)
    )
    columns[1].select_slider(
        w.TOP_K.text(language),
        TOP_KS,
        format_func=lambda k: f"{k}" if k else off,
        key="top_k",
        help=w.TOP_K_HELP.text(language),
    )
    columns[2].slider(w.TOP_P.text(language), 0.01, 1.0, step=0.01, key="top_p", help=w.TOP_P_HELP.text(language))
    columns[3].select_slider(
        w.EPSILON.text(language),
        EPSILONS,
        format_func=lambda epsilon: f"{epsilon:g}" if epsilon else off,
        key="epsilon",
        help=w.EPSILON_HELP.text(language),
    )
