"""Marks in the formats of other programs: one sheet of marks, many writers. Nothing here grades or rounds."""
