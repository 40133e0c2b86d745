"""The model that is measured: random weights of a given shape, made where they are needed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Shape:
    """What is measured: the model's config, device and dtype, and one student's work.

    Args:
        config: for LlamaConfig; empty gives Llama-2-7B.
        n_prompt, n_new: tokens of a prompt, and new tokens for each.
        n_prompts: generations of one student.
        students: how many at the same time.
    """

    config: dict[str, Any]
    device: str
    dtype: str
    n_prompt: int
    n_new: int
    n_prompts: int
    students: Sequence[int]

    def as_text(self) -> dict[str, Any]:
        return asdict(self)


LLAMA_2_7B = Shape({}, "cuda", "bfloat16", n_prompt=48, n_new=64, n_prompts=2, students=(1, 8, 32, 128))
SMALL = Shape(
    {
        "vocab_size": 512,
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "max_position_embeddings": 256,
    },
    "cpu",
    "float32",
    n_prompt=8,
    n_new=8,
    n_prompts=1,
    students=(1, 4),
)


def make_model(shape: Shape) -> Any:
    """The model in evaluation mode, made on its device; the same weights for the same shape."""
    import torch
    from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    with torch.device(shape.device):
        model = LlamaForCausalLM._from_config(LlamaConfig(**shape.config), dtype=getattr(torch, shape.dtype))
    model.eval()
    model.generation_config = GenerationConfig(
        bos_token_id=1, pad_token_id=0
    )  # no end: every text has its whole length
    return model


def weight_bytes(model: Any) -> int:
    """What one step has to read: every weight but the table of input embeddings."""
    table = model.get_input_embeddings().weight
    n_bytes = sum(one.numel() * one.element_size() for one in model.parameters())
    tied = model.get_output_embeddings().weight is table
    return int(n_bytes - (0 if tied else table.numel() * table.element_size()))


def prompts_of(shape: Shape, student: int) -> Any:
    """The prompts of one student, (n_prompts, n_prompt): the first half is the same for all, as in a class."""
    import torch

    size = shape.config.get("vocab_size", 32000)
    common = torch.randint(3, size, (shape.n_prompts, shape.n_prompt // 2), generator=torch.Generator().manual_seed(1))
    own = torch.Generator().manual_seed(1000 + student)
    rest = torch.randint(3, size, (shape.n_prompts, shape.n_prompt - shape.n_prompt // 2), generator=own)
    return torch.cat([common, rest], 1)


def work_of(model: Any, shape: Shape, student: int) -> int:
    """What one student asks for: one sampled text after the other. Returns the number of new tokens."""
    import torch

    torch.manual_seed(student)
    n_new = 0
    for prompt in prompts_of(shape, student):
        output = model.generate(
            prompt[None].to(model.device), max_new_tokens=shape.n_new, do_sample=True, top_p=0.9, temperature=0.8
        )
        n_new += output.shape[1] - shape.n_prompt
    return n_new


def one_thread() -> None:
    """As student processes compute."""
    os.environ["OMP_NUM_THREADS"] = "1"
    import torch

    torch.set_num_threads(1)
