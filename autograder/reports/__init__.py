"""Report JSON → pages, pictures, files and a terminal table.

Everything here reads the plain dictionaries of report.json and class.json; nothing here grades.
"""
