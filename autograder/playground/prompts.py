"""A prompt as the model receives it: token ids, and the pieces that stand for them on the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from autograder.errors import SettingsError
from autograder.messages import visible_name
from autograder.models import LoadedModel

_REPLACEMENT = "\ufffd"


@dataclass(frozen=True)
class Token:
    """One token: its id, how the tokenizer writes it (in one line), and the text that it stands for alone."""

    token_id: int
    piece: str
    text: str
    is_special: bool


def has_chat_template(loaded: LoadedModel) -> bool:
    return bool(loaded.tokenizer.chat_template)


def prompt_ids(loaded: LoadedModel, prompt: str, *, chat: bool) -> list[int]:
    """The ids of a prompt, special tokens included.

    Args:
        chat: write the prompt as a user's turn with the tokenizer's chat template.

    Raises: SettingsError if the prompt is blank, if its chat template cannot be applied, or if the model has no room for it.
    """
    if not prompt.strip():
        raise SettingsError(
            ja="プロンプトが空です。続きを考えさせたい文を入力してください。",
            en="The prompt is empty. Type the text that the model is to continue.",
        )
    ids = _chat_ids(loaded, prompt) if chat else loaded.tokenizer(prompt)["input_ids"]
    require_room(loaded, len(ids), 1)
    return [int(one) for one in ids]


def longest(loaded: LoadedModel) -> int | None:
    """How many tokens the model handles in all; None if its config does not say."""
    return getattr(loaded.model.config, "max_position_embeddings", None)


def has_room(loaded: LoadedModel, n_tokens: int, n_new: int) -> bool:
    """Whether the model can read `n_tokens` and write `n_new` more."""
    limit = longest(loaded)
    return limit is None or n_tokens + n_new <= limit


def require_room(loaded: LoadedModel, n_tokens: int, n_new: int) -> None:
    """Raises: SettingsError if the model has no room for the tokens."""
    if not has_room(loaded, n_tokens, n_new):
        raise SettingsError(
            ja=f"長すぎます。このモデルが扱えるのは合わせて {longest(loaded)} トークンまでですが、いまの文が {n_tokens}、続きが {n_new} です。どちらかを短くしてください。",
            en=f"Too long: this model handles {longest(loaded)} tokens in all, the text so far has {n_tokens} and {n_new} are to follow. Shorten one of them.",
        )


def tokens_of(tokenizer: Any, ids: Sequence[int]) -> list[Token]:
    """The tokens of the ids, in their order."""
    special = set(tokenizer.all_special_ids)
    pieces = tokenizer.convert_ids_to_tokens(list(ids))
    return [_token(tokenizer, one, piece, one in special) for one, piece in zip(ids, pieces, strict=True)]


def _token(tokenizer: Any, token_id: int, piece: str | None, is_special: bool) -> Token:
    text = tokenizer.decode([token_id])
    if piece is None:  # an id of the model's output that the tokenizer does not know
        return Token(token_id, f"#{token_id}", "", False)
    # Byte-level tokenizers write Japanese in letters of their own: the text itself says more.
    plain = piece.replace("Ġ", " ").replace("Ċ", "\n")
    unreadable = not piece.isascii() and "▁" not in piece and plain != text and _REPLACEMENT not in text
    return Token(token_id, visible_name(text if unreadable else piece) or "␀", visible_name(text), is_special)


def _chat_ids(loaded: LoadedModel, prompt: str) -> list[int]:
    from jinja2 import TemplateError

    turns = [{"role": "user", "content": prompt}]
    try:
        text = loaded.tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    except (ValueError, TemplateError) as error:
        raise SettingsError(
            ja=f"{loaded.name} のチャットテンプレートを当てはめられません。テンプレートを使わずに試してください。",
            en=f"the chat template of {loaded.name} cannot be applied. Go on without it.",
        ) from error
    ids: list[int] = loaded.tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids
