"""Pre-build production planning, per scenario, as a Dagster pipeline."""

__version__ = "0.2.0"
