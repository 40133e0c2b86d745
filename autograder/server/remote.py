"""A transformers model without weights: its calls are computed by the model server.

    link = Link()
    link.attach(sock)                      this process's session with the server
    lm = remote_model(0, card, link)       a LoadedModel whose model is a `RemoteCausalLM`

`model(...)`, `model.generate(...)`, pipelines, logits processors and `past_key_values` work as with a model in this
process. Weights, gradients, hidden states and attentions cannot be had. A cache holds the numbers of sequences that
the server remembers; to crop, to reorder and to copy it needs no server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from transformers import AutoConfig, AutoTokenizer, GenerationConfig, GenerationMixin, PreTrainedModel
from transformers.cache_utils import Cache, DynamicCache
from transformers.modeling_outputs import CausalLMOutputWithPast

from autograder.models import LoadedModel
from autograder.server.link import Link, Remembered, RemoteModelError
from autograder.server.messages import Forward
from autograder.server.start import Card


class RemoteCache(DynamicCache):
    """Past keys and values that lie at the server: for each sequence of the batch one that it remembers."""

    def __init__(self) -> None:
        super().__init__()
        self._begin([], 0)

    def _begin(self, rows: list[Remembered], length: int) -> None:
        self.rows, self.n_tokens = rows, length

    def __deepcopy__(self, memo: dict[int, Any]) -> RemoteCache:
        twin = RemoteCache()
        twin._begin(list(self.rows), self.n_tokens)
        return twin

    def __len__(self) -> int:
        return int(bool(self.rows))

    def get_seq_length(self, layer_idx: int = 0) -> int:
        return self.n_tokens

    def get_mask_sizes(self, query_length: int, layer_idx: int = 0) -> tuple[int, int]:
        return self.n_tokens + query_length, 0

    @property
    def batch_size(self) -> int:
        return len(self.rows) or -1

    @property
    def is_initialized(self) -> bool:
        return bool(self.rows)

    @property
    def is_croppable(self) -> bool:
        return True

    def crop(self, tokens_to_remove: int | torch.Tensor) -> None:
        number = int(tokens_to_remove)
        if number > 0:
            raise ValueError("crop takes a negative number: how many tokens to remove from the end")
        self.n_tokens = max(0, self.n_tokens + number)

    def reset(self) -> None:
        self._begin([], 0)

    def reorder_cache(self, beam_idx: torch.Tensor) -> None:
        self.batch_select_indices(beam_idx)

    def batch_repeat_interleave(self, repeats: int) -> None:
        self.rows = [row for row in self.rows for _ in range(repeats)]

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        numbers = torch.arange(len(self.rows))[indices.cpu()]
        self.rows = [self.rows[number] for number in numbers.tolist()] if self.rows else []

    def update(self, *_: Any, **__: Any) -> tuple[torch.Tensor, torch.Tensor]:
        raise RemoteModelError("keys and values lie at the model server; they cannot be looked at or added to here")


def _as_remote(cache: object) -> RemoteCache:
    """The cache that a caller passed. An empty one of transformers becomes ours in its place."""
    if isinstance(cache, RemoteCache):
        return cache
    empty: Any = cache
    if type(cache) is DynamicCache and empty.get_seq_length() == 0:
        empty.__class__ = RemoteCache
        empty.layers = []
        empty._begin([], 0)
        adopted: RemoteCache = empty
        return adopted
    kind = type(cache).__name__
    raise RemoteModelError(f"past_key_values: expected what this model returned or an empty DynamicCache, got {kind}")


class RemoteCausalLM(PreTrainedModel, GenerationMixin):
    """A causal language model whose forward passes the model server computes.

    Tensors go in and come out on the CPU, so `device` is the CPU; `dtype` is that of the server's model.
    """

    _supports_sdpa = True
    main_input_name = "input_ids"

    def __init__(self, index: int, card: Card, config: Any, link: Link) -> None:
        super().__init__(config)
        self._index, self._card, self._link = index, card, link
        self.eval()

    @property
    def device(self) -> torch.device:
        return torch.device("cpu")

    @property
    def dtype(self) -> torch.dtype:
        found: torch.dtype = getattr(torch, self._card.dtype)
        return found

    def forward(
        self,
        input_ids: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        position_ids: torch.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
        use_cache: bool | None = None,
        logits_to_keep: int | torch.Tensor = 0,
        return_dict: bool | None = None,
        **others: Any,
    ) -> Any:
        """Logits (B, T or `logits_to_keep`, V) of the next token, and the cache.

        Raises: RemoteModelError for what a server without weights on this side cannot give; ModelLimitError beyond
            the session's limits; IndexError for a token outside the vocabulary.
        """
        for name in ("output_hidden_states", "output_attentions"):
            if others.get(name):
                raise RemoteModelError(f"{name}: the model is on a server that gives logits alone")
        if input_ids is None or inputs_embeds is not None:
            raise RemoteModelError("inputs_embeds: the model is on a server that takes token ids alone")
        remember = self.config.use_cache if use_cache is None else use_cache
        cache = _as_remote(past_key_values) if past_key_values is not None else RemoteCache()
        ids = self._checked(input_ids)
        past = cache.n_tokens
        keep = logits_to_keep if isinstance(logits_to_keep, int) else 0
        mask = None if attention_mask is None else _fitted(attention_mask, past + ids.shape[1], len(ids))
        positions = None if position_ids is None else np.broadcast_to(_array(position_ids), ids.shape)
        logits = self._computed(cache, ids, positions, mask, keep, bool(remember) or past_key_values is not None)
        if not isinstance(logits_to_keep, int):
            logits = logits[:, logits_to_keep]
        if torch.is_grad_enabled() and not torch.is_inference_mode_enabled():
            logits.requires_grad_()  # as those of a model in this process: `.numpy()` then needs `.detach()`
        loss = None
        if labels is not None:
            loss = self.loss_function(logits=logits, labels=labels, vocab_size=self.config.vocab_size)
        output = CausalLMOutputWithPast(loss=loss, logits=logits, past_key_values=cache if remember else None)
        return output if return_dict is not False else output.to_tuple()

    def _computed(
        self, cache: RemoteCache, ids: Any, positions: Any, mask: Any, keep: int, remember: bool
    ) -> torch.Tensor:
        link = self._link
        if any(row.freed is not link.freed for row in cache.rows):
            raise RemoteModelError("past_key_values: the model server has forgotten them")
        if cache.rows and len(cache.rows) != len(ids):
            raise RuntimeError(f"past_key_values: of {len(cache.rows)} sequences, but input_ids has {len(ids)}")
        numbers, past = tuple(row.number for row in cache.rows), cache.n_tokens
        cache._begin([], past)  # what nobody else holds is freed by this very request
        freed = link.take_freed()
        rows, logits = link.ask(Forward(self._index, numbers, past, ids, positions, mask, keep, remember, freed))
        if remember:
            cache._begin(link.remember(rows), past + ids.shape[1])
        return logits

    def _checked(self, input_ids: torch.Tensor) -> Any:
        ids = _array(input_ids)
        if ids.ndim != 2 or not ids.size:
            raise RuntimeError(f"input_ids: expected shape (batch, tokens) with tokens, got {tuple(ids.shape)}")
        if ids.min() < 0 or ids.max() >= self.config.vocab_size:
            raise IndexError("index out of range in self: input_ids holds a number that is no token")
        return ids

    def _prepare_cache_for_generation(
        self, generation_config: Any, model_kwargs: dict[str, Any], *others: Any, **keywords: Any
    ) -> None:
        given = model_kwargs.get("past_key_values")
        if given is not None:
            _as_remote(given)._is_user_defined = True
        elif generation_config.use_cache is not False:
            model_kwargs["past_key_values"] = RemoteCache()

    def parameters(self, recurse: bool = True) -> Iterator[torch.nn.Parameter]:
        raise RemoteModelError("the weights of this model are on the model server and cannot be looked at")

    def named_parameters(self, *_: Any, **__: Any) -> Iterator[tuple[str, torch.nn.Parameter]]:
        return self.parameters()  # type: ignore[return-value]

    def state_dict(self, *_: Any, **__: Any) -> Any:
        return self.parameters()

    def get_input_embeddings(self) -> Any:
        return self.parameters()


def _array(tensor: torch.Tensor) -> Any:
    return tensor.detach().cpu().numpy().astype(np.int64)


def _fitted(mask: torch.Tensor, width: int, n_rows: int) -> Any:
    """A mask (B, `width`): cut, or continued by what may not be looked at, as transformers does."""
    if mask.ndim != 2:
        raise RemoteModelError("attention_mask: the model server takes masks of shape (batch, tokens) alone")
    given = np.broadcast_to(mask.detach().cpu().numpy() != 0, (n_rows, mask.shape[1]))[:, :width]
    fitted = np.zeros((n_rows, width), bool)
    fitted[:, : given.shape[1]] = given
    return fitted


def remote_model(index: int, card: Card, link: Link) -> LoadedModel:
    """The served model of that index, with its tokenizer."""
    tokenizer = AutoTokenizer.from_pretrained(card.path, local_files_only=True)
    return LoadedModel(name=card.name, path=card.path, model=model_of(index, card, link), tokenizer=tokenizer)


def model_of(index: int, card: Card, link: Link) -> RemoteCausalLM:
    """The served model of that index, of a class with the original's name, with settings of its own."""
    config = AutoConfig.from_pretrained(card.path, local_files_only=True)
    kind = type((config.architectures or ["RemoteCausalLM"])[0], (RemoteCausalLM,), {"__doc__": RemoteCausalLM.__doc__})
    model: RemoteCausalLM = kind(index, card, config, link)
    model.generation_config = GenerationConfig.from_pretrained(card.path, local_files_only=True)
    return model


def serve_from_pretrained(cards: Sequence[Card], link: Link, *, instead: bool) -> Callable[[], None]:
    """From now on `from_pretrained` with the path of a card gives the model on the server, everywhere in this process.

    Args:
        instead: also with the path of the model itself, whose weights are then out of reach.

    Returns: what undoes this.
    """
    original = vars(PreTrainedModel)["from_pretrained"]
    known = {card.path: index for index, card in enumerate(cards)}
    if instead:
        known |= {card.original: index for index, card in enumerate(cards)}

    def from_pretrained(cls: type, path: Any = None, *arguments: Any, **keywords: Any) -> Any:
        index = known.get(str(path))
        if index is None:
            return original.__func__(cls, path, *arguments, **keywords)
        return model_of(index, cards[index], link)

    PreTrainedModel.from_pretrained = classmethod(from_pretrained)

    def undo() -> None:
        PreTrainedModel.from_pretrained = original

    return undo
