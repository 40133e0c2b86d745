"""What must hold before a course ships: each function returns what is wrong, in ja and en, or nothing."""

from autograder.audit.behaviour import Bench, audit_exercise
from autograder.audit.course import audit_course
from autograder.audit.figures import audit_figures
from autograder.audit.promises import audit_promises
from autograder.audit.shipping import audit_shipping
from autograder.audit.texts import audit_texts

__all__ = [
    "Bench",
    "audit_course",
    "audit_exercise",
    "audit_figures",
    "audit_promises",
    "audit_shipping",
    "audit_texts",
]
