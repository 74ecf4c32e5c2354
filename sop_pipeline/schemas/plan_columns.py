"""The columns that only plan tables have: type, unit, meaning, bounds."""

from __future__ import annotations

from sop_pipeline.planning.pegging import SOURCES
from sop_pipeline.schemas.column import (
    Column,
    amount,
    date,
    flag,
    identifier,
    planned,
    share,
    text,
    timestamp,
    utilization,
)

PLAN_COLUMNS: dict[str, Column] = {
    # Recommended build plan
    "PLAN_ID": identifier("Plan row, generated."),
    "PRODUCTION_WEEK": date("First day of the period."),
    "RECOMMENDED_QUANTITY": planned("unit", "Units to build in the period."),
    "CURRENT_CAPACITY_AVAILABLE": planned(
        "capacity_unit", "All finite capacity tiers of the work centre in the period."
    ),
    "CAPACITY_UTILIZATION_PCT": utilization("Whole load of the work centre over its capacity."),
    "PROJECTED_INVENTORY": planned("unit", "Stock of the product at the end of the period."),
    "WAREHOUSE_UTILIZATION_PCT": utilization("Pallets stored over all pallet positions."),
    "PROJECTED_PRODUCTION_COST": amount(
        "Production cost with tier premiums, activated tiers and set-ups."
    ),
    "PROJECTED_STORAGE_COST": amount("Holding cost, overflow penalty and scrap."),
    "PROJECTED_TOTAL_COST": amount("Production, storage, transport and handling."),
    "MODEL_VERSION": text("Package version, policy and grain.", pattern=r"[\s\S]{1,50}"),
    "MODEL_CONFIDENCE": share(
        "Measured, with confidence_draws: share of drawn demand errors after which the fill rate "
        "can still reach survival_fill_rate, the build up to the commit period carried out and all "
        "after it planned in full knowledge; not the chance that the plan comes true. Without "
        "draws: demand-weighted mean CONFIDENCE_LEVEL of the scenario's forecasts in the horizon."
    ),
    "CONFIDENCE_DRAWS": Column(
        "number",
        "draw",
        "Draws of demand the plan was judged on; empty where none were.",
        minimum=1,
    ),
    "CONFIDENCE_SURVIVED": Column("number", "draw", "Draws the plan survives.", minimum=0),
    "CONFIDENCE_LOW": share("Lower end of the 95 % interval of a measured MODEL_CONFIDENCE."),
    "CONFIDENCE_HIGH": share("Upper end of the 95 % interval of a measured MODEL_CONFIDENCE."),
    "CONFIDENCE_FIRST_FAILURE": text(
        "What failed first most often over the draws, as JSON: the period, and the family with "
        "most units lost there or the warehouse that cannot hold its stock."
    ),
    "RUN_ID": text("Run that published the plan."),
    "INPUT_HASH": text("Fingerprint of the inputs and the policy."),
    "PART_NUMBER": identifier("Position of the part, from 1 on."),
    "CONTENT": text(
        "A part of the input tables as they were planned: a ZIP archive with a Parquet file for "
        "each, in base64, cut into parts."
    ),
    "PUBLISHED_TIMESTAMP": timestamp("When the plan was published."),
    "AS_OF_DATE": date(
        "Day whose knowledge the plan was made with; empty for a plan that was published."
    ),
    # Result tables
    "OPENING_INVENTORY": planned("unit", "Stock at the start of the period."),
    "RECEIVED": planned("unit", "Units arriving, scheduled receipts included."),
    "SHIPPED_OUT": planned("unit", "Units leaving for other warehouses."),
    "DEMAND": planned("unit", "Demand of the period."),
    "SERVED": planned("unit", "Units delivered in the period, late deliveries included."),
    "BACKORDER": planned("unit", "Units late at the end of the period."),
    "LOST_SALES": planned("unit", "Units of demand lost in the period."),
    "SCRAPPED": planned("unit", "Units thrown away in the period; 0 for what keeps for ever."),
    "ENDING_INVENTORY": planned("unit", "Stock at the end of the period."),
    "SAFETY_STOCK_TARGET": planned("unit", "Safety stock wanted at the end of the period."),
    "SAFETY_STOCK_SHORTFALL": planned("unit", "Safety stock missing at the end of the period."),
    "CAPACITY_AVAILABLE": planned("capacity_unit", "Capacity of the tier; empty is unlimited."),
    "CAPACITY_USED": planned("capacity_unit", "Capacity used in the tier."),
    "ACTIVATED": flag(
        "Whether the tier is used at all in the period; empty of a tier that is always open."
    ),
    "COMMITTED": flag(
        "In the plan of a hedge, whether the build is the same in all its futures; where it is not "
        "it is the reference future's own. Empty in a plan of one future."
    ),
    "SET_UP": flag("Whether the routing makes the product in the period."),
    "LOTS": planned("lot", "Units over the lot multiple."),
    "UTILIZATION_PCT": utilization("Used over available."),
    "PALLETS": planned("pallet", "Pallets stored at the end of the period, base load included."),
    "CAPACITY_PALLETS": planned("pallet", "Pallet positions of the warehouse."),
    "THRESHOLD_PALLETS": planned("pallet", "Pallets above which the penalty is due."),
    "OVERFLOW_PALLETS": planned("pallet", "Pallets above the threshold."),
    "STORAGE_COST": amount("Holding cost of the period."),
    "OVERFLOW_COST": amount("Overflow penalty."),
    "LEAD_TIME_PERIODS": Column("number", "period", "Transit time in periods.", minimum=0),
    "UNITS_SHIPPED": planned("unit", "Units leaving in the period."),
    "SHIPMENT_COST": amount("Transport and handling cost of the units."),
    "DUE_PERIOD": date(
        "First day of the period the demand was due in; empty for what is left or thrown away."
    ),
    "SOURCE": text("Where the units come from.", choices=SOURCES),
    "SOURCE_PERIOD": date(
        "First day of the period of the receipt or build; empty for opening stock."
    ),
    "SCRAPPED_PERIOD": date(
        "First day of the period the units were thrown away in; empty for all others."
    ),
    "UNITS": planned("unit", "Units that serve the demand, are left or thrown away."),
    "MONTHS_HELD": Column(
        "number", "period", "Ends of periods at which they stood in a warehouse.", minimum=0
    ),
    "BUILT_AHEAD": flag("Whether they were built and held for at least one period."),
    "CONSTRAINT_NAME": text(
        "What is limited.", choices=("work_center_capacity", "warehouse_storage")
    ),
    "UNIT": text("What the limit is measured in.", choices=("capacity_unit", "pallet")),
    "LIMIT_VALUE": planned("", "Capacity of the tier, or pallets up to the threshold; in UNIT."),
    "ONE_MORE_SAVES": Column(
        "number", "currency", "What the optimum would cost less with one unit more."
    ),
    "ONE_LESS_COSTS": Column(
        "number",
        "currency",
        "What the optimum would cost more with one unit less; empty where there is not one to "
        "take away, or no plan without it.",
    ),
    "ONE_LESS_INFEASIBLE": flag("Whether no plan is left with one unit less."),
    # Summary
    "STATUS": text(
        "Certified, and optimal where whole units are at most 1 % dearer than they must be, else "
        "within_gap."
    ),
    "OBJECTIVE": amount("Optimal value of the linear programme, before rounding to whole units."),
    "ROUNDING_COST": amount("Cost of whole units: published cost less the objective."),
    "PRODUCTION_COST": amount("Production."),
    "TIER_PREMIUM_COST": amount("Premiums for overtime, extra shifts and subcontracting."),
    "TRANSPORT_COST": amount("Transport."),
    "HANDLING_COST": amount("Handling at the receiving warehouse."),
    "HOLDING_COST": amount("Holding."),
    "LOST_SALES_COST": amount("Lost sales."),
    "BACKORDER_COST": amount("Late delivery."),
    "SAFETY_STOCK_COST": amount("Safety stock missing."),
    "LOAD_CHANGE_COST": amount("Changes of work-centre load."),
    "ACTIVATION_COST": amount("Fixed cost of the tiers used."),
    "SETUP_COST": amount("Set-ups."),
    "SCRAP_COST": amount("Units thrown away."),
    "PLAN_CHANGE_COST": amount("Changes of the last plan's builds."),
    "FAIR_SHARE_COST": amount("Shortage spread unevenly."),
    "RISK_COST": amount("Weight on the worst futures."),
    "REVENUE": amount("Units served at the revenue of the period they were due in."),
    "MARGIN": amount(
        "Revenue less the money the whole-unit plan spends; penalties that only steer the plan "
        "are not in it, opening stock is free and closing stock expensed."
    ),
    "REVENUE_AT_RISK": amount("Units lost at the revenue of the period they were due in."),
    "RULE_COST": amount(
        "What the rule of allocation costs: the objective without its fair-share term, less the "
        "objective at least cost; empty without a rule."
    ),
    "PROVEN_BOUND": amount(
        "Cost that no plan is below whichever whole decisions it takes, recomputed from the prices "
        "of a relaxation without the solver; empty where nothing is decided whole."
    ),
    "CLAIMED_BOUND": amount(
        "Cost that no plan is below, as the solver's search claims; empty where nothing is "
        "decided whole."
    ),
    "PROVEN_GAP": Column(
        "number", "share", "Objective less PROVEN_BOUND, over the objective.", minimum=0
    ),
    "CLAIMED_GAP": Column(
        "number", "share", "Objective less CLAIMED_BOUND, over the objective.", minimum=0
    ),
    "NERVOUSNESS": Column(
        "number",
        "share",
        "Units built more or less than in the last plan over units of it, in the periods of both; "
        "empty where the policy does not keep to it, or it builds nothing.",
        minimum=0,
    ),
    "NERVOUSNESS_FROZEN": Column(
        "number", "share", "The same of the frozen periods alone.", minimum=0
    ),
    "NERVOUSNESS_BY_PERIOD": text("The same by the first day of each period, as JSON."),
    "FREEZE_COST": amount(
        "Objective less that without frozen periods; empty where the policy does not keep to the "
        "last plan."
    ),
    # Futures of a hedge
    "COST": amount("All terms together."),
    "OWN_BEST_COST": amount("Cost of the future if it were known: the least it can cost."),
    "REGRET": amount("Cost less the future's own best."),
    "LOST_UNITS": planned("unit", "Units of demand lost in the horizon."),
    "EXPECTED_COST": amount(
        "Cost of a hedge over its futures, each by its probability; empty where the scenario is "
        "no hedge, as all that follows."
    ),
    "WAIT_AND_SEE_COST": amount("The same, if the future were known before anything is built."),
    "EVPI": amount(
        "What knowing the future would be worth at most: EXPECTED_COST less WAIT_AND_SEE_COST."
    ),
    "MEAN_PLAN_COST": amount(
        "Expected cost of the build that is cheapest for mean demand; empty where some future's "
        "hard limits do not allow it."
    ),
    "VSS": amount(
        "What planning for every future saves against planning for the average: MEAN_PLAN_COST "
        "less EXPECTED_COST."
    ),
    "CVAR": amount("Expected cost of the costliest futures, the share 1 - risk_level of them."),
    "PRICE_OF_CAUTION": amount(
        "What weighing the costliest futures adds to the expected cost; 0 where risk_weight is."
    ),
    "COMMIT_UNTIL": date(
        "First day of the last period with one build for all futures; empty where there is none."
    ),
    "COMMIT_PERIODS": Column(
        "number", "period", "Periods with one build for all futures.", minimum=0
    ),
    "REFERENCE_MEMBER": text(
        "Code of the future whose plan is published beyond the build that all futures share."
    ),
    "FILL_RATE": share("Units served in their period over units demanded."),
    "PEAK_UTILIZATION_PCT": utilization("Largest used over available capacity."),
    "PREBUILT_UNITS": planned(
        "unit", "Stock above its safety target just before the quarter with the largest demand."
    ),
    "PRIMAL_VIOLATION": Column(
        "number",
        "share",
        "Largest violation of a constraint, over what the constraint holds.",
        minimum=0,
    ),
    "DUAL_VIOLATION": Column(
        "number",
        "share",
        "Largest price that the plan does not bear out, over the costs in its own row or column.",
        minimum=0,
    ),
    "RELATIVE_GAP": Column(
        "number", "share", "Gap between cost and proven bound, over the cost.", minimum=0
    ),
    "AVOIDABLE_GAP": Column(
        "number",
        "share",
        "The same gap over the cost without lost sales, which may be beyond any decision.",
        minimum=0,
    ),
    "SOLVER": text("Solver and its version."),
    "SOLVE_SECONDS": Column("number", "second", "Time to build, solve and certify.", minimum=0),
    "POLICY": text("The policy the plan follows: its name, and every field laid over it."),
    "POLICY_SETTINGS": text("Every field of the policy, as JSON."),
    "ASSUMPTIONS": text("Defaults the planner assumed for this input, as JSON."),
    "HORIZON_PERIODS": Column("number", "period", "Periods planned.", minimum=1),
    "PERIOD_KIND": text(
        "What the periods are: calendar months, weeks from Monday, or the rows of FISCAL_CALENDAR.",
        choices=("month", "week", "fiscal"),
    ),
    "HORIZON_START": date("First day of the first period."),
    "HORIZON_END": date("First day of the last period."),
    "CURRENCY": text("Label of the currency."),
    "GRAIN": text("Grain of the plan.", choices=("network", "aggregate")),
}
