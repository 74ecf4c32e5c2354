"""The plan tables that tell what a plan comes to: as a whole, and in each of a hedge's futures."""

from __future__ import annotations

from dataclasses import replace

from sop_pipeline.schemas.column import amount, identifier, planned
from sop_pipeline.schemas.columns import COLUMNS
from sop_pipeline.schemas.plan_table import cost_terms, plan_table
from sop_pipeline.schemas.table import optional, required

BUILD_PLAN_FUTURE = plan_table(
    "BUILD_PLAN_FUTURE",
    "What the one build of a hedge comes to in each of its futures, before whole units; without "
    "rows where the scenario is no hedge.",
    ("SCENARIO_ID", "MEMBER_SCENARIO_ID"),
    (
        *required("SCENARIO_ID", "MEMBER_SCENARIO_ID", "MEMBER_SCENARIO_CODE", "PROBABILITY"),
        *(term for term in cost_terms("") if term.name != "RISK_COST"),
        *required("COST", "OWN_BEST_COST", "REGRET"),
        *optional("MEAN_PLAN_COST"),
        *required("MARGIN"),
        *optional("FILL_RATE"),
        *required("LOST_UNITS", "OVERFLOW_PALLETS", "PEAK_UTILIZATION_PCT"),
    ),
    release=6,
    overrides={
        "SCENARIO_ID": identifier("The hedge: a scenario of SCENARIO_TYPE HEDGE."),
        "MEMBER_SCENARIO_CODE": replace(
            COLUMNS["MEMBER_SCENARIO_CODE"],
            description="Code of the member when the plan was made.",
        ),
        "SETUP_COST": amount("Set-ups."),
        "SCRAP_COST": amount("Units thrown away."),
        "MEAN_PLAN_COST": amount(
            "Cost of the future with the build that is cheapest for mean demand; empty where no "
            "member's hard limits allow that build."
        ),
        "MARGIN": amount(
            "Revenue less the money spent in the future; it stands beside the regret, which has "
            "penalties in it that nobody pays."
        ),
        "OVERFLOW_PALLETS": planned(
            "pallet", "Largest overflow of one warehouse in one period of the future."
        ),
    },
)
BUILD_PLAN_SUMMARY = plan_table(
    "BUILD_PLAN_SUMMARY",
    "One row per scenario: status, costs, service, certificate and provenance of its plan.",
    ("SCENARIO_ID",),
    (
        *required("SCENARIO_ID"),
        *optional("SCENARIO_CODE", release=4),
        *required("STATUS", "OBJECTIVE"),
        *cost_terms(""),
        *required("ROUNDING_COST"),
        *cost_terms("PUBLISHED_"),
        *optional("REVENUE", "MARGIN", "REVENUE_AT_RISK", release=5),
        *optional("RULE_COST", release=6),
        *optional("PROVEN_BOUND", "CLAIMED_BOUND", "PROVEN_GAP", "CLAIMED_GAP", release=6),
        *optional(
            "NERVOUSNESS",
            "NERVOUSNESS_FROZEN",
            "NERVOUSNESS_BY_PERIOD",
            "FREEZE_COST",
            release=6,
        ),
        *optional(
            "EXPECTED_COST",
            "WAIT_AND_SEE_COST",
            "EVPI",
            "MEAN_PLAN_COST",
            "VSS",
            "CVAR",
            "PRICE_OF_CAUTION",
            "COMMIT_UNTIL",
            "COMMIT_PERIODS",
            "REFERENCE_MEMBER",
            release=6,
        ),
        *optional("FILL_RATE"),
        *required(
            "PEAK_UTILIZATION_PCT",
            "PREBUILT_UNITS",
            "PRIMAL_VIOLATION",
            "DUAL_VIOLATION",
            "RELATIVE_GAP",
        ),
        *optional("AVOIDABLE_GAP", release=4),
        *required("SOLVER", "SOLVE_SECONDS", "HORIZON_START", "HORIZON_END", "HORIZON_PERIODS"),
        *optional("PERIOD_KIND", release=3),
        *required("GRAIN", "POLICY", "POLICY_SETTINGS", "CURRENCY", "ASSUMPTIONS", "MODEL_VERSION"),
        *optional("MODEL_CONFIDENCE"),
        *optional(
            "CONFIDENCE_DRAWS",
            "CONFIDENCE_SURVIVED",
            "CONFIDENCE_LOW",
            "CONFIDENCE_HIGH",
            "CONFIDENCE_FIRST_FAILURE",
            release=6,
        ),
        *required("INPUT_HASH"),
    ),
)
