"""Sampled text judged by likelihood, with a proven bound on the error rate.

A student's sampler cannot be compared with a golden string, and frequencies with a tolerance have no
known error rate. Here the trusted model scores every sampled token under the distribution asked for
(the null) and under named alternatives (temperature ignored, top_p ignored, greedy, …):

    null = Sampler(temperature=0.8, top_p=0.9)
    alternatives = {"top_p_ignored": Sampler(temperature=0.8), "greedy": Greedy(), "repeated": Repeated()}
    judged = judge_tokens(model, prompt_ids, sequences, null=null, alternatives=alternatives, …)
    if judged.failed: …judged.alternative…

A judgement is PASS (each alternative refuted), FAIL (the null refuted, the best alternative named) or
UNDECIDED (more draws needed, which a check counts as passed).

**Bound.** A correct submission is one whose draws are independent, each token drawn with some
probability P'(x | prefix) that `Sampler` defines for logits within `Margin` of ours (the pseudo-random
generator taken as ideal). Then P(FAIL) <= alpha, at whatever number of draws one stops to judge.

Proof. (1) `log_upper` gives U with P'(x | prefix) <= U(x | prefix) for every such P', and U = 0 only
where every such P' is 0: with scaled logits within ±d, weights are known up to exp(±d), and the
support contains the first `sure` and lies in the first `possible` tokens of the sorted vocabulary
(`ranked`). So a token with U = 0, or a draw that ended as none can, has probability 0: judging it a proof
costs nothing. (2) An alternative Q is a distribution over draws fixed before the draw, or given the
earlier ones (`Repeated`, and those of `judge_draws` that learn). The product of L = Q(draw) / U(draw) is a
nonnegative supermartingale: E[L | past] = sum of P' Q / U over draws with P' > 0 <= sum of Q <= 1. (3) So is
the mean of these products over the alternatives, which starts at 1. By Ville's inequality it ever reaches
1 / alpha with probability <= alpha. The rate needs no split over alternatives; over groups of draws that may depend on
each other (one seed re-used for each setting), judge each group with its share of alpha.

**Texts.** Let c(t) be the ids that `texts` assigns to text t, and G the event that c gives back the ids
that were drawn. Assumption: P(not G | past) <= q (`recoding`), measured for each setting with
`recoded_draws`. Put L(t) = Q(c(t)) / U(c(t)) and K = 1 / q. On G the text is as good as its ids, so
E[min(L, K)] <= E[L; G] + K P(not G) <= 1 + 1, and (1 - s) min(L, K) / 2 + s with any stake s in [0, 1] has
expectation <= 1: steps (2) and (3) hold for it. No text is a proof: one impossible text counts 1 / (2q).

**Unnamed bets.** Half of the mean in (3) are named alternatives, half are bets that nobody has to name (`unnamed`): families of
distributions around the null (`families`), tables that learn from earlier draws, guesses of how draws may depend on each other. Each is a
distribution over draws that is fixed before the draw or given the earlier ones, so (2) holds for it; a bet whose distribution leaves out a
token that only rounding lets in keeps a share for it (`steps.ESCAPE`). What they learn they carry from one piece of evidence to the next
that is added to it. For texts each bet is cut at several multiples of K, E[min(L, kK)] <= 1 + k. The uniform numbers that spread a token
over its cell of [0, 1] are fixed and the same for everybody; the bound holds on the average over them.

**Half precision.** A model's float16 or bfloat16 logits differ from run to run by up to `Margin.logit`, far too much to
grant an alternative at every token: a factor exp(2 logit) a token would hide every mistake. There `Margin.typical` takes
its place, in the factor and at the edges of the nucleus; a token that only a larger error lets in counts `ranked.LEAK`
of its probability, and one beyond `logit` stays a proof. Step (2) then rests on an assumption about the errors instead of
on their largest size: with P' the honest run's distribution, the sum over a draw's tokens of log sum_x Q(x) P'(x) / U(x)
is not above 0, that is, an alternative gains nothing from the errors over a whole draw. tests/stats measures this sum,
over the whole vocabulary and so without luck, on draws of padded batches with a cache. `noise` measures the margins of
a model that is not embedded when it is loaded.

**Draws** from a list of probabilities p (`judge_draws`): U = p + tolerance, and 0 where p = 0. The unnamed
alternatives predict each draw from those before it: x with probability (m + c p(x)) / (n + c) after n draws of
which m were x; all draws before are counted, or those that followed the same token as this one does. A
prediction from the past is an alternative as in (2); six of them (two ways of counting, three values of c)
are one more entry of the mean in (3), as their mean. Adding evidence starts their counting anew.

**Trends** (`judge_trend`). From disjoint pairs of independent texts, X = BLEU(a, b) - BLEU(c, d) over 100, in
[-1, 1]. A correct submission is one whose setting has E[X | earlier pairs] >= 0: independent draws (or random
numbers shared pair by pair) from samplers for which `autograder power` has measured E[X] > 0. Then
E[1 - bX | past] <= 1 for every share b in (0, 1), the product over the pairs is a nonnegative supermartingale,
and (3) holds for the mean over two shares. PASS: the product of 1 + bX reached 1 / beta.

**PASS** says the converse: for each alternative, the product of U / Q reached 1 / beta, which a
submission that draws from Q reaches with probability about beta (not rigorous within the margin).

Promised, and measured by `autograder power`: of the wrong samplers in `autograder/power/strangers.py`, whom no check names, those that
an exercise's `unnamed.yaml` lists are found at a rate of at least 0.999; the file also says which are out of reach, and how many draws they
would take. Not promised: a right name when two alternatives explain the draws equally well. Importing this package does not import torch.
"""

from autograder.stats.asking import temperature_for
from autograder.stats.draws import judge_draws, weigh_draws
from autograder.stats.evidence import ALPHA, BETA, Evidence, Finding, Judgement
from autograder.stats.greedy import WIDEST_TIE, departure, greedy_tokens, is_greedy_text, tie_margin
from autograder.stats.noise import Noise, margin_for, measure_noise
from autograder.stats.ranked import BFLOAT16, EXACT, FLOAT16, FLOAT32, Margin, margin_of
from autograder.stats.recording import Question, Record, Ruling, recorded_questions
from autograder.stats.samplers import Alternative, Copy, Cut, Greedy, Repeated, Sampler
from autograder.stats.texts import RECODING, judge_texts, recoded_draws, weigh_texts
from autograder.stats.tokens import judge_tokens, weigh_tokens
from autograder.stats.trend import judge_trend, weigh_trend

__all__ = [
    "ALPHA",
    "BETA",
    "BFLOAT16",
    "EXACT",
    "FLOAT16",
    "FLOAT32",
    "RECODING",
    "WIDEST_TIE",
    "Alternative",
    "Copy",
    "Cut",
    "Evidence",
    "Finding",
    "Greedy",
    "Judgement",
    "Margin",
    "Noise",
    "Question",
    "Record",
    "Repeated",
    "Ruling",
    "Sampler",
    "departure",
    "greedy_tokens",
    "is_greedy_text",
    "judge_draws",
    "judge_texts",
    "judge_tokens",
    "judge_trend",
    "margin_for",
    "margin_of",
    "measure_noise",
    "recoded_draws",
    "recorded_questions",
    "temperature_for",
    "tie_margin",
    "weigh_draws",
    "weigh_texts",
    "weigh_tokens",
    "weigh_trend",
]
