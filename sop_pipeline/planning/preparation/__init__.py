"""From the checked input tables and the policy to a `Problem`, by grain."""
