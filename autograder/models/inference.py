"""`generate` of the embedded models without what autograd keeps of every operation, a twentieth of its time.

`generate` computes no gradients anyway; `torch.inference_mode` spares their bookkeeping as well, but the tensors that it
makes are of a kind that autograd refuses later. So it is used where token ids alone come out, which are copied into an
ordinary tensor, and where no code of the caller's is called in between.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_INPUTS = {"inputs", "input_ids", "attention_mask", "generation_config"}


def use_inference_mode(model: PreTrainedModel) -> None:
    """Give `model` a class of its own, with the name of the one it has, whose `generate` is quicker."""
    import torch

    kind: Any = type(model)

    @functools.wraps(kind.generate)
    def generate(self: Any, *arguments: Any, **keywords: Any) -> Any:
        original = super(lean, self).generate
        if not _gives_ids_alone(self, arguments, keywords):
            return original(*arguments, **keywords)
        with torch.inference_mode():
            ids = original(*arguments, **keywords)
        return ids.clone()

    body = {"generate": generate, "__module__": kind.__module__, "__doc__": kind.__doc__}
    lean: Any = type(kind.__name__, (kind,), body)
    model.__class__ = lean


def _gives_ids_alone(model: Any, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> bool:
    """Whether this call of `generate` returns a tensor of ids, and calls nothing that the caller gave it."""
    given = keywords.get("generation_config") or (arguments[1] if len(arguments) > 1 else None)
    own = model.generation_config  # fills in what the one that is given leaves open
    settings = {name for name in vars(own) if name != "return_dict_in_generate"}
    asks_for_more = own.return_dict_in_generate or (given is not None and given.return_dict_in_generate)
    return len(arguments) <= 2 and keywords.keys() <= _INPUTS | settings and not asks_for_more
