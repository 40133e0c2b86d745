"""Mutants of the references: do the hidden checks see every small change, and is a wrong answer explained rightly?"""

from autograder.mutants.make import Mutant, mutants_of
from autograder.mutants.measured import measure_course
from autograder.mutants.record import Tally, hunt_course

__all__ = ["Mutant", "Tally", "hunt_course", "measure_course", "mutants_of"]
