"""What people see of a plan: texts, tables for the terminal, pictures and Markdown.

Belongs here: pure functions from frames to something a person reads.
Does not belong here: reading or storing anything, and anything of Dagster.
"""
