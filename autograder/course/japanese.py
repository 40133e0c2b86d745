"""Japanese prose that is written in lines of a bearable length.

A renderer shows the end of such a line as a space, which Japanese does not put between words.
"""

from __future__ import annotations

import re

# Kana, ideographs, their punctuation, and full-width forms; all but what opens a bracket at the end of a line.
_CJK = r"[\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60]"
_FENCED = re.compile(r"^(?P<fence>```+|~~~+).*?^(?P=fence)[^\S\n]*$", re.MULTILINE | re.DOTALL)
_MARK = r"[、。，．！？：；）」』】]"  # full-width: brings its own space
_LINE_END = re.compile(
    rf"(?<={_CJK})\n[ ]*(?={_CJK})|(?<={_CJK}\*\*)\n[ ]*(?={_CJK})|(?<={_CJK})\n[ ]*(?=\*\*{_CJK})"
    rf"|(?<={_MARK})\n[ ]*(?=\*\*\w|[A-Za-z]|`(?!``)|\$(?!\$))"
)
_HEADING = re.compile(r"^#.*\n", re.MULTILINE)


def joined(text: str) -> str:
    """Markdown `text` with the lines of each paragraph joined where Japanese meets Japanese; code stays as it is."""
    parts, at = [], 0
    for kept in sorted([*_FENCED.finditer(text), *_HEADING.finditer(text)], key=lambda found: found.start()):
        if kept.start() < at:  # a comment in code, which looks like a heading
            continue
        parts += [_LINE_END.sub("", text[at : kept.start()]), kept[0]]
        at = kept.end()
    return "".join([*parts, _LINE_END.sub("", text[at:])])
