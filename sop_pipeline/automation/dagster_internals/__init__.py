"""What leans on parts of Dagster that it does not promise to keep, and nothing else does.

Belongs here: every import from `dagster._...`, every name of Dagster's that begins with an
underscore, and whatever replaces a part of Dagster at run time. `names` lists them with what leans
on each; a test per name fails with that sentence where an upgrade has taken or changed it, and
pyproject.toml lets no upgrade in before.
Does not belong here: what Dagster's public interface gives.
"""
