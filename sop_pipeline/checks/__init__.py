"""Dagster's face of `validation/`: check specs and results from rules, column schemas from tables."""
