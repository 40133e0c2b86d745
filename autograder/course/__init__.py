"""Reading the course: `solutions/` → `autograder.exercise.Course`. Text and syntax trees only, no code runs."""

from autograder.course.read import find_course_root, read_course, read_exercise
from autograder.course.source import make_stub, with_mistake

__all__ = ["find_course_root", "make_stub", "read_course", "read_exercise", "with_mistake"]
