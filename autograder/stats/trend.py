"""Judge whether the texts of one setting are more alike than those of another, by BLEU between two texts of one setting."""

from __future__ import annotations

import math
from collections.abc import Sequence

from autograder.stats.evidence import ALPHA, BETA, Evidence, Judgement, log_mean_exp
from autograder.stats.recording import Question, note_question

BETS = (0.3, 0.9)  # shares of what one has that are bet on each pair


def judge_trend(higher: Sequence[str], lower: Sequence[str], *, alpha: float = ALPHA, beta: float = BETA) -> Judgement:
    """Whether the texts of `higher` are more alike than those of `lower`; see `weigh_trend` for the arguments.

    PASS: they are; FAIL: it is the other way round; UNDECIDED: more texts are needed. No alternative is named.
    """
    return weigh_trend(higher, lower).judge(alpha, beta)


def weigh_trend(higher: Sequence[str], lower: Sequence[str]) -> Evidence:
    """The evidence in independent texts against "texts of `higher` are at least as alike as those of `lower`".

    Neighbours make pairs. No pair counts more than a factor of 1.9: a FAIL at 1e-6 takes 23 pairs of each group.

    Args:
        higher: texts of the setting that should have the higher Self-BLEU, in the order in which they were drawn.
        lower: texts of the other; of the longer list, what finds no partner is not read.
    """
    return weigh_likeness([a - b for a, b in zip(bleu_of_pairs(higher), bleu_of_pairs(lower), strict=False)])


def weigh_likeness(likeness: Sequence[float]) -> Evidence:
    """The evidence in differences of BLEU over 100, each in [-1, 1], one for each pair."""
    against, for_it = (
        log_mean_exp([math.fsum(math.log1p(sign * bet * x) for x in likeness) for bet in BETS]) for sign in (-1, 1)
    )
    asked = note_question(Question("trend", len(likeness), likeness=tuple(likeness)))
    return Evidence(len(likeness), {None: against}, {None: for_it}, {None: against}, {None: 0}, asked=asked)


def bleu_of_pairs(texts: Sequence[str]) -> list[float]:
    """sacrebleu's sentence-level BLEU of texts 0 and 1, 2 and 3, …, from 0 to 1."""
    from sacrebleu.metrics import BLEU

    bleu = BLEU(effective_order=True)
    pairs = zip(texts[::2], texts[1::2], strict=False)
    return [min(bleu.sentence_score(text, [other]).score / 100, 1.0) for text, other in pairs]
