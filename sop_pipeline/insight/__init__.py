"""What a plan means: comparison, bridge, regret, what changed; pure functions over plans.

Belongs here: figures drawn from published tables, checked inputs and the planning core.
Does not belong here: the store, the orchestrator, and how figures are worded (`report/`).
"""
