"""Decisions that are taken whole: the search for them, and what it proves.

Does not belong here: what the decisions mean in the model (`families`, `model`).
"""
