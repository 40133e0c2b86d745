"""Passes and steps on tensors that say they lie on a GPU and hold no numbers: nothing mixes devices or waits for a value.

A recorded step may not look at what it computed (CUDA forbids it while recording), and a tensor left behind on the CPU
is an error there. PyTorch's fake tensors find both without a GPU.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch._subclasses.fake_tensor import DataDependentOutputException, FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from transformers import LlamaConfig, LlamaForCausalLM

from autograder.server import norms
from autograder.server.graphs import Step, StepGraphs
from autograder.server.passes import Runner, Work
from autograder.server.rows import Place, Slots, keys_of

pytestmark = pytest.mark.skipif(not torch.backends.cuda.is_built(), reason="this build of torch knows no GPU at all")

N_SLOTS, LENGTH, VOCABULARY, N_LAYERS = 8, 256, 512, 3
# Operations that only look at what is there in another way start no kernel.
VIEWS = {
    "prim.device",
    "aten.slice",
    "aten.transpose",
    "aten.view",
    "aten.unsqueeze",
    "aten.reshape",
    "aten._unsafe_view",
}
VIEWS |= {"aten.expand", "aten.select", "aten.detach", "aten.alias", "aten.t"}


@pytest.fixture
def runner() -> Iterator[Runner]:
    """A Llama in bfloat16 with its slots, on a GPU that is not there."""
    sizes = {"hidden_size": 64, "intermediate_size": 128, "num_attention_heads": 4, "num_hidden_layers": N_LAYERS}
    with FakeTensorMode(allow_non_fake_inputs=True):
        with torch.device("cuda"):
            model = LlamaForCausalLM._from_config(LlamaConfig(vocab_size=VOCABULARY, **sizes), dtype=torch.bfloat16)
        model.eval().set_attn_implementation("sdpa")
        yield Runner(model, Slots(N_SLOTS, LENGTH))


def work(slot: int, start: int, end: int) -> Work:
    """Tokens from `start` on, of which the last one's logits are wanted."""
    ids = np.arange(3, 3 + end)
    visible = np.ones(end, bool)
    return Work(slot, keys_of(ids, np.arange(end), visible), start, visible, 1)


def counted(compute: Callable[[], torch.Tensor]) -> Counter[str]:
    """How often each operation starts kernels."""
    found: Counter[str] = Counter()

    class Counting(TorchDispatchMode):
        def __torch_dispatch__(self, operation: Any, types: Any, given: Any = (), keywords: Any = None) -> Any:
            name = str(operation).rsplit(".", 1)[0]
            if name not in VIEWS:
                found[name] += 1
            return operation(*given, **(keywords or {}))

    with torch.inference_mode(), Counting():
        compute()
    return found


def test_a_pass_leaves_nothing_on_the_wrong_device(runner: Runner):
    """Beginnings of different lengths; the logits come back to the CPU."""
    logits = runner.run([work(0, 0, 9), work(3, 4, 20)])
    assert logits.device.type == "cpu"
    assert logits.shape == (2, 1, VOCABULARY)
    assert runner.slots.tensors[0][0].device.type == "cuda"
    runner.slots.copy([Place(1, 5, copied_from=0)])


def test_a_step_can_be_recorded(runner: Runner):
    """Whatever is filled in; computing it asks for no value."""
    recorded: list[Step] = []

    def record(step: Step) -> Callable[[], torch.Tensor]:
        recorded.append(step)
        return step.compute

    runner.steps = StepGraphs(runner.model, runner.slots, record=record)
    logits = runner.run([work(0, 8, 9), work(2, 19, 20)])
    assert logits.shape == (2, 1, VOCABULARY)
    assert runner.steps.why_not == ""
    assert len(recorded) == 1


def test_what_this_finds(runner: Runner):
    """A tensor left on the CPU, and a value that is looked at."""
    there = torch.ones(2, device="cuda")
    with pytest.raises(RuntimeError, match="device"):
        there + torch.ones(2)
    with pytest.raises(DataDependentOutputException):
        there.max().item()


def test_a_step_with_fused_norms_starts_fewer_kernels(runner: Runner, monkeypatch: pytest.MonkeyPatch):
    """Seven fewer for each norm, of about forty for a layer."""
    with torch.inference_mode():
        step = Step(runner.model, runner.slots, 1, 128)
    before = counted(step.compute)
    monkeypatch.setattr(norms, "_agree", lambda *_: True)  # there are no numbers to compare
    n_norms = norms.fuse_norms(runner.model)
    after = counted(step.compute)
    assert n_norms == 2 * N_LAYERS + 1
    assert before["aten.rsqrt"] == n_norms
    assert after["aten.rsqrt"] == 0
    assert before.total() - after.total() == 7 * n_norms
