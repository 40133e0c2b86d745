"""Questions in a few words."""

from __future__ import annotations

from autograder.stats import Question


def described(question: Question) -> str:
    """A question in a few words."""
    if question.kind == "trend":
        return f"{question.n_draws} pairs of texts"
    if question.kind == "draws":
        return f"{question.n_draws} draws from {len(question.null)} tokens"
    prompt = repr(question.prompt) if question.kind == "texts" else f"{len(question.prompt_ids)} prompt tokens"
    return (
        f"{question.n_draws} {question.kind} from {question.null}, {prompt}, max_new_tokens={question.max_new_tokens}"
    )
