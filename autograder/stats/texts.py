"""Judge sampled texts, whose token ids are not known.

A text is scored on its canonical ids: those that the tokenizer gives back for it. They may differ
from the ids that were drawn, so nothing in a text is a proof. The bound needs one number, the
`recoding` rate: with at least probability 1 - recoding, a right draw's canonical ids are the ids
that were drawn. `recoded_draws` measures it; the package's docstring has the proof.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from autograder.stats.evidence import ALPHA, BETA, Evidence, Judgement
from autograder.stats.noise import margin_for, recoding_for
from autograder.stats.ranked import Margin
from autograder.stats.recording import Question, note_question
from autograder.stats.samplers import Alternative, Greedy, Sampler
from autograder.stats.scoring import Draw, Score, plain_likelihoods, score_draws
from autograder.stats.steps import Call, Drawing
from autograder.stats.typical import Drawn
from autograder.stats.weighing import scored_alternatives, weigh

RECODING = 0.02  # for temperatures up to 1; measured rates are below, see `recoded_draws`
LONGEST_TOKEN = 128  # characters; what lies beyond the longest possible draw is not read
STAKE_KEPT = 0.01  # share of the stake that is not bet, so that one odd text does not clear an alternative


def judge_texts(
    model: Any,
    tokenizer: Any,
    prompt: str,
    texts: Sequence[str],
    *,
    null: Sampler | Greedy,
    alternatives: Mapping[str, Alternative],
    max_new_tokens: int,
    alpha: float = ALPHA,
    beta: float = BETA,
    recoding: float = RECODING,
    margin: Margin | None = None,
) -> Judgement:
    """Whether independently drawn texts come from `null`; see `weigh_texts` for the arguments."""
    evidence = weigh_texts(
        model,
        tokenizer,
        prompt,
        texts,
        null=null,
        alternatives=alternatives,
        max_new_tokens=max_new_tokens,
        recoding=recoding,
        margin=margin,
    )
    return evidence.judge(alpha, beta)


def weigh_texts(
    model: Any,
    tokenizer: Any,
    prompt: str,
    texts: Sequence[str],
    *,
    null: Sampler | Greedy,
    alternatives: Mapping[str, Alternative],
    max_new_tokens: int,
    recoding: float = RECODING,
    margin: Margin | None = None,
) -> Evidence:
    """The evidence in independently drawn texts.

    Args:
        model: the trusted model.
        tokenizer: its tokenizer.
        prompt: the text in front, encoded as the tokenizer does by default.
        texts: the draws, with or without the prompt in front, outer white space and special tokens.
        null: the distribution asked for.
        alternatives: what else may have been done, named.
        max_new_tokens: limit on the new tokens, EOS counted: shorter texts ended by EOS.
        recoding: in (0, 1), upper bound of the probability that a right draw's ids are not recovered; of a model that is
            not embedded at least what `noise` measures on it.
        margin: how far the numbers of an honest run may be from ours; None: what the model's dtype asks for, or what was measured on it.

    Raises: ValueError if `recoding` is outside (0, 1).
    """
    if not 0 < recoding < 1:
        raise ValueError(f"recoding must be in (0, 1), got {recoding}")
    margin = margin or margin_for(model)
    recoding = recoding_for(model, tokenizer, prompt, null, max_new_tokens, assumed=recoding)
    found = scored_texts(
        model,
        tokenizer,
        prompt,
        texts,
        null=null,
        alternatives=scored_alternatives(alternatives),
        max_new_tokens=max_new_tokens,
        margin=margin,
    )
    evidence = weigh(list(texts), [score for _, score in found], alternatives, lambda ratio: bounded(ratio, recoding))
    question = Question(
        "texts",
        len(texts),
        null,
        alternatives,
        model=model,
        tokenizer=tokenizer,
        prompt=prompt,
        max_new_tokens=max_new_tokens,
        recoding=recoding,
        margin=margin,
    )
    prompt_ids, draws = tokenizer(prompt)["input_ids"], [Draw(ids) for ids, _ in found]
    drawn = Drawn(model, prompt_ids, draws, alternatives, max_new_tokens, tokenizer.eos_token_id)
    rows = tuple(Drawing(text, score.steps) for text, (_, score) in zip(texts, found, strict=True))
    calls = (Call((prompt, null, max_new_tokens), rows, recoding),) if isinstance(null, Sampler) else ()
    return replace(evidence, asked=note_question(question), drawn=(drawn,), calls=calls)


def recoded_draws(
    model: Any,
    tokenizer: Any,
    prompt: str,
    sequences: Sequence[Sequence[int]],
    texts: Sequence[str],
    *,
    null: Sampler | Greedy,
    max_new_tokens: int,
    margin: Margin | None = None,
) -> list[bool]:
    """For each draw from `null`, whether its text gives back other ids than were drawn.

    Args:
        sequences: the new tokens that were drawn; what follows the first EOS is padding.
        texts: the same draws as texts, in the form that is to be judged.
    """
    margin = margin or margin_for(model)
    found = scored_texts(
        model, tokenizer, prompt, texts, null=null, alternatives={}, max_new_tokens=max_new_tokens, margin=margin
    )
    changed = []
    for (ids, _), sequence in zip(found, sequences, strict=True):
        drawn = tuple(sequence)
        if tokenizer.eos_token_id in drawn:
            drawn = drawn[: drawn.index(tokenizer.eos_token_id)]
            lost = len(drawn) >= max_new_tokens
        else:
            lost = len(drawn) != max_new_tokens
        changed.append(lost or ids != drawn)
    return changed


def canonical_candidates(tokenizer: Any, prompt: str, text: str) -> list[tuple[int, ...]]:
    """The ids that may stand behind a text: with the prompt taken off, and with white space lost in front.

    Never empty; EOS and what follows it are left out.
    """
    body = text.encode("utf-8", "replace").decode()  # a lone surrogate has no ids
    if prompt.strip() and body.lstrip().startswith(prompt.strip()):
        body = body.lstrip()[len(prompt.strip()) :]
    prefix = tuple(tokenizer(prompt)["input_ids"])
    found: dict[tuple[int, ...], None] = {}
    for lost in ("", " ", "\n") if body == body.lstrip() else ("",):
        whole = tuple(tokenizer(prompt + lost + body)["input_ids"])
        if whole[: len(prefix)] == prefix:
            found[_until_eos(whole[len(prefix) :], tokenizer.eos_token_id)] = None
        alone = tuple(tokenizer(lost + body, add_special_tokens=False)["input_ids"])
        found[_until_eos(alone, tokenizer.eos_token_id)] = None
    return list(found)


def scored_texts(
    model: Any,
    tokenizer: Any,
    prompt: str,
    texts: Sequence[str],
    *,
    null: Sampler | Greedy,
    alternatives: Mapping[str, Any],
    max_new_tokens: int,
    margin: Margin,
) -> list[tuple[tuple[int, ...], Score]]:
    """For each text its canonical ids (of the candidates the likeliest) and their score."""
    prompt_ids, eos_token_id = tokenizer(prompt)["input_ids"], tokenizer.eos_token_id
    longest = LONGEST_TOKEN * (max_new_tokens + 1) + len(prompt)
    distinct = list(dict.fromkeys(texts))
    candidates = {text: canonical_candidates(tokenizer, prompt, text[:longest]) for text in distinct}
    rows = [(text, ids) for text, several in candidates.items() for ids in several if len(several) > 1]
    likelihoods = plain_likelihoods(
        model, prompt_ids, [Draw(ids) for _, ids in rows], max_new_tokens=max_new_tokens, eos_token_id=eos_token_id
    )
    best = {text: ((False, -math.inf), several[0]) for text, several in candidates.items()}
    for (text, ids), likelihood in zip(rows, likelihoods, strict=True):
        if likelihood > best[text][0]:
            best[text] = likelihood, ids
    scores = score_draws(
        model,
        prompt_ids,
        [Draw(best[text][1]) for text in distinct],
        null=null,
        alternatives=alternatives,
        max_new_tokens=max_new_tokens,
        eos_token_id=eos_token_id,
        margin=margin,
    )
    found = {text: (best[text][1], score) for text, score in zip(distinct, scores, strict=True)}
    return [found[text] for text in texts]


def bounded(ratio: float, recoding: float) -> float:
    """The log e-value of one text: its likelihood ratio, cut at 1 / recoding and made fair, most of it staked."""
    bet = math.exp(min(ratio, -math.log(recoding))) / 2  # E[min(L, K)] <= 1 + K * recoding = 2
    return math.log(STAKE_KEPT + (1 - STAKE_KEPT) * bet)


def _until_eos(ids: tuple[int, ...], eos_token_id: int) -> tuple[int, ...]:
    return ids[: ids.index(eos_token_id)] if eos_token_id in ids else ids
