"""Dagster's face of `validation/`: specs and results of checks, column schemas of tables."""
