"""Documents as token ids with loss weights, in batches of similar length.

Block number k of a seed always holds the same batches, so that training can go on where it stopped.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from training.grammar.documents import Document, draw

DOCUMENTS_PER_BLOCK = 2048
FIRST_PART_BLOCKS = {"tiny-chat": 36, "tiny-base": 8}
TOKENS_PER_BATCH = 3072
# The first tokens of an answer decide what kind of answer it is, and hold the short ones whole.
N_FIRST_TOKENS = 8
FIRST_TOKENS_WEIGHT = 2.5


@dataclass(frozen=True)
class Batch:
    """`ids` is (B, T), right-padded with zeros; `weights` (B, T) is the loss weight of predicting each id."""

    ids: Tensor
    weights: Tensor


def spans(document: Document) -> list[tuple[str, str]]:
    """What is read and what is learned, alternating, in the document's format but without its special tokens."""
    if not document.chat:
        prompt, answer = document.turns[0]
        return [(prompt, f"\n{answer}" if prompt else answer)]
    head = f"<<SYS>>\n{document.system}\n<</SYS>>\n\n" if document.system else ""
    return [
        (f"[INST] {head if index == 0 else ''}{prompt} [/INST]", f" {answer}")
        for index, (prompt, answer) in enumerate(document.turns)
    ]


def encode(documents: list[Document], tokenizer: PreTrainedTokenizerBase) -> list[tuple[list[int], list[float]]]:
    """Ids and loss weights of each document: every turn is encoded as at inference, then closed by EOS."""
    per_document = [spans(document) for document in documents]
    flat = [span for turns in per_document for span in turns]
    whole = tokenizer([prompt + answer for prompt, answer in flat]).input_ids
    prefixes = tokenizer([prompt for prompt, _ in flat]).input_ids
    encoded = []
    position = 0
    for turns in per_document:
        ids: list[int] = []
        weights: list[float] = []
        for _ in turns:
            n_read = len(prefixes[position])
            if whole[position][:n_read] != prefixes[position]:
                raise ValueError(f"The prompt's last token merges with the answer: {flat[position]!r}.")
            n_learned = len(whole[position]) - n_read + 1
            ids += [*whole[position], tokenizer.eos_token_id]
            first = min(n_learned, N_FIRST_TOKENS)
            weights += [0.0] * n_read + [FIRST_TOKENS_WEIGHT] * first + [1.0] * (n_learned - first)
            position += 1
        encoded.append((ids, weights))
    return encoded


def block(name: str, tokenizer: PreTrainedTokenizerBase, seed: int, index: int, *, last: bool = False) -> list[Batch]:
    """The batches of one block, in a seeded order; `last` takes the blocks of the model's last part."""
    rng = random.Random(f"{seed}/{name}/last/{index}" if last else f"{seed}/{name}/{index}")
    part = 2 if last else int(index >= FIRST_PART_BLOCKS[name])
    rows = encode([draw(rng, name, part) for _ in range(DOCUMENTS_PER_BLOCK)], tokenizer)
    rows.sort(key=lambda row: len(row[0]))
    batches = []
    start = 0
    while start < len(rows):
        stop = start + 1
        while stop < len(rows) and len(rows[stop][0]) * (stop + 1 - start) <= TOKENS_PER_BATCH:
            stop += 1
        batches.append(pad(rows[start:stop]))
        start = stop
    rng.shuffle(batches)
    return batches


def pad(rows: list[tuple[list[int], list[float]]]) -> Batch:
    """The rows as one batch, padded on the right: causal attention never sees that padding."""
    length = max(len(ids) for ids, _ in rows)
    ids = torch.tensor([ids + [0] * (length - len(ids)) for ids, _ in rows])
    weights = torch.tensor([weights + [0.0] * (length - len(weights)) for _, weights in rows])
    return Batch(ids, weights)


def stream(
    name: str, tokenizer: PreTrainedTokenizerBase, seed: int, *, skip: int, last: bool = False
) -> Iterator[Batch]:
    """All batches without end, the first `skip` left out."""
    index = 0
    while True:
        batches = block(name, tokenizer, seed, index, last=last)
        yield from batches[skip:]
        skip = max(0, skip - len(batches))
        index += 1
