"""How much a class costs to grade: this package beside nbgrader, Otter, plain pytest and the bare work."""
