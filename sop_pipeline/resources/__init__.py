"""Dagster's face of the warehouse, of the policy, and of where assets are kept."""
