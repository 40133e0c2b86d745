"""The model server: one trusted process owns the weights and computes for many jailed processes at once.

start.py       the grader's side: start the server, give a student process a session
serve.py       the server's process: read requests, batch them, answer
sessions.py    what one process may ask for, and what it has used
schedule.py    whose turn it is
engine.py      sessions, models and slots together, without sockets
rows.py        where keys and values of sequences lie, and which beginnings are known already
passes.py      one forward pass for many sequences; graphs.py: the same on a GPU without launch overhead
messages.py    requests and answers as bounded plain data
link.py, remote.py    the other end: a session, and a transformers model without weights
"""
