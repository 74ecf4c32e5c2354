"""Measuring the planner; see README.md."""
