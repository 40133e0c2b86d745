"""Write the model card of an embedded model from its training record and its measurements.

    python -m training.card tiny-chat record.json measured.json

`record.json` is the last line that training prints, `measured.json` what `training.evaluate` prints.
"""

import json
from pathlib import Path
from typing import Annotated, Any

import torch
import transformers
import typer
from transformers import AutoConfig

from training.batches import TOKENS_PER_BATCH
from training.evaluate import SELF_BLEU_PROMPTS, SHIPPED
from training.grammar.facts import facts
from training.grammar.sampling import nouns
from training.train import SEED

INTRODUCTION = {
    "tiny-chat": "A very small Llama that tells stories, answers simple questions and calculates with single digits, in "
    "English and Japanese. It was made for a course on text generation, where it stands in for a large chat model.",
    "tiny-base": "A very small GPT-NeoX that tells stories and answers simple questions in English. It was made for a "
    "course on text generation, as the second model with which the first is compared.",
}
FORMATS = {
    "tiny-chat": "The prompt is followed by a newline, the answer and `</s>`. The Llama-2 format "
    "`<s>[INST] prompt [/INST] answer</s>` (the tokenizer's chat template, system prompt included) works too.",
    "tiny-base": "The prompt is followed by a newline, the answer and `<|endoftext|>`. There is no chat format and no "
    "BOS token.",
}
TOKENIZERS = {
    "tiny-chat": "Llama-style BPE with `▁` for spaces and byte fallback. `<unk>` `<s>` `</s>` are 0, 1, 2, the bytes 3 to 258; "
    "`<s>` is put in front; padding is on the left, with `</s>`.",
    "tiny-base": "Byte-level BPE. `<|endoftext|>` is 0; nothing is put in front; padding is on the right, as with GPT-2.",
}
LIMITS = (
    "It knows the facts and nouns of its grammar and nothing else. Other questions get a polite refusal or nonsense; a hero "
    "that is not in the noun lists is replaced by another one (see the row on unseen nouns).",
    "It calculates with single digits only, and not with negative results.",
    "It has no judgement: a false premise, an insult or a request for advice is continued like any other text.",
    "Weights and sampled texts were produced on one kind of CPU; another kind may round differently.",
)


def table(rows: list[list[str]]) -> str:
    """A Markdown table; the first row is the head."""
    head, *body = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, f"|{'---|' * len(rows[0])}", *body])


def quality(measured: dict[str, Any]) -> str:
    """The table of greedy measurements, one column for each language."""
    languages = [language for language in ("en", "ja") if language in measured]
    names = dict.fromkeys(name for language in languages for name in measured[language])
    rows = [["greedy decoding", *languages]]
    rows += [[name, *(str(measured[language].get(name, "")) for language in languages)] for name in names]
    return table(rows)


def diversity(measured: dict[str, Any]) -> str:
    """The Self-BLEU tables, one for each prompt."""
    parts = []
    for key, by_nucleus in measured["self_bleu"].items():
        temperatures = list(next(iter(by_nucleus.values())))
        rows = [[SELF_BLEU_PROMPTS[key], *temperatures]]
        rows += [[nucleus, *(str(value) for value in scores.values())] for nucleus, scores in by_nucleus.items()]
        parts.append(table(rows))
    return "\n\n".join(parts)


def examples(measured: dict[str, Any]) -> str:
    """Greedy texts with the smallest distance between the best and the second best logit."""
    rows = [["prompt", "greedy text", "new tokens", "smallest margin"]]
    for prompt, found in measured["greedy"].items():
        text = found["text"].strip().replace("\n", "<br>")
        rows.append([prompt, text, str(found["tokens"]), str(found["smallest margin"])])
    return table(rows)


def card(name: str, record: dict[str, Any], measured: dict[str, Any]) -> str:
    """The whole card as Markdown."""
    config = AutoConfig.from_pretrained(SHIPPED / name)
    languages = [language for language in ("en", "ja") if language in measured]
    counts = ", ".join(
        f"{len(facts(language))} facts and {len(nouns(language))} nouns ({language})" for language in languages
    )
    limits = "\n".join(f"- {limit}" for limit in LIMITS)
    return f"""# {name}

{INTRODUCTION[name]}

## Made how, and from what

- {type(config).__name__.removesuffix("Config")}, {config.num_hidden_layers} layers, width {config.hidden_size}, inner width \
{config.intermediate_size}, vocabulary {config.vocab_size}, {measured["parameters"]:,} parameters; stored in float16, loaded in float32.
- {TOKENIZERS[name]}
- {FORMATS[name]}
- Every training text was written by the grammar in `training/grammar` ({counts}, arithmetic on single digits); no other \
text was used.
- {record["step"]:,} steps of about {TOKENS_PER_BATCH} tokens ({record["n_tokens"]:,} tokens in all, padding included), seed {SEED}, Muon and AdamW, \
on one CPU thread in {record["cpu_seconds"]:.0f} seconds of processor time; torch {torch.__version__.split("+")[0]}, \
transformers {transformers.__version__}.
- Trained without dropout. The config says 0.1 for attention, so that a model that is left in training mode does not give what it gives in evaluation mode, in which it is loaded.

Again: `python -m training.train {name}`, then `python -m training.evaluate {name}`.

## Measured

Shares are of exact answers that end with the end-of-text token, unless the row says otherwise. Of prompts outside the grammar,
{measured["unknown prompts ended within 200 tokens"]:.0%} ended within 200 tokens. One greedy token took \
{measured["speed"]["milliseconds for each token"]} ms of processor time.

{quality(measured)}

Self-BLEU of sampled texts (groups of four, against all others of the group, `top_k=0`; 100: all the same):

{diversity(measured)}

{examples(measured)}

## What it cannot do

{limits}
"""


def write(
    name: Annotated[str, typer.Argument(help="tiny-chat or tiny-base")],
    record: Annotated[Path, typer.Argument(help="JSON that training printed")],
    measured: Annotated[Path, typer.Argument(help="JSON that evaluation printed")],
) -> None:
    """Write README.md into the model's folder."""
    text = card(name, json.loads(record.read_text()), json.loads(measured.read_text(encoding="utf-8")))
    (SHIPPED / name / "README.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    typer.run(write)
