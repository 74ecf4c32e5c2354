"""Dagster's face of the store, of the policy, and of where assets are kept."""
