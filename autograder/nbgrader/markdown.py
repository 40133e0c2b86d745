"""Markdown of students as HTML that runs nothing, for formgrader and feedback.

nbconvert lets scripts in Markdown through, and a TA's browser would run them with the TA's rights.
"""

from __future__ import annotations

import re

import bleach
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.messages import escaped

_TAGS = frozenset(
    [
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "code",
        "dd",
        "del",
        "div",
        "dl",
        "dt",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "tt",
        "u",
        "ul",
    ]
)
_PICTURES = re.compile(r"data:image/(png|jpeg|gif|svg\+xml);base64,[A-Za-z0-9+/=\s]*")
# Of highlighted code; others would let an answer look like a part of the page.
_CLASSES = re.compile(r"highlight|language-\w+|[a-z]{1,3}\d?")
# What MathJax would make links, styles or macros of.
_ACTIVE_TEX = re.compile(r"\\(?=(?:href|require|class|cssId|style|unicode|newcommand|def|let)\b)")


def safe_markdown(source: str) -> str:
    """`source` as HTML with formatting, tables, pictures inside the text and plain links, and nothing else."""
    rendered = MarkdownWithMath(IPythonRenderer(escape=False, exclude_anchor_links=True)).render(escaped(source))
    html = bleach.clean(rendered, tags=_TAGS, attributes=_allowed, protocols={"http", "https", "mailto", "data"})
    return _ACTIVE_TEX.sub("∖", html)


def _allowed(tag: str, name: str, value: str) -> bool:
    if tag == "img":
        return name in {"alt", "title", "width", "height"} or (name == "src" and bool(_PICTURES.fullmatch(value)))
    if tag == "a":
        return name == "title" or (name == "href" and not value.lower().startswith("data:"))
    if name == "class":
        return tag in {"code", "span", "div", "pre"} and bool(_CLASSES.fullmatch(value))
    return name == "align" and tag in {"td", "th"}
