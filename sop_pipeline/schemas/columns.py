"""Every column of every table, described once: type, unit, meaning, bounds.

Belongs here: what a column means wherever it appears. The UI's column schema, the data
dictionary, the DDL and the checks are all derived from these descriptions.
Does not belong here: which columns a table has (`atomic`, `inputs`, `plan`).
"""

from __future__ import annotations

from dataclasses import replace

from sop_pipeline.planning.families import COSTS
from sop_pipeline.planning.pegging import SOURCES
from sop_pipeline.schemas.column import (
    MONEY_BELOW,
    QUANTITY_BELOW,
    Column,
    amount,
    date,
    day,
    flag,
    identifier,
    money,
    percentage,
    planned,
    quantity,
    share,
    text,
    timestamp,
    utilization,
)

SCENARIO_CODE_PATTERN = r"[A-Za-z0-9_-]{1,50}"

COLUMNS: dict[str, Column] = {
    # Scenarios
    "SCENARIO_ID": identifier("Scenario."),
    "SCENARIO_CODE": text(
        "Code of the scenario; also its partition key.", pattern=SCENARIO_CODE_PATTERN
    ),
    "SCENARIO_NAME": text("Name of the scenario."),
    "SCENARIO_DESCRIPTION": text("What the scenario assumes."),
    "SCENARIO_TYPE": text("Kind of scenario, such as BASELINE or MARKETING_PUSH."),
    "IS_OFFICIAL_BASELINE": flag("Whether this is the official baseline."),
    "VERSION_NUMBER": Column("number", "rank", "Version of the scenario's definition."),
    "PARENT_SCENARIO_ID": identifier("Scenario this one was derived from."),
    "CREATED_DATE": date("Day the scenario was defined."),
    # Demand
    "DEMAND_FORECAST_ID": identifier("Forecast row."),
    "FORECAST_DATE": day("Day the demand is expected; the period it falls in is planned."),
    "FORECAST_CREATION_DATE": date("Day the forecast was made."),
    "FORECAST_QUANTITY": quantity("unit", "Demand forecast."),
    "FORECAST_TYPE": text("Kind of forecast; only DEMAND is planned."),
    "FORECAST_METHOD": text("How the forecast was made."),
    "FORECAST_HORIZON": text("Granularity or reach of the forecast."),
    "CONFIDENCE_LEVEL": share("Forecaster's confidence."),
    "DEMAND_CLASS": text("Class of customers whose demand it is; empty is a class of its own."),
    "PRIORITY": Column(
        "number",
        "rank",
        "Whose demand is served first, 1 before 2; empty comes after all.",
        minimum=1,
        below=QUANTITY_BELOW,
        whole=True,
    ),
    "FISCAL_PERIOD": text("Fiscal period label."),
    "FISCAL_MONTH": text("Fiscal month label."),
    "FISCAL_QUARTER": text("Fiscal quarter label."),
    "FISCAL_YEAR": text("Fiscal year label."),
    "START_DATE": day("First day of the period."),
    "END_DATE": day("Last day of the period."),
    "UNIT_REVENUE": money("currency/unit", "Revenue of one unit sold."),
    "TOTAL_REVENUE": amount("Forecast quantity times unit revenue.", below=MONEY_BELOW),
    "VERSION_TIMESTAMP": timestamp("When this version of the forecast was recorded."),
    "IS_CURRENT_VERSION": flag("Whether this is the forecast's current version."),
    # Products
    "PRODUCT_ID": identifier("Product."),
    "PRODUCT_CODE": text("Product code."),
    "PRODUCT_NAME": text("Product name."),
    "PRODUCT_DESCRIPTION_SHORT": text("Product description."),
    "PRODUCT_TYPE": text("Kind of product."),
    "PRODUCT_STATUS": text("Life-cycle status; planned with a warning unless ACTIVE."),
    "PRODUCT_CATEGORY_ID": identifier("Product category."),
    "PRODUCT_CATEGORY_CODE": text("Category code."),
    "CATEGORY_NAME": text("Category name: the product's family in reports."),
    "CATEGORY_DESCRIPTION": text("Category description."),
    "PARENT_CATEGORY_ID": identifier("Category this one belongs to."),
    "CATEGORY_LEVEL": Column("number", "rank", "Depth of the category in its tree."),
    "UNIT_PRICE": money("currency/unit", "List price."),
    "UNIT_COST": money("currency/unit", "Production cost of one unit."),
    # Sites and storage
    "SITE_ID": identifier("Site."),
    "SITE_CODE": text("Site code."),
    "SITE_NAME": text("Site name."),
    "SITE_TYPE": text("Kind of site.", choices=("PLANT", "WAREHOUSE", "DISTRIBUTION_CENTER")),
    "REGION": text("Sales region."),
    "ADDRESS_LINE_1": text("Street address."),
    "ADDRESS_LINE_2": text("Street address, continued."),
    "CITY": text("City."),
    "STATE_PROVINCE": text("State or province."),
    "POSTAL_CODE": text("Postal code."),
    "COUNTRY": text("Country."),
    "OPERATING_STATUS": text("Operating status; planned with a warning unless ACTIVE."),
    "CAPACITY_METRIC": Column(
        "number", "", "Site's own capacity figure, in CAPACITY_UNIT_OF_MEASURE."
    ),
    "CAPACITY_UNIT_OF_MEASURE": text("Unit of CAPACITY_METRIC."),
    "WAREHOUSE_ZONE_ID": identifier("Warehouse zone."),
    "ZONE_CODE": text("Zone code."),
    "ZONE_NAME": text("Zone name."),
    "ZONE_TYPE": text("Kind of zone; every kind counts."),
    "ZONE_TEMPERATURE_CONTROL": text("Climate of the zone."),
    "MAX_CAPACITY_PALLETS": quantity("pallet", "Pallet positions of the zone."),
    "CURRENT_OCCUPANCY_PALLETS": quantity("pallet", "Pallet positions taken today."),
    "LOGISTICS_COST_ID": identifier("Logistics cost row."),
    "STORAGE_COST_PER_PALLET_PER_DAY": money("currency/pallet/day", "Storage rate."),
    "TRANSPORT_COST_PER_UNIT": money("currency/unit", "Transport cost."),
    "HANDLING_COST_PER_PALLET": money("currency/pallet", "Handling cost of a pallet arriving."),
    "OVERFLOW_PENALTY_RATE": money(
        "currency/pallet/day", "Penalty on top of storage for a pallet above the threshold."
    ),
    "OVERFLOW_PENALTY_THRESHOLD_PCT": percentage(
        "Share of the site's pallet positions above which the penalty is due."
    ),
    "MAX_PALLETS": quantity("pallet", "Pallets of the tier; empty is unlimited."),
    "PENALTY_RATE": money(
        "currency/pallet/day", "Penalty of the tier on top of storage for a pallet in it."
    ),
    "VENDOR_NAME": text("Logistics provider."),
    "CONTRACT_REFERENCE": text("Contract the rates come from."),
    "INVENTORY_BALANCE_ID": identifier("Inventory balance row."),
    "BALANCE_DATE": day("Day the balance was taken."),
    "QUANTITY_ON_HAND": quantity("unit", "Units on hand."),
    "QUANTITY_RESERVED": quantity("unit", "Units reserved."),
    "QUANTITY_AVAILABLE": quantity("unit", "Units available: the opening stock."),
    "UNIT_OF_MEASURE": text("Unit of measure of the balance.", choices=("EACH",)),
    "UNITS_PER_PALLET": Column(
        "number", "unit/pallet", "Units on one pallet.", above=0, below=QUANTITY_BELOW
    ),
    "HOLDING_COST_PER_MONTH": money("currency/unit/month", "Cost of holding one unit."),
    "SAFETY_STOCK_RATIO": Column(
        "number",
        "share",
        "Safety stock as a share of the next period's demand.",
        minimum=0,
        below=QUANTITY_BELOW,
    ),
    "TERMINAL_INVENTORY": quantity("unit", "Least stock over all warehouses at the horizon's end."),
    "LOST_SALE_COST": money("currency/unit", "Cost of a lost sale."),
    "BACKORDER_COST_PER_PERIOD": money("currency/unit/period", "Cost of a unit late for a period."),
    "MAX_AGE_DAYS": Column(
        "number",
        "day",
        "Days a unit may stand in one warehouse; empty is the policy's, else for ever.",
        minimum=0,
        below=QUANTITY_BELOW,
    ),
    # Work centres, routings, lanes
    "WORK_CENTER_ID": identifier("Work centre."),
    "WORK_CENTER_CODE": text("Work centre code."),
    "WORK_CENTER_NAME": text("Work centre name."),
    "WORK_CENTER_DESCRIPTION": text("Work centre description."),
    "WORK_CENTER_TYPE": text(
        "Production stage.", choices=("ASSEMBLY", "FABRICATION", "INSPECTION", "PACKAGING")
    ),
    "CAPACITY_PER_HOUR": quantity("capacity_unit/hour", "Rated output."),
    "HOURS_PER_DAY": quantity("hour/shift/day", "Hours worked per shift and day."),
    "AVAILABLE_SHIFTS": quantity("shift", "Shifts worked."),
    "EFFICIENCY_FACTOR": share("Share of rated output achieved."),
    "MAX_DAILY_CAPACITY": quantity("capacity_unit/day", "Capacity of a working day."),
    "MAX_MONTHLY_CAPACITY": quantity("capacity_unit/month", "Capacity of 22 working days."),
    "ROUTING_CODE": text("Routing: one way to make the product."),
    "CAPACITY_PER_UNIT": quantity("capacity_unit/unit", "Capacity one unit takes."),
    "PERIOD_START": day("First day of the period."),
    "WORKING_DAYS": Column(
        "number",
        "day",
        "Working days in the period, no more than it has days; in a month up to 31.",
        minimum=0,
        maximum=366,
    ),
    "MAX_CAPACITY": quantity("capacity_unit/period", "Capacity available in the period."),
    "TIER_CODE": text("Capacity tier, such as REGULAR or OVERTIME."),
    "TIER_RANK": Column("number", "rank", "Order of the tier."),
    "PREMIUM_PER_UNIT": money("currency/capacity_unit", "Premium on top of the routing's cost."),
    "FIXED_COST": amount(
        "Cost of activating the tier in the period; empty of a tier that is always open."
    ),
    "MIN_USE": quantity(
        "capacity_unit/period",
        "Least capacity used in a period in which the tier is used; in a period with less "
        "capacity it is closed.",
    ),
    "SETUP_CAPACITY": quantity(
        "capacity_unit/period",
        "Capacity of the work centre that a period in which the routing makes the product takes.",
    ),
    "MIN_LOT": quantity("unit", "Least units in a period in which the routing makes any."),
    "LOT_MULTIPLE": Column(
        "number",
        "unit",
        "Units of a lot: builds are whole multiples of it.",
        minimum=1,
        below=QUANTITY_BELOW,
        whole=True,
        storage=(18, 4),
    ),
    "FROM_SITE_ID": identifier("Site the lane leaves."),
    "TO_SITE_ID": identifier("Warehouse the lane reaches."),
    "LEAD_TIME_DAYS": Column("number", "day", "Transit time.", minimum=0, below=QUANTITY_BELOW),
    "RECEIPT_DATE": day("Day the goods arrive."),
    "QUANTITY": quantity("unit", "Units arriving."),
    "REFERENCE": text("Order or shipment reference."),
    # Validity and audit
    "EFFECTIVE_DATE": date("First day the row holds; empty or 0001-01-01 is always."),
    "EXPIRY_DATE": date("Last day the row holds; empty or 9999-12-31 is for ever."),
    "VALID_FROM_TIMESTAMP": timestamp("Start of the row version's validity."),
    "VALID_TO_TIMESTAMP": timestamp("End of the row version's validity."),
    "IS_CURRENT_FLAG": flag("Whether the row version is current; empty is current."),
    "CREATED_BY_USER": text("Who created the row."),
    "CREATED_TIMESTAMP": timestamp("When the row was created."),
    "UPDATED_BY_USER": text("Who changed the row last."),
    "UPDATED_TIMESTAMP": timestamp("When the row was changed last."),
    # What a load leaves
    "NOTE_NUMBER": identifier("Position among the notes."),
    "NOTE": text("What was accepted but is worth saying."),
    "IDENTIFIER_COLUMN": text("Column whose identifiers are meant, such as PRODUCT_ID."),
    "CODE": text(
        "Code the identifier belongs to; a zone's after its site's identifier; empty "
        "with the highest identifier ever used."
    ),
    "IDENTIFIER": identifier("The identifier."),
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

# The linear programme's cost terms, in the order of the objective; the whole-unit plan's stand
# beside them under the same name with PUBLISHED_ in front.
COST_COLUMNS: tuple[str, ...] = tuple(cost.column for cost in COSTS)
OPTIONAL_COST_COLUMNS: tuple[str, ...] = tuple(cost.column for cost in COSTS if cost.used)
PUBLISHED_COST_COLUMNS: tuple[str, ...] = tuple(f"PUBLISHED_{name}" for name in COST_COLUMNS)
COLUMNS.update(
    {
        f"PUBLISHED_{name}": replace(
            COLUMNS[name], description=f"{COLUMNS[name].description[:-1]}, of the whole-unit plan."
        )
        for name in COST_COLUMNS
    }
)
