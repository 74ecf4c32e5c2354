"""What measuring how sure a plan is takes beside the plan itself, of the demo company.

python -m benchmarks.confidence [draws]    prints the table, 200 draws by default

Seconds of the processor, all from one run.
"""

from __future__ import annotations

import sys
import time

from benchmarks.smoothing import demo_inputs
from sop_pipeline.planning import PlanningInputs, SolvedPlan, plan
from sop_pipeline.policies import load_policy

SCENARIOS = ("BASELINE", "Q4_PUSH")


def timed(inputs: PlanningInputs, draws: int) -> tuple[SolvedPlan, float]:
    """The standard plan with so many draws judged, and the processor's seconds for it."""
    policy = load_policy("standard", {"confidence_draws": draws})
    begun = time.process_time()
    solved = plan(inputs, policy, policy_name="standard", input_hash="demo")
    return solved, time.process_time() - begun


def main(draws: int) -> None:
    """Print the table."""
    print("| scenario | plan | draws | a draw | survived |")
    print("|---|---:|---:|---:|---:|")
    timed(demo_inputs(SCENARIOS[0]), 0)  # imports, and what HiGHS does once
    for scenario in SCENARIOS:
        inputs = demo_inputs(scenario)
        _, alone = timed(inputs, 0)
        solved, together = timed(inputs, draws)
        judged, survived = together - alone, solved.report["confidence_survived"]
        print(
            f"| {scenario} | {alone:.1f} | {judged:.1f} | {judged / draws:.3f} | "
            f"{survived} of {draws} |"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
