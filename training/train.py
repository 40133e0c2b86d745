"""Train one embedded model and write its folder.

    python -m training.train tiny-chat

The same seed, on one thread of the same kind of CPU, gives the same weights. A run that was stopped goes on from
its last checkpoint when it is started again with the same `--work` folder.
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated

import torch
import typer
from rich.progress import Progress
from torch import Tensor
from transformers import AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from training import tokenizer as tokenizers
from training.architectures import initialise
from training.batches import Batch, stream
from training.muon import Muon

DROPOUT = 0.1  # of attention, in training mode only
SEED = 7
MATRIX_LR = 0.02
OTHER_LR = 0.003
STEPS = {"tiny-chat": 2800, "tiny-base": 1000}
# A short last part follows at a low rate, on the last of the model's phases.
LAST_STEPS = {"tiny-chat": 150, "tiny-base": 0}
LAST_RATE = 0.15
WARMUP_STEPS = 40
CHECKPOINT_EVERY = 100
SHIPPED = Path(__file__).parent.parent / "autograder" / "models"


@dataclass
class Progressed:
    """How far a run is: optimiser steps, tokens in batches, processor time, and the smoothed loss."""

    step: int = 0
    n_tokens: int = 0
    cpu_seconds: float = 0.0
    loss: float = 0.0


def loss_of(model: PreTrainedModel, batch: Batch) -> Tensor:
    """Weighted mean of -log p over the learned tokens; logits are computed only where the weight is not 0."""
    hidden = model.base_model(input_ids=batch.ids[:, :-1]).last_hidden_state
    weights = batch.weights[:, 1:]
    learned = weights > 0
    logits = model.get_output_embeddings()(hidden[learned])  # (N, V)
    losses = torch.nn.functional.cross_entropy(logits, batch.ids[:, 1:][learned], reduction="none")
    return (losses * weights[learned]).sum() / weights.sum()


def optimisers(model: PreTrainedModel) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the layers, AdamW for embeddings, norms and biases."""
    embeddings = {id(model.get_input_embeddings().weight), id(model.get_output_embeddings().weight)}
    matrices = [p for p in model.parameters() if p.ndim == 2 and id(p) not in embeddings]
    chosen = {id(p) for p in matrices}
    others = [p for p in model.parameters() if id(p) not in chosen]
    return [
        Muon(matrices, lr=MATRIX_LR),
        torch.optim.AdamW(others, lr=OTHER_LR, betas=(0.9, 0.98), weight_decay=0.0),
    ]


def rate(step: int, n_steps: int, n_last: int) -> float:
    """The factor on every learning rate: warm-up, constant, linear to 0 over the second half; low in the last part."""
    if step >= n_steps:
        return LAST_RATE * (1 - (step - n_steps) / n_last)
    return min(1.0, (step + 1) / WARMUP_STEPS, 2 * (1 - step / n_steps))


def batches_from(step: int, n_steps: int, name: str, tokenizer: PreTrainedTokenizerBase) -> Iterator[Batch]:
    """The batches of every step from this one on."""
    if step < n_steps:
        yield from islice(stream(name, tokenizer, SEED, skip=step), n_steps - step)
    if LAST_STEPS[name]:
        yield from stream(name, tokenizer, SEED, skip=max(0, step - n_steps), last=True)


def load_tokenizer(name: str, folder: Path) -> PreTrainedTokenizerBase:
    """The tokenizer in the folder; a new one is built and written there first if it has none."""
    if not (folder / "tokenizer.json").exists():
        tokenizers.build(name).save_pretrained(folder)
    return AutoTokenizer.from_pretrained(folder)


def export(model: PreTrainedModel, folder: Path) -> None:
    """Write weights in float16 beside a config that says float32, the precision of the default load.

    Training dropped nothing out; the config lets a model that somebody leaves in training mode show what that does.
    """
    weights = {key: value.half() for key, value in model.state_dict().items()}
    model.save_pretrained(folder, state_dict=weights)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config |= {"dtype": "float32", "attention_dropout": DROPOUT}
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def train(
    name: Annotated[str, typer.Argument(help="tiny-chat or tiny-base")],
    steps: Annotated[int, typer.Option(help="optimiser steps; 0: the number used for the shipped model")] = 0,
    out: Annotated[Path | None, typer.Option(help="folder to write; by default the shipped one")] = None,
    work: Annotated[Path | None, typer.Option(help="folder for checkpoints")] = None,
) -> None:
    """Train from the last checkpoint, or from random weights, to the end."""
    torch.set_num_threads(1)
    n_steps = steps or STEPS[name]
    n_last = LAST_STEPS[name]
    out = out or SHIPPED / name
    work = work or Path(tempfile.gettempdir()) / "textgen-autograder-training" / f"{name}-{n_steps}"
    work.mkdir(parents=True, exist_ok=True)
    tokenizer = load_tokenizer(name, out)
    model = initialise(name, tokenizer, SEED)
    parts = optimisers(model)
    done = Progressed()
    checkpoint = work / "checkpoint.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        for part, state in zip(parts, saved["optimisers"], strict=True):
            part.load_state_dict(state)
        done = Progressed(**saved["progress"])
    model.train()
    with Progress(disable=not sys.stdout.isatty()) as bar, (work / "log.jsonl").open("a") as log:
        task = bar.add_task(name, total=n_steps + n_last, completed=done.step)
        started = time.process_time() - done.cpu_seconds
        for batch in batches_from(done.step, n_steps, name, tokenizer):
            if done.step == n_steps + n_last:
                break
            loss = loss_of(model, batch)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            for part, base in zip(parts, (MATRIX_LR, OTHER_LR), strict=True):
                part.param_groups[0]["lr"] = base * rate(done.step, n_steps, n_last)
                part.step()
                part.zero_grad()
            done.step += 1
            done.n_tokens += batch.ids.numel()
            done.cpu_seconds = time.process_time() - started
            done.loss = loss.item() if done.step == 1 else 0.98 * done.loss + 0.02 * loss.item()
            bar.update(task, completed=done.step, description=f"{name} loss {done.loss:.3f}")
            if done.step % 20 == 0:
                log.write(json.dumps(asdict(done)) + "\n")
                log.flush()
            if done.step % CHECKPOINT_EVERY == 0:
                state = {
                    "model": model.state_dict(),
                    "optimisers": [part.state_dict() for part in parts],
                    "progress": asdict(done),
                }
                torch.save(state, work / "next.pt")
                (work / "next.pt").replace(checkpoint)
    export(model, out)
    typer.echo(json.dumps({"model": name, **asdict(done)}))


if __name__ == "__main__":
    typer.run(train)
