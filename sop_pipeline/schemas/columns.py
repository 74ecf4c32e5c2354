"""Every column of every table, described once: type, unit, meaning, bounds.

Belongs here: what a column means wherever it appears. The UI's column schema, the data
dictionary, the DDL and the checks are all derived from these descriptions.
Does not belong here: which columns a table has (`atomic`, `inputs`, `plan`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from sop_pipeline.planning.families import COSTS
from sop_pipeline.planning.totals import MONEY_BELOW as TOTAL_MONEY_BELOW
from sop_pipeline.planning.totals import UNITS_BELOW as TOTAL_UNITS_BELOW

ColumnType = Literal["identifier", "text", "number", "date", "timestamp", "flag"]

IN_WORDS: Mapping[ColumnType, str] = {
    "identifier": "whole numbers below 1e18",
    "text": "texts",
    "number": "numbers",
    "date": "days as YYYY-MM-DD",
    "timestamp": "timestamps as YYYY-MM-DD HH:MM:SS",
    "flag": "true or false, Y or N, 1 or 0",
}
"""What a column of each type holds."""

QUANTITY_BELOW = 1e10
MONEY_BELOW = 1e12
"""Bounds of single figures of the input; totals have their own."""
A_DAY = "a day, not for ever"


@dataclass(frozen=True)
class Column:
    """What one column holds.

    Attributes:
        type: Kind of value; decides the storage type and the pandas dtype.
        unit: Unit of measure, or the nature of the value where it has none.
        description: One sentence for a person.
        minimum: Least allowed value.
        above: Values must be strictly greater than this.
        maximum: Greatest allowed value.
        below: Values must be strictly less than this.
        choices: Allowed texts; empty allows all.
        pattern: Regular expression the whole text must match.
        storage: (precision, scale) of a stored decimal; None stores a double.
        bounded: Whether a date must be a day of the calendar; else it may be an open end.
    """

    type: ColumnType
    unit: str
    description: str
    minimum: float | None = None
    above: float | None = None
    maximum: float | None = None
    below: float | None = None
    choices: tuple[str, ...] = ()
    pattern: str | None = None
    storage: tuple[int, int] | None = None
    bounded: bool = False

    def bounds(self) -> list[str]:
        """What the values are limited to, in words."""
        words = [
            f"at least {self.minimum:g}" if self.minimum is not None else "",
            f"above {self.above:g}" if self.above is not None else "",
            f"at most {self.maximum:g}" if self.maximum is not None else "",
            f"below {self.below:g}" if self.below is not None else "",
            f"one of {', '.join(self.choices)}" if self.choices else "",
            f"matches {self.pattern}" if self.pattern else "",
            A_DAY if self.bounded else "",
        ]
        return [word for word in words if word]


def _identifier(description: str) -> Column:
    return Column("identifier", "identifier", description)


def _text(description: str, **limits: object) -> Column:
    return Column("text", "text", description, **limits)  # type: ignore[arg-type]


def _quantity(unit: str, description: str) -> Column:
    return Column("number", unit, description, minimum=0, below=QUANTITY_BELOW, storage=(18, 4))


def _money(unit: str, description: str) -> Column:
    return Column("number", unit, description, minimum=0, below=MONEY_BELOW)


def _amount(description: str, below: float = TOTAL_MONEY_BELOW) -> Column:
    """Money that is added up: stored to the cent, may be negative where it is a difference."""
    return Column("number", "currency", description, minimum=-below, below=below, storage=(18, 2))


def _planned(unit: str, description: str) -> Column:
    """A quantity of the plan, which may add up many of the input."""
    return replace(_quantity(unit, description), below=TOTAL_UNITS_BELOW)


def _percentage(description: str) -> Column:
    return Column("number", "%", description, minimum=0, maximum=100, storage=(5, 2))


def _utilization(description: str) -> Column:
    return Column("number", "%", description, minimum=0, maximum=999.99, storage=(5, 2))


def _share(description: str) -> Column:
    return Column("number", "share 0 to 1", description, minimum=0, maximum=1, storage=(5, 4))


def _date(description: str) -> Column:
    return Column("date", "date", description)


def _day(description: str) -> Column:
    """A date that something happens on."""
    return Column("date", "date", description, bounded=True)


def _timestamp(description: str) -> Column:
    return Column("timestamp", "UTC timestamp", description)


def _flag(description: str) -> Column:
    return Column("flag", "true or false", description)


SCENARIO_CODE_PATTERN = r"[A-Za-z0-9_-]{1,50}"

COLUMNS: dict[str, Column] = {
    # Scenarios
    "SCENARIO_ID": _identifier("Scenario."),
    "SCENARIO_CODE": _text(
        "Code of the scenario; also its partition key.", pattern=SCENARIO_CODE_PATTERN
    ),
    "SCENARIO_NAME": _text("Name of the scenario."),
    "SCENARIO_DESCRIPTION": _text("What the scenario assumes."),
    "SCENARIO_TYPE": _text("Kind of scenario, such as BASELINE or MARKETING_PUSH."),
    "IS_OFFICIAL_BASELINE": _flag("Whether this is the official baseline."),
    "VERSION_NUMBER": Column("number", "count", "Version of the scenario's definition."),
    "PARENT_SCENARIO_ID": _identifier("Scenario this one was derived from."),
    "CREATED_DATE": _date("Day the scenario was defined."),
    # Demand
    "DEMAND_FORECAST_ID": _identifier("Forecast row."),
    "FORECAST_DATE": _day("Day the demand is expected; the period it falls in is planned."),
    "FORECAST_CREATION_DATE": _date("Day the forecast was made."),
    "FORECAST_QUANTITY": _quantity("units", "Demand forecast."),
    "FORECAST_TYPE": _text("Kind of forecast; only DEMAND is planned."),
    "FORECAST_METHOD": _text("How the forecast was made."),
    "FORECAST_HORIZON": _text("Granularity or reach of the forecast."),
    "CONFIDENCE_LEVEL": _share("Forecaster's confidence."),
    "FISCAL_PERIOD": _text("Fiscal period label."),
    "FISCAL_MONTH": _text("Fiscal month label."),
    "FISCAL_QUARTER": _text("Fiscal quarter label."),
    "FISCAL_YEAR": _text("Fiscal year label."),
    "START_DATE": _day("First day of the period."),
    "END_DATE": _day("Last day of the period."),
    "UNIT_REVENUE": _money("currency/unit", "Revenue of one unit sold."),
    "TOTAL_REVENUE": _amount("Forecast quantity times unit revenue.", below=MONEY_BELOW),
    "VERSION_TIMESTAMP": _timestamp("When this version of the forecast was recorded."),
    "IS_CURRENT_VERSION": _flag("Whether this is the forecast's current version."),
    # Products
    "PRODUCT_ID": _identifier("Product."),
    "PRODUCT_CODE": _text("Product code."),
    "PRODUCT_NAME": _text("Product name."),
    "PRODUCT_DESCRIPTION_SHORT": _text("Product description."),
    "PRODUCT_TYPE": _text("Kind of product."),
    "PRODUCT_STATUS": _text("Life-cycle status; planned with a warning unless ACTIVE."),
    "PRODUCT_CATEGORY_ID": _identifier("Product category."),
    "PRODUCT_CATEGORY_CODE": _text("Category code."),
    "CATEGORY_NAME": _text("Category name: the product's family in reports."),
    "CATEGORY_DESCRIPTION": _text("Category description."),
    "PARENT_CATEGORY_ID": _identifier("Category this one belongs to."),
    "CATEGORY_LEVEL": Column("number", "level", "Depth of the category in its tree."),
    "UNIT_PRICE": _money("currency/unit", "List price."),
    "UNIT_COST": _money("currency/unit", "Production cost of one unit."),
    # Sites and storage
    "SITE_ID": _identifier("Site."),
    "SITE_CODE": _text("Site code."),
    "SITE_NAME": _text("Site name."),
    "SITE_TYPE": _text("Kind of site.", choices=("PLANT", "WAREHOUSE", "DISTRIBUTION_CENTER")),
    "REGION": _text("Sales region."),
    "ADDRESS_LINE_1": _text("Street address."),
    "ADDRESS_LINE_2": _text("Street address, continued."),
    "CITY": _text("City."),
    "STATE_PROVINCE": _text("State or province."),
    "POSTAL_CODE": _text("Postal code."),
    "COUNTRY": _text("Country."),
    "OPERATING_STATUS": _text("Operating status; planned with a warning unless ACTIVE."),
    "CAPACITY_METRIC": Column(
        "number", "as CAPACITY_UNIT_OF_MEASURE", "Site's own capacity figure."
    ),
    "CAPACITY_UNIT_OF_MEASURE": _text("Unit of CAPACITY_METRIC."),
    "WAREHOUSE_ZONE_ID": _identifier("Warehouse zone."),
    "ZONE_CODE": _text("Zone code."),
    "ZONE_NAME": _text("Zone name."),
    "ZONE_TYPE": _text("Kind of zone; every kind counts."),
    "ZONE_TEMPERATURE_CONTROL": _text("Climate of the zone."),
    "MAX_CAPACITY_PALLETS": _quantity("pallets", "Pallet positions of the zone."),
    "CURRENT_OCCUPANCY_PALLETS": _quantity("pallets", "Pallet positions taken today."),
    "LOGISTICS_COST_ID": _identifier("Logistics cost row."),
    "STORAGE_COST_PER_PALLET_PER_DAY": _money("currency/pallet/day", "Storage rate."),
    "TRANSPORT_COST_PER_UNIT": _money("currency/unit", "Transport cost."),
    "HANDLING_COST_PER_PALLET": _money("currency/pallet", "Handling cost of a pallet arriving."),
    "OVERFLOW_PENALTY_RATE": _money(
        "currency/pallet/day", "Penalty on top of storage for a pallet above the threshold."
    ),
    "OVERFLOW_PENALTY_THRESHOLD_PCT": _percentage(
        "Share of the site's pallet positions above which the penalty is due."
    ),
    "VENDOR_NAME": _text("Logistics provider."),
    "CONTRACT_REFERENCE": _text("Contract the rates come from."),
    "INVENTORY_BALANCE_ID": _identifier("Inventory balance row."),
    "BALANCE_DATE": _day("Day the balance was taken."),
    "QUANTITY_ON_HAND": _quantity("units", "Units on hand."),
    "QUANTITY_RESERVED": _quantity("units", "Units reserved."),
    "QUANTITY_AVAILABLE": _quantity("units", "Units available: the opening stock."),
    "UNIT_OF_MEASURE": _text("Unit of measure of the balance.", choices=("EACH",)),
    "UNITS_PER_PALLET": Column(
        "number", "units/pallet", "Units on one pallet.", above=0, below=QUANTITY_BELOW
    ),
    "HOLDING_COST_PER_MONTH": _money("currency/unit/month", "Cost of holding one unit."),
    "SAFETY_STOCK_RATIO": Column(
        "number",
        "share of next demand",
        "Safety stock as a share of the next period's demand.",
        minimum=0,
        below=QUANTITY_BELOW,
    ),
    "TERMINAL_INVENTORY": _quantity(
        "units", "Least stock over all warehouses at the horizon's end."
    ),
    "LOST_SALE_COST": _money("currency/unit", "Cost of a lost sale."),
    "BACKORDER_COST_PER_PERIOD": _money(
        "currency/unit/period", "Cost of a unit late for a period."
    ),
    # Work centres, routings, lanes
    "WORK_CENTER_ID": _identifier("Work centre."),
    "WORK_CENTER_CODE": _text("Work centre code."),
    "WORK_CENTER_NAME": _text("Work centre name."),
    "WORK_CENTER_DESCRIPTION": _text("Work centre description."),
    "WORK_CENTER_TYPE": _text(
        "Production stage.", choices=("ASSEMBLY", "FABRICATION", "INSPECTION", "PACKAGING")
    ),
    "CAPACITY_PER_HOUR": _quantity("capacity units/hour", "Rated output."),
    "HOURS_PER_DAY": _quantity("hours/day", "Hours worked per shift pattern and day."),
    "AVAILABLE_SHIFTS": _quantity("shifts", "Shifts worked."),
    "EFFICIENCY_FACTOR": _share("Share of rated output achieved."),
    "MAX_DAILY_CAPACITY": _quantity("capacity units/day", "Capacity of a working day."),
    "MAX_MONTHLY_CAPACITY": _quantity("capacity units/month", "Capacity of 22 working days."),
    "ROUTING_CODE": _text("Routing: one way to make the product."),
    "CAPACITY_PER_UNIT": _quantity("capacity units/unit", "Capacity one unit takes."),
    "PERIOD_START": _day("First day of the period."),
    "WORKING_DAYS": Column(
        "number",
        "days",
        "Working days in the period, no more than it has days; in a month up to 31.",
        minimum=0,
        maximum=366,
    ),
    "MAX_CAPACITY": _quantity("capacity units/period", "Capacity available in the period."),
    "TIER_CODE": _text("Capacity tier, such as REGULAR or OVERTIME."),
    "TIER_RANK": Column("number", "rank", "Order of the tier."),
    "PREMIUM_PER_UNIT": _money("currency/capacity unit", "Premium on top of the routing's cost."),
    "FROM_SITE_ID": _identifier("Site the lane leaves."),
    "TO_SITE_ID": _identifier("Warehouse the lane reaches."),
    "LEAD_TIME_DAYS": Column("number", "days", "Transit time.", minimum=0, below=QUANTITY_BELOW),
    "RECEIPT_DATE": _day("Day the goods arrive."),
    "QUANTITY": _quantity("units", "Units arriving."),
    "REFERENCE": _text("Order or shipment reference."),
    # Validity and audit
    "EFFECTIVE_DATE": _date("First day the row holds; empty or 0001-01-01 is always."),
    "EXPIRY_DATE": _date("Last day the row holds; empty or 9999-12-31 is for ever."),
    "VALID_FROM_TIMESTAMP": _timestamp("Start of the row version's validity."),
    "VALID_TO_TIMESTAMP": _timestamp("End of the row version's validity."),
    "IS_CURRENT_FLAG": _flag("Whether the row version is current; empty is current."),
    "CREATED_BY_USER": _text("Who created the row."),
    "CREATED_TIMESTAMP": _timestamp("When the row was created."),
    "UPDATED_BY_USER": _text("Who changed the row last."),
    "UPDATED_TIMESTAMP": _timestamp("When the row was changed last."),
    # What a load leaves
    "NOTE_NUMBER": _identifier("Position among the notes."),
    "NOTE": _text("What was accepted but is worth saying."),
    "IDENTIFIER_COLUMN": _text("Column whose identifiers are meant, such as PRODUCT_ID."),
    "CODE": _text(
        "Code the identifier belongs to; a zone's after its site's identifier; empty "
        "with the highest identifier ever used."
    ),
    "IDENTIFIER": _identifier("The identifier."),
    # Recommended build plan
    "PLAN_ID": _identifier("Plan row, generated."),
    "PRODUCTION_WEEK": _date("First day of the period."),
    "RECOMMENDED_QUANTITY": _planned("units", "Units to build in the period."),
    "CURRENT_CAPACITY_AVAILABLE": _planned(
        "capacity units", "All finite capacity tiers of the work centre in the period."
    ),
    "CAPACITY_UTILIZATION_PCT": _utilization("Whole load of the work centre over its capacity."),
    "PROJECTED_INVENTORY": _planned("units", "Stock of the product at the end of the period."),
    "WAREHOUSE_UTILIZATION_PCT": _utilization("Pallets stored over all pallet positions."),
    "PROJECTED_PRODUCTION_COST": _amount("Production cost with tier premiums."),
    "PROJECTED_STORAGE_COST": _amount("Holding cost and overflow penalty."),
    "PROJECTED_TOTAL_COST": _amount("Production, storage, transport and handling."),
    "MODEL_VERSION": _text("Package version, policy and grain.", pattern=r"[\s\S]{1,50}"),
    "MODEL_CONFIDENCE": _share("Demand-weighted mean confidence level of the forecasts."),
    "RUN_ID": _text("Run that published the plan."),
    "INPUT_HASH": _text("Fingerprint of the inputs and the policy."),
    "PUBLISHED_TIMESTAMP": _timestamp("When the plan was published."),
    "AS_OF_DATE": _date(
        "Day whose knowledge the plan was made with; empty for a plan that was published."
    ),
    # Result tables
    "OPENING_INVENTORY": _planned("units", "Stock at the start of the period."),
    "RECEIVED": _planned("units", "Units arriving, scheduled receipts included."),
    "SHIPPED_OUT": _planned("units", "Units leaving for other warehouses."),
    "DEMAND": _planned("units", "Demand of the period."),
    "SERVED": _planned("units", "Units delivered in the period, late deliveries included."),
    "BACKORDER": _planned("units", "Units late at the end of the period."),
    "LOST_SALES": _planned("units", "Units of demand lost in the period."),
    "ENDING_INVENTORY": _planned("units", "Stock at the end of the period."),
    "SAFETY_STOCK_TARGET": _planned("units", "Safety stock wanted at the end of the period."),
    "SAFETY_STOCK_SHORTFALL": _planned("units", "Safety stock missing at the end of the period."),
    "CAPACITY_AVAILABLE": _planned("capacity units", "Capacity of the tier; empty is unlimited."),
    "CAPACITY_USED": _planned("capacity units", "Capacity used in the tier."),
    "UTILIZATION_PCT": _utilization("Used over available."),
    "PALLETS": _planned("pallets", "Pallets stored at the end of the period, base load included."),
    "CAPACITY_PALLETS": _planned("pallets", "Pallet positions of the warehouse."),
    "THRESHOLD_PALLETS": _planned("pallets", "Pallets above which the penalty is due."),
    "OVERFLOW_PALLETS": _planned("pallets", "Pallets above the threshold."),
    "STORAGE_COST": _amount("Holding cost of the period."),
    "OVERFLOW_COST": _amount("Overflow penalty."),
    "LEAD_TIME_PERIODS": Column("number", "periods", "Transit time in periods.", minimum=0),
    "UNITS_SHIPPED": _planned("units", "Units leaving in the period."),
    "SHIPMENT_COST": _amount("Transport and handling cost of the units."),
    # Summary
    "STATUS": _text(
        "Certified, and optimal where whole units are at most 1 % dearer than they must be, else "
        "within_gap."
    ),
    "OBJECTIVE": _amount("Optimal value of the linear programme, before rounding to whole units."),
    "ROUNDING_COST": _amount("Cost of whole units: published cost less the objective."),
    "PRODUCTION_COST": _amount("Production."),
    "TIER_PREMIUM_COST": _amount("Premiums for overtime, extra shifts and subcontracting."),
    "TRANSPORT_COST": _amount("Transport."),
    "HANDLING_COST": _amount("Handling at the receiving warehouse."),
    "HOLDING_COST": _amount("Holding."),
    "LOST_SALES_COST": _amount("Lost sales."),
    "BACKORDER_COST": _amount("Late delivery."),
    "SAFETY_STOCK_COST": _amount("Safety stock missing."),
    "LOAD_CHANGE_COST": _amount("Changes of work-centre load."),
    "FILL_RATE": _share("Units served in their period over units demanded."),
    "PEAK_UTILIZATION_PCT": _utilization("Largest used over available capacity."),
    "PREBUILT_UNITS": _planned(
        "units", "Stock above its safety target just before the quarter with the largest demand."
    ),
    "PRIMAL_VIOLATION": Column(
        "number",
        "relative",
        "Largest violation of a constraint, over what the constraint holds.",
        minimum=0,
    ),
    "DUAL_VIOLATION": Column(
        "number",
        "relative",
        "Largest price that the plan does not bear out, over the costs in its own row or column.",
        minimum=0,
    ),
    "RELATIVE_GAP": Column(
        "number", "relative", "Gap between cost and proven bound, over the cost.", minimum=0
    ),
    "AVOIDABLE_GAP": Column(
        "number",
        "relative",
        "The same gap over the cost without lost sales, which may be beyond any decision.",
        minimum=0,
    ),
    "SOLVER": _text("Solver and its version."),
    "SOLVE_SECONDS": Column("number", "seconds", "Time to build, solve and certify.", minimum=0),
    "POLICY": _text("The policy the plan follows: its name, and every field laid over it."),
    "POLICY_SETTINGS": _text("Every field of the policy, as JSON."),
    "ASSUMPTIONS": _text("Defaults the planner assumed for this input, as JSON."),
    "HORIZON_PERIODS": Column("number", "periods", "Periods planned.", minimum=1),
    "PERIOD_KIND": _text(
        "What the periods are: calendar months, weeks from Monday, or the rows of FISCAL_CALENDAR.",
        choices=("month", "week", "fiscal"),
    ),
    "HORIZON_START": _date("First day of the first period."),
    "HORIZON_END": _date("First day of the last period."),
    "CURRENCY": _text("Label of the currency."),
    "GRAIN": _text("Grain of the plan.", choices=("network", "aggregate")),
}

# The linear programme's cost terms, in the order of the objective; the whole-unit plan's stand
# beside them under the same name with PUBLISHED_ in front.
COST_COLUMNS: tuple[str, ...] = tuple(cost.column for cost in COSTS)
PUBLISHED_COST_COLUMNS: tuple[str, ...] = tuple(f"PUBLISHED_{name}" for name in COST_COLUMNS)
COLUMNS.update(
    {
        f"PUBLISHED_{name}": replace(
            COLUMNS[name], description=f"{COLUMNS[name].description[:-1]}, of the whole-unit plan."
        )
        for name in COST_COLUMNS
    }
)
