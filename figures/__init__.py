"""The course's figures, drawn by code: `python -m figures` writes those of every statement, in both languages.

Every picture is an SVG of rectangles, lines and words, made with the standard library alone. The same code gives the
same bytes on every machine. Numbers from a model are measured once (`python -m figures.measure`) and read from there.
"""
