"""Print why the demo company needs a plan: `python -m sop_pipeline.demo`."""

from __future__ import annotations

from rich.console import Console

from sop_pipeline.demo.company import demo_company
from sop_pipeline.demo.facts import company_facts, facts_table

WIDTH = 100


def main() -> None:
    """Simulate every scenario and print the facts."""
    console = Console(width=WIDTH)
    with console.status("Simulating four scenarios"):
        facts = company_facts(demo_company())
    console.print(facts_table(facts))


if __name__ == "__main__":
    main()
