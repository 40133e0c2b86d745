"""What a GPU and the model server give: `python -m benchmarks.gpu --out DIR`, without network, in at most eight minutes.

__main__.py   the order of the parts, the budget of time, the files
apart.py      each part in a process of its own
shapes.py     the model: Llama-2-7B's shape with random weights, or a tiny one
steps.py      in one process: bandwidth, decode steps, one generation after the other
fresh.py      one process for each student, which loads the model from disk
students.py   many student processes and one server
server.py     the server of that model
verdicts.py   every verdict of the course's own test data
equality.py   verdicts of float16 and bfloat16 on the GPU beside those of float32 on the CPU
page.py       the table
"""
