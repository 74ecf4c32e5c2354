"""`python -m sop_pipeline.cli` is `sop`."""

from sop_pipeline.cli import main

main()
