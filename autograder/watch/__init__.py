"""Watch mode: what is saved is checked at once, in a process that stays warm.

    assignment   the student's folder: its exercises, which file answers each, hints
    state        what is known, what runs, what is shown; pure functions of events
    warm         the process that holds torch and the models, and forks once for each run
    checker      its other end: orders a run, stops it, hears how it goes
    screen       the state as lines, for a terminal and for a pipe
    keys         the keyboard, one key at a time; the terminal is left as it was
    session      the loop that joins them

Importing this package loads neither torch nor watchfiles.
"""
