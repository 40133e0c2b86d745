"""Judge drawn token ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from autograder.stats.evidence import ALPHA, BETA, Evidence, Judgement
from autograder.stats.noise import margin_for
from autograder.stats.ranked import Margin
from autograder.stats.recording import Question, note_question
from autograder.stats.samplers import Alternative, Greedy, Sampler
from autograder.stats.scoring import ended_draw, score_draws
from autograder.stats.steps import Call, Drawing
from autograder.stats.typical import Drawn
from autograder.stats.weighing import scored_alternatives, weigh

IMPOSSIBLE = 1e6  # stands for the log of an infinite ratio, so that sums stay defined


def judge_tokens(
    model: Any,
    prompt_ids: Sequence[int],
    sequences: Sequence[Sequence[int]],
    *,
    null: Sampler | Greedy,
    alternatives: Mapping[str, Alternative],
    max_new_tokens: int,
    eos_token_id: int,
    alpha: float = ALPHA,
    beta: float = BETA,
    margin: Margin | None = None,
) -> Judgement:
    """Whether independent draws come from `null`; see `weigh_tokens` for the arguments."""
    evidence = weigh_tokens(
        model,
        prompt_ids,
        sequences,
        null=null,
        alternatives=alternatives,
        max_new_tokens=max_new_tokens,
        eos_token_id=eos_token_id,
        margin=margin,
    )
    return evidence.judge(alpha, beta)


def weigh_tokens(
    model: Any,
    prompt_ids: Sequence[int],
    sequences: Sequence[Sequence[int]],
    *,
    null: Sampler | Greedy,
    alternatives: Mapping[str, Alternative],
    max_new_tokens: int,
    eos_token_id: int,
    margin: Margin | None = None,
) -> Evidence:
    """The evidence in independent draws; a token outside the null's support is a proof.

    Args:
        model: the trusted model.
        prompt_ids: token ids in front of every draw, at least one.
        sequences: the new tokens of each draw; what follows the first EOS is padding. A draw without
            EOS that is not exactly `max_new_tokens` long lies outside the support, too.
        null: the distribution asked for.
        alternatives: what else may have been done, named.
        max_new_tokens: limit on the new tokens, EOS counted.
        eos_token_id: ends a draw.
        margin: how far the numbers of an honest run may be from ours; None: what the model's dtype asks for, or what was measured on it.

    Raises: ValueError if `prompt_ids` or a sequence holds an id outside the vocabulary.
    """
    size = model.config.vocab_size
    if not prompt_ids or any(not 0 <= token < size for row in [prompt_ids, *sequences] for token in row):
        raise ValueError(f"weigh_tokens: expected token ids in 0..{size - 1} and a prompt of at least one")
    margin = margin or margin_for(model)
    draws = [ended_draw(sequence, eos_token_id) for sequence in sequences]
    scores = score_draws(
        model,
        prompt_ids,
        draws,
        null=null,
        alternatives=scored_alternatives(alternatives),
        max_new_tokens=max_new_tokens,
        eos_token_id=eos_token_id,
        margin=margin,
    )
    evidence = weigh([draw.ids for draw in draws], scores, alternatives, unbounded)
    proofs = ((index, score.outside) for index, score in enumerate(scores) if score.outside is not None)
    question = Question(
        "tokens",
        len(draws),
        null,
        alternatives,
        model=model,
        prompt_ids=tuple(prompt_ids),
        max_new_tokens=max_new_tokens,
        eos_token_id=eos_token_id,
        margin=margin,
    )
    drawn = Drawn(model, prompt_ids, draws, alternatives, max_new_tokens, eos_token_id)
    asked = (tuple(prompt_ids), null, max_new_tokens, eos_token_id)
    call = Call(asked, tuple(Drawing(draw, score.steps) for draw, score in zip(draws, scores, strict=True)))
    calls = (call,) if isinstance(null, Sampler) else ()
    return replace(evidence, outside=next(proofs, None), asked=note_question(question), drawn=(drawn,), calls=calls)


def unbounded(ratio: float) -> float:
    """The log-likelihood ratio itself, kept finite: what is impossible under the null is carried by `outside`."""
    return min(ratio, IMPOSSIBLE)
