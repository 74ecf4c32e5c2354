"""What deploy/ describes, started for real: units, PostgreSQL, Redis, workers, all on this machine.

Used by the system tests, the faults of the chaos campaign and the benchmarks.
"""
