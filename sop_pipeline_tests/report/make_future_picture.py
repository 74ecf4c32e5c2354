"""Make the pictures of docs/futures.md anew, from the hedge of the demo company.

Run it as `python -m sop_pipeline_tests.report.make_future_picture`. It writes into docs/images.
"""

from __future__ import annotations

from pathlib import Path

import sop_pipeline as library
from sop_pipeline.demo import demo_company
from sop_pipeline.demo.demand import HEDGE
from sop_pipeline.planning.futures.frontier import efficient_frontier
from sop_pipeline.report import style
from sop_pipeline.report.future_picture import frontier_figure, future_figure
from sop_pipeline.validation.scenario_inputs import ScenarioInputs

IMAGES = Path(__file__).parents[2] / "docs/images"


def main() -> None:
    """Draw the futures and the one build, and what caution costs."""
    company = library.Company(demo_company())
    plan = library.plan(company, HEDGE.code)
    checked = plan.inputs
    assert checked is not None
    inputs = ScenarioInputs(checked.scenario, checked.policy, checked.tables)
    demands = {one.scenario.code: one.rows("demand_forecasts") for one in inputs.futures}
    figure = future_figure(plan.tables, HEDGE.code, demands, inputs.calendar)
    (IMAGES / "futures.webp").write_bytes(style.webp(figure))
    points = efficient_frontier(checked.hedge_inputs, checked.policy)
    caution = frontier_figure(points, checked.policy.currency)
    (IMAGES / "frontier.webp").write_bytes(style.webp(caution))


if __name__ == "__main__":
    main()
