"""What students write in Markdown runs nothing in a TA's browser, and still looks as it was meant."""

from __future__ import annotations

import pytest

pytest.importorskip("nbgrader", reason="nbgrader is not installed (extra `nbgrader`)")

from autograder.nbgrader.markdown import safe_markdown


@pytest.mark.parametrize(
    ("source", "gone"),
    [
        ("<script>a()</script>", "<script"),
        ("<img src=x onerror=a()>", "<img src"),
        ("[x](javascript:a())", "javascript:"),
        ("[x](data:text/html;base64,PHNjcmlwdD4=)", "data:text"),
        ("<iframe src=https://e.org></iframe>", "<iframe"),
        ("<svg onload=a()></svg>", "<svg"),
        ("<a href=https://e.org onclick=a()>x</a>", "<a href=https://e.org onclick"),
        ("<div style='position:fixed' class='btn modal' id='mass-check'>x</div>", "position:fixed"),
        ("<div id='mass-check'>x</div>", "<div id"),
        ("<div class='btn modal'>x</div>", 'class="btn'),
        ("<form action=/x><input name=y></form>", "<input"),
        (r"$\href{javascript:a()}{x}$", r"\href"),
        ("$&#92;href{javascript:a()}{x}$", r"\href"),
        ("<img src='https://e.org/seen.png'>", "https://e.org/seen"),
    ],
    ids=range(14),
)
def test_what_could_act_is_gone(source: str, gone: str):
    """Scripts, handlers, frames, forms, styles, ids, active TeX, pictures from elsewhere."""
    assert gone not in safe_markdown(source)


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("**bold** and `code`", "<strong>bold</strong> and <code>code</code>"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "<td>2</td>"),
        ("# 題", "<h1>題</h1>"),
        ("[x](https://example.org)", 'href="https://example.org"'),
        ("![](data:image/png;base64,iVBORw0=)", 'src="data:image/png;base64,iVBORw0="'),
        (r"$\sum_i p_i < 1$", r"\sum_i p_i"),
        ("```python\nx = 1\n```", 'class="highlight"'),
    ],
    ids=["inline", "table", "heading", "link", "picture", "formula", "code"],
)
def test_what_is_harmless_stays(source: str, kept: str):
    """Formatting, tables, links, pictures inside the text, formulas, highlighted code."""
    assert kept in safe_markdown(source)
