"""Grading through nbgrader: its gradebook, exchange, formgrader and feedback, with this package's engine and jail.

nbgrader's own autograde step runs notebooks in a kernel. Here it is replaced by classes that
`autograder nbgrader init` names in nbgrader_config.py: the submitted folder is read and graded as by
`autograder grade`, and marks and messages go into nbgrader's gradebook. Nothing here runs student code.
"""
