"""Grading: submissions in, reports out. The trusted side; student code runs only behind `Student`."""
