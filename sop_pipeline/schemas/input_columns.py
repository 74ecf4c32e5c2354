"""The columns of the input tables and of what a load leaves: type, unit, meaning, bounds."""

from __future__ import annotations

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
    quantity,
    share,
    text,
    timestamp,
)

SCENARIO_CODE_PATTERN = r"[A-Za-z0-9_-]{1,50}"

INPUT_COLUMNS: dict[str, Column] = {
    # Scenarios
    "SCENARIO_ID": identifier("Scenario."),
    "SCENARIO_CODE": text(
        "Code of the scenario; also its partition key.", pattern=SCENARIO_CODE_PATTERN
    ),
    "SCENARIO_NAME": text("Name of the scenario."),
    "SCENARIO_DESCRIPTION": text("What the scenario assumes."),
    "SCENARIO_TYPE": text(
        "Kind of scenario, such as BASELINE or MARKETING_PUSH; HEDGE plans one build for several "
        "scenarios and has no forecasts of its own."
    ),
    "IS_OFFICIAL_BASELINE": flag("Whether this is the official baseline."),
    "VERSION_NUMBER": Column("number", "rank", "Version of the scenario's definition."),
    "PARENT_SCENARIO_ID": identifier("Scenario this one was derived from."),
    "CREATED_DATE": date("Day the scenario was defined."),
    "MEMBER_SCENARIO_ID": identifier("Scenario that is one of the hedge's futures."),
    "PROBABILITY": Column(
        "number",
        "share",
        "How likely the future is; those of a hedge add up to 1.",
        above=0,
        below=QUANTITY_BELOW,
    ),
    "MEMBER_SCENARIO_CODE": text("Code of the member; empty where it is not defined."),
    "MEMBER_SCENARIO_NAME": text("Name of the member."),
    "MEMBER_SCENARIO_TYPE": text("Kind of the member."),
    "MEMBER_IS_BASELINE": flag("Whether the member is the official baseline."),
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
}
