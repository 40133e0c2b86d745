"""The views of whole texts: several sampled ones, a sweep over one setting, and the code that writes them."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any, cast

import streamlit as st

from autograder.playground import charts, markup
from autograder.playground import words as w
from autograder.playground.snippet import snippet
from autograder.playground.state import Page
from autograder.playground.writing import (
    SweepPoint,
    Swept,
    Words,
    Written,
    diversity_of,
    read_values,
    sweep,
    write_greedily,
    write_samples,
)
from autograder.stats import Sampler


def show_texts(page: Page) -> None:
    """Several sampled texts, the greedy one beside them, and their Self-BLEU."""
    n, length, seed = _how_many(page)
    columns = st.columns(3, vertical_alignment="center")
    live = columns[0].checkbox(page.say(w.LIVE), key="live", help=page.say(w.LIVE_HELP))
    asked = (page.loaded.name, page.context, astuple(page.sampler), n, length, seed)
    with columns[2]:
        split = _split(page)
    if columns[1].button(page.say(w.WRITE), type="primary", key="write", disabled=live):
        st.session_state["wrote"] = asked
    if not live and st.session_state["wrote"] != asked:
        st.info(page.say(w.PRESS_WRITE))
        return
    with st.spinner(page.say(w.WRITING)):
        greedy = _greedy(page.loaded, page.loaded.name, page.context, length)
        texts = _samples(page.loaded, *asked)
    diversity = diversity_of([one.text for one in texts], split)
    numbers = st.columns(3)
    numbers[0].metric(page.say(w.AVERAGE_SELF_BLEU), f"{diversity.average:.1f}", help=page.say(w.SELF_BLEU_HELP))
    numbers[1].metric(page.say(w.N_DIFFERENT), f"{len({one.text for one in texts})} / {n}")
    numbers[2].metric(page.say(w.ENDED), f"{sum(one.ended for one in texts)} / {n}")
    st.subheader(page.say(w.GREEDY_TEXT), anchor=False)
    st.html(markup.text_box(greedy, page.language))
    st.subheader(page.say(w.SAMPLED_TEXTS, n=n), anchor=False)
    st.html(markup.text_table(texts, diversity.scores, page.language))


def show_sweep(page: Page) -> None:
    """Average Self-BLEU for several values of one setting."""
    st.caption(page.say(w.SWEEP_HOW))
    left, right = st.columns([1, 2])
    swept = cast(
        Swept,
        left.radio(page.say(w.SWEPT), ["top_p", "temperature"], format_func=_dashed, key="swept", horizontal=True),
    )
    typed = right.text_input(page.say(w.VALUES), key=f"values_of_{swept}")
    n, length, seed = _how_many(page)
    split = _split(page)
    if st.button(page.say(w.MEASURE), type="primary", key="measure"):
        values = read_values(typed, swept)
        st.session_state["sweep"] = (
            swept,
            _measured_with(page, swept),
            _measure(page, swept, values, (n, length, seed), split),
        )
    if st.session_state["sweep"] is None:
        st.info(page.say(w.PRESS_MEASURE))
        return
    swept, settings, points = st.session_state["sweep"]
    st.altair_chart(charts.sweep_chart(points, swept, page.language), width="stretch")
    st.caption(f"{page.say(w.SWEEP_RANGE)} {page.say(w.MEASURED_WITH, settings=settings)}")
    rows = [
        {
            _dashed(swept): point.value,
            page.say(w.AVERAGE_SELF_BLEU): round(point.diversity.average, 1),
            page.say(w.N_DIFFERENT): f"{point.n_different} / {len(point.texts)}",
            page.say(w.FIRST_TEXT): point.texts[0].strip(),
        }
        for point in points
    ]
    st.dataframe(rows, hide_index=True)


def _measure(
    page: Page, swept: Swept, values: list[float], asked: tuple[int, int, int], split: Words
) -> list[SweepPoint]:
    n, length, seed = asked
    points: list[SweepPoint] = []
    bar = st.progress(0.0)
    found = sweep(
        page.loaded,
        page.context,
        page.sampler,
        swept=swept,
        values=values,
        n=n,
        max_new_tokens=length,
        seed=seed,
        words=split,
    )
    for done, value in enumerate(values):
        text = page.say(w.SWEEP_PROGRESS, name=_dashed(swept), value=value, done=done, n=len(values))
        bar.progress(done / len(values), text=text)
        points.append(next(found))
    bar.empty()
    return points


def show_code(page: Page) -> None:
    """The same settings as code for transformers."""
    st.caption(page.say(w.CODE_HOW))
    text = snippet(
        page.loaded,
        page.prompt,
        page.sampler,
        chat=page.chat,
        max_new_tokens=st.session_state["length"],
        seed=st.session_state["seed"],
        note=page.say(w.CODE_NOTE),
    )
    st.code(text, language="python")
    st.caption(page.say(w.CODE_OTHERS))


def _how_many(page: Page) -> tuple[int, int, int]:
    """Number of texts, limit of new tokens, seed."""
    columns = st.columns(3)
    n = columns[0].slider(page.say(w.N_TEXTS), 2, 12, key="n_texts")
    length = columns[1].slider(page.say(w.LENGTH), 1, 200, key="length")
    seed = columns[2].number_input(page.say(w.SEED), 0, 2**31 - 1, step=1, key="seed", help=page.say(w.SEED_HELP))
    return n, length, int(seed)


def _split(page: Page) -> Words:
    """How Self-BLEU splits texts: Japanese by characters, until the reader chooses otherwise for this language."""
    japanese = not page.prompt.isascii()
    if st.session_state["split_for"] != japanese:
        st.session_state["split"], st.session_state["split_for"] = "char" if japanese else "13a", japanese
    chosen = st.radio(page.say(w.SPLIT), ["13a", "char"], key="split", horizontal=True, help=page.say(w.SPLIT_HELP))
    return cast(Words, chosen)


def _measured_with(page: Page, swept: Swept) -> str:
    settings: dict[str, Any] = dict(vars(page.sampler))
    del settings[swept]
    return ", ".join(f"{_dashed(name)} {value:g}" for name, value in settings.items())


def _dashed(name: str) -> str:
    return name.replace("_", "-")


@st.cache_data(max_entries=64, show_spinner=False)
def _greedy(_loaded: Any, name: str, ids: tuple[int, ...], length: int) -> Written:
    return write_greedily(_loaded, ids, length)


@st.cache_data(max_entries=64, show_spinner=False)
def _samples(
    _loaded: Any, name: str, ids: tuple[int, ...], settings: tuple[Any, ...], n: int, length: int, seed: int
) -> list[Written]:
    return write_samples(_loaded, ids, Sampler(*settings), n=n, max_new_tokens=length, seed=seed)
