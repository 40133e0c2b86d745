"""Lines of Japanese prose are joined; everything else keeps its lines."""

from __future__ import annotations

import pytest

from autograder.course.japanese import joined


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("めったに\n出ない。", "めったに出ない。"),
        ("終わる。\n次の文。", "終わる。次の文。"),
        ("- 項目の\n  続き\n", "- 項目の続き\n"),
        ("終わる。\n**top-p** は", "終わる。**top-p** は"),
        ("終わる。\n`top_p` は", "終わる。`top_p` は"),
        ("**強調**\nの後と\n**前**", "**強調**の後と**前**"),
    ],
)
def test_lines_of_a_paragraph_are_joined(text: str, expected: str):
    """Without a space, also in a list and beside emphasis."""
    assert joined(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "一つめの段落。\n\n次の段落。",
        "# 見出し\n本文",
        "- 一つ\n- 二つ",
        "次の式です。\n$$ x $$",
        "次のコードです。\n```\nx\n```",
        "合計は\n0.78 です",
        "| 表 |\n| 行 |",
        "```text\n一行め\n二行め\n```\n",
        "```python\n# 注釈\n# 続き\nx = 1  # 値\n```\n",
    ],
)
def test_other_line_ends_stay(text: str):
    """Paragraphs, headings, lists, tables, code, and where a space belongs."""
    assert joined(text) == text


def test_code_between_prose_keeps_its_lines():
    """And the prose on both sides is joined."""
    assert joined("前の\n文\n\n```\n一\n二\n```\n\n後の\n文") == "前の文\n\n```\n一\n二\n```\n\n後の文"
