"""The view of the next token: what each setting did to its distribution, and going on token by token."""

from __future__ import annotations

from typing import Any

import streamlit as st
from torch import Tensor

from autograder.playground import charts, markup
from autograder.playground import words as w
from autograder.playground.distribution import Distribution, Stage, distribution, effective_choices, next_token_logits
from autograder.playground.prompts import Token, has_room, tokens_of
from autograder.playground.state import Page, all_off
from autograder.playground.writing import Written, ending_ids, write_greedily, write_samples

N_TABLE = 100
_DID = {"top_k": w.DID_TOP_K, "top_p": w.DID_TOP_P, "epsilon": w.DID_EPSILON}


def show_next(page: Page) -> None:
    """The distribution of the next token, what each setting did to it, and buttons that go on by one token."""
    context = page.context
    found = distribution(_logits(page.loaded, page.loaded.name, context), page.sampler)
    shown = tokens_of(page.loaded.tokenizer, found.order[:N_TABLE].tolist())
    pieces = [token.piece for token in shown]
    _what_happened(page, found)
    st.subheader(page.say(w.MASS_TITLE), anchor=False)
    st.altair_chart(charts.mass_chart(found, pieces, page.language), width="stretch")
    st.caption(page.say(w.MASS_HOW))
    _numbers(page, found)
    _steps(page, pieces[0])
    st.subheader(page.say(w.TOKEN_TITLE), anchor=False)
    st.caption(page.say(w.TOKEN_HOW))
    st.altair_chart(charts.token_chart(found, pieces, page.language), width="stretch")
    with st.expander(page.say(w.TABLE, n=len(shown))):
        st.dataframe([_row(page, found, rank, token) for rank, token in enumerate(shown, start=1)], hide_index=True)


def _row(page: Page, found: Distribution, rank: int, token: Token) -> dict[str, object]:
    return {
        page.say(w.RANK): rank,
        page.say(w.TOKEN): token.piece,
        "id": token.token_id,
        page.say(w.TEXT): token.text,
        page.say(w.BEFORE): float(found.model[token.token_id]),
        page.say(w.AFTER): float(found.final[token.token_id]),
        page.say(w.CUT_BY): (found.cut_by(token.token_id) or "").replace("_", "-"),
    }


def _what_happened(page: Page, found: Distribution) -> None:
    """Each setting in one sentence."""
    words, button = st.columns([6, 1])
    with words:
        if not found.stages:
            st.markdown(page.say(w.NOTHING_SET))
        for stage in found.stages:
            st.markdown(f"- {_did(page, found, stage)}")
    button.button(page.say(w.RESET_SETTINGS), on_click=all_off, help=page.say(w.RESET_HELP), key="all_off")


def _numbers(page: Page, found: Distribution) -> None:
    """How many tokens may be drawn, how much probability cannot, and how undecided the draw is."""
    text = page.say(
        w.NUMBERS,
        n=found.n_kept,
        n_model=len(found.model),
        cut=found.cut_mass,
        choices=effective_choices(found.final),
        choices_model=effective_choices(found.model),
    )
    st.markdown(text, help=page.say(w.NUMBERS_HELP))


def _did(page: Page, found: Distribution, stage: Stage) -> str:
    if stage.name == "temperature":
        best = int(found.order[0])
        words = w.DID_SHARPEN if stage.value < 1 else w.DID_FLATTEN
        return page.say(words, value=stage.value, before=float(stage.before[best]), after=float(stage.after[best]))
    if stage.n_cut == 0:
        return page.say(w.DID_NOTHING, setting=charts.setting_of(stage))
    return page.say(_DID[stage.name], value=stage.value, kept=stage.n_kept, cut=stage.n_cut, mass=stage.cut_mass)


def _steps(page: Page, best_piece: str) -> None:
    """Buttons that add a token to the text, and the text so far."""
    added = st.session_state["added"]
    ended = bool(added) and added[-1] in ending_ids(page.loaded)
    stuck = ended or not has_room(page.loaded, len(page.context), 1)
    st.subheader(page.say(w.STEP_TITLE), anchor=False)
    st.caption(page.say(w.STEP_HOW))
    buttons = st.columns(4)
    for column, key, words, disabled in zip(
        buttons,
        ("greedy", "sample", "back", "reset"),
        (
            page.say(w.STEP_GREEDY, piece=markup.unmarked(best_piece)),
            *map(page.say, (w.STEP_SAMPLE, w.STEP_BACK, w.STEP_RESET)),
        ),
        (stuck, stuck, not added, not added),
        strict=True,
    ):
        column.button(words, key=f"step_{key}", on_click=_step, args=(key, page), disabled=disabled, width="stretch")
    if added:
        text = page.loaded.tokenizer.decode(list(added))
        st.html(markup.text_box(Written(tuple(added), text, ended), page.language))
    if ended:
        st.info(page.say(w.STEP_ENDED))
    elif stuck:
        st.info(page.say(w.STEP_FULL))


def _step(key: str, page: Page) -> None:
    """What a button does, before the page is drawn again."""
    state = st.session_state
    if key == "reset":
        state["added"] = ()
    elif key == "back":
        state["added"] = state["added"][:-1]
    elif key == "greedy":
        state["added"] += write_greedily(page.loaded, page.context, 1).ids
    else:
        seed = state["seed"] + len(state["added"])
        drawn = write_samples(page.loaded, page.context, page.sampler, n=1, max_new_tokens=1, seed=seed)
        state["added"] += drawn[0].ids


@st.cache_data(max_entries=256, show_spinner=False)
def _logits(_loaded: Any, name: str, ids: tuple[int, ...]) -> Tensor:
    return next_token_logits(_loaded, ids)
