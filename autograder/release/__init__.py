"""Releases: what students of a unit are given, what it commits graders to, and moving on to a later one."""
