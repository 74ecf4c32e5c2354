"""The planning policy: every choice that is not data, with its default.

Belongs here: the fields, their bounds, and which go together.
Does not belong here: where a policy is read from (`policies/`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from sop_pipeline.errors import UsageError
from sop_pipeline.planning.days import day_of

# Strict: a flag or a quoted text is no number.
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Amount = Annotated[Number, Field(ge=0, lt=1e12)]
Percentage = Annotated[Number, Field(ge=0, le=100)]

PeriodOfToday = Literal["this_month", "next_month"]
"""The period that the day of planning falls in, and the one after it, month or not."""

_MOST_SHOWN = 60
_OF_WHOLE_DECISIONS = ("optimality_gap", "acceptable_gap", "solve_seconds")


class Policy(BaseModel):
    """How to plan: grain, horizon, figures where the data is silent, what is hard, what is priced.

    Unknown fields are refused. `None` means: taken from the data, or by the rule described.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    grain: Literal["network", "aggregate"] = Field(
        "network",
        description="network: products, routings and warehouses; aggregate: one of each, pooled "
        "and truncated to whole units.",
    )
    currency: str = Field("USD", max_length=10, description="Label of the currency.")
    period: Literal["month", "week"] = Field(
        "month",
        description="What is planned period by period: calendar months, or weeks from Monday. The "
        "rows of FISCAL_CALENDAR take the place of either.",
    )
    horizon_start: dt.date | PeriodOfToday | None = Field(
        None,
        description="A day of the first period to plan, or the period that the day of planning "
        "falls in (this_month), or the one after it (next_month); null: the first with a forecast.",
    )
    horizon_periods: Annotated[int, Field(strict=True, ge=1, le=520)] | None = Field(
        None, description="Number of periods to plan; null: all there are."
    )
    units_per_pallet: Annotated[Number, Field(gt=0, lt=1e10)] = Field(
        10.0, description="Units on one pallet, where the product gives none."
    )
    working_days_per_month: Annotated[Number, Field(gt=0, le=31)] = Field(
        22.0, description="Working days of a month, where the calendar gives none."
    )
    storage_days_per_month: Annotated[Number, Field(ge=0, le=366)] = Field(
        30.0, description="Days of storage billed per month."
    )
    production_cost_per_unit: Amount | None = Field(
        None, description="Cost of a unit; null: the routing's, else the product's."
    )
    holding_cost_per_unit_month: Amount | None = Field(
        None, description="Cost of holding a unit for a month; null: the contract's storage rate."
    )
    capital_rate_per_year: Annotated[Number, Field(ge=0, le=10)] = Field(
        0.0, description="Cost of capital tied up in stock, as a share of its cost per year."
    )
    safety_stock_ratio: Annotated[Number, Field(ge=0, le=100)] = Field(
        0.15, description="Safety stock as a share of the next period's demand."
    )
    safety_stock: Literal["soft", "hard"] = Field(
        "soft", description="soft: missing safety stock is priced; hard: it is not allowed."
    )
    safety_stock_penalty_per_unit: Amount | None = Field(
        None,
        description="Cost of a unit of safety stock missing for a period; null: twice the holding "
        "cost, and 1.5 times the unit cost more in the last period.",
    )
    max_age_days: Annotated[Number, Field(ge=0, lt=1e10)] | None = Field(
        None,
        description="Days that a unit may stand in one warehouse, shelf life or the longest time "
        "to build ahead, where the product gives none; null: for ever.",
    )
    terminal_safety_stock: Literal["repeat", "none"] = Field(
        "repeat",
        description="Safety stock of the last period, where no later forecast exists: repeat its "
        "own demand, or none.",
    )
    shortage: Literal["lost_sales", "backorder", "forbid"] = Field(
        "lost_sales", description="What may happen to demand that cannot be met in its period."
    )
    lost_sale_cost_per_unit: Amount | None = Field(
        None, description="Cost of a lost sale; null: lost_sale_revenue_factor times its revenue."
    )
    lost_sale_revenue_factor: Annotated[Number, Field(ge=0, le=1e6)] = Field(
        2.0, description="Cost of a lost sale as a multiple of its revenue."
    )
    backorder_cost_per_unit_month: Amount | None = Field(
        None,
        description="Cost of a unit late for a month; null: a tenth of its revenue, at least "
        "three times the holding cost.",
    )
    overflow: Literal["priced", "forbid"] = Field(
        "priced", description="Pallets above the threshold: priced, or not allowed."
    )
    overflow_threshold_pct: Percentage | None = Field(
        None, description="Threshold, in % of pallet positions; null: the contract's, else 87."
    )
    overflow_limit_pct: Annotated[Number, Field(ge=0, le=10_000)] | None = Field(
        100.0, description="Most pallets with overflow, in % of pallet positions; null: no limit."
    )
    load_increase_cost_per_unit: Amount = Field(
        0.0, description="Cost of raising a work centre's load by one capacity unit."
    )
    load_decrease_cost_per_unit: Amount = Field(
        0.0, description="Cost of lowering a work centre's load by one capacity unit."
    )
    initial_load_units: Amount | dict[int, Amount] | None = Field(
        None,
        description="Load before the first period, in capacity units: one number for every work "
        "centre, or a map by WORK_CENTER_ID; null: free.",
    )
    max_hours_per_day: Annotated[Number, Field(gt=0, le=24)] | None = Field(
        None, description="Cap on hours per day times shifts; null: none."
    )
    allocation: Literal["cost", "priority", "fair"] = Field(
        "cost",
        description="Who goes short: whose loss costs least (cost), the last priority first, "
        "whatever it costs (priority), or all in proportion to their demand (fair).",
    )
    fair_share_weight: Annotated[Number, Field(ge=0, le=100)] = Field(
        0.2,
        description="How much dearer the last tenth of a class's demand is to lose than the first, "
        "as a share of its cost; with allocation: fair.",
    )
    solver: str = Field("auto", description="auto, highs, or pulp:NAME.")
    optimality_gap: Annotated[Number, Field(gt=0, le=1)] = Field(
        1e-4, description="Share of the cost at which the search of whole decisions ends."
    )
    acceptable_gap: Annotated[Number, Field(gt=0, le=1)] = Field(
        0.01,
        description="Largest gap of a plan that is published when the search of whole decisions "
        "runs out of time.",
    )
    solve_seconds: Annotated[Number, Field(gt=0, le=86_400)] = Field(
        300.0, description="Seconds that the search of whole decisions may take, all stages."
    )
    capacity_basis: Literal["routing", "sum"] = Field(
        "routing", description="sum adds up every work centre; only with grain: aggregate."
    )
    opening_inventory: Literal["balance", "occupancy"] = Field(
        "balance", description="Opening stock: the balances, or what occupies the warehouses."
    )
    demand_source: Literal["view", "base"] = Field(
        "view", description="Read demand from SCENARIO_COMPARISON_V, or from the base table."
    )
    confidence_draws: Annotated[int, Field(strict=True, ge=0, le=100_000)] = Field(
        0,
        description="Draws of demand that MODEL_CONFIDENCE is measured on; 0: it is the forecasts' "
        "mean CONFIDENCE_LEVEL.",
    )
    survival_fill_rate: Annotated[Number, Field(ge=0, le=1)] = Field(
        0.98, description="Least fill rate at which the plan survives a draw."
    )
    forecast_error_correlation: Annotated[Number, Field(ge=0, le=1)] = Field(
        0.5,
        description="Share of the variance of forecast errors that the products of a family have "
        "in common.",
    )

    commit_until: dt.date | None = Field(
        None,
        description="Periods that begin on or before this day are committed: a hedge has one build "
        "for all its futures there; null: those before the fiscal quarter with the largest demand.",
    )
    risk_weight: Annotated[Number, Field(ge=0, lt=1)] = Field(
        0.0,
        description="Weight of the costliest futures of a hedge beside its expected cost; 0: what "
        "is expected alone counts.",
    )
    risk_level: Annotated[Number, Field(ge=0, lt=1)] = Field(
        0.9, description="Share of the futures that are not among the costliest."
    )
    frozen_periods: Annotated[int, Field(strict=True, ge=0, le=520)] = Field(
        0, description="First periods whose builds are those of the last published plan."
    )
    change_cost_per_unit: Amount = Field(
        0.0,
        description="Cost of building a unit more or less than the last published plan, after the "
        "frozen periods.",
    )
    change_cost_periods: Annotated[int, Field(strict=True, ge=0, le=520)] | None = Field(
        None, description="Periods after the frozen ones whose changes cost; null: all the rest."
    )

    @field_validator("horizon_start", mode="before")
    @classmethod
    def _a_day_or_in_words(cls, value: object) -> object:
        if value in get_args(PeriodOfToday):
            return value
        return day_of(value, f"a day as YYYY-MM-DD, or {' or '.join(get_args(PeriodOfToday))}")

    @field_validator("commit_until", mode="before")
    @classmethod
    def _a_day(cls, value: object) -> object:
        return day_of(value, "a day as YYYY-MM-DD")

    @field_validator("solver")
    @classmethod
    def _known_solver(cls, value: str) -> str:
        if value in ("auto", "highs") or (value.startswith("pulp:") and len(value) > len("pulp:")):
            return value
        msg = "expected auto, highs or pulp:NAME"
        raise ValueError(msg)

    @model_validator(mode="after")
    def _fields_agree(self) -> Policy:
        if self.capacity_basis == "sum" and self.grain != "aggregate":
            msg = "capacity_basis: sum goes only with grain: aggregate"
            raise ValueError(msg)
        if self.allocation != "cost" and self.grain == "aggregate":
            msg = f"allocation: {self.allocation} goes only with grain: network"
            raise ValueError(msg)
        fields = type(self).model_fields
        own = [n for n in _OF_WHOLE_DECISIONS if getattr(self, n) != fields[n].default]
        if own and self.grain == "aggregate":
            msg = f"{', '.join(own)}: only with grain: network, which has whole decisions"
            raise ValueError(msg)
        if self.acceptable_gap < self.optimality_gap:
            msg = "acceptable_gap must not be below optimality_gap"
            raise ValueError(msg)
        return self

    @property
    def keeps_last_plan(self) -> bool:
        """Whether the last published plan counts: it is frozen, or changing it costs something."""
        return self.frozen_periods > 0 or self.change_cost_per_unit > 0

    @property
    def first_day(self) -> dt.date | None:
        """A day of the first period to plan; None where the first forecast decides.

        Raises:
            ValueError: It is said in words, which only a day of planning turns into a date.
        """
        if isinstance(self.horizon_start, str):
            msg = f"horizon_start: {self.horizon_start} needs the day of planning"
            raise ValueError(msg)  # noqa: TRY004  the type is right, the value is not
        return self.horizon_start

    @classmethod
    def parse(cls, settings: Mapping[str, Any], source: str) -> Policy:
        """Make a policy from a mapping of fields.

        Args:
            settings: Field names and values; absent fields take their default.
            source: Where the mapping comes from, for the message.

        Raises:
            UsageError: A field is unknown or its value is not allowed.
        """
        try:
            return cls.model_validate(dict(settings))
        except ValidationError as error:
            lines = [
                _line(detail)
                for detail in error.errors(include_url=False)
                if _is_of_what_was_given(detail["loc"], settings)
            ]
            msg = "\n".join([f"The policy {source} is refused:", *lines])
            raise UsageError(msg) from None


def _is_of_what_was_given(place: tuple[int | str, ...], settings: Mapping[str, Any]) -> bool:
    """Whether an error of a field that may be a number or a map is of the kind that was given."""
    if len(place) < 2:  # noqa: PLR2004  a field and the kind it was tried as
        return True
    return str(place[1]).startswith("dict[") == isinstance(settings[str(place[0])], Mapping)


def _line(detail: Any) -> str:
    # The second part is pydantic's name of a kind, the last one may be its mark of a key.
    field, *within = (str(part) for part in detail["loc"] or [""])
    name = _shown(".".join([field, *(part for part in within[1:] if part != "[key]")]))
    if detail["type"] == "extra_forbidden":
        known = ", ".join(sorted(Policy.model_fields))
        return f"- {name}: unknown field. Known fields: {known}"
    told = detail["msg"].removeprefix("Value error, ")
    return f"- {name}: {told}; got {_shown(repr(detail['input']))}" if name else f"- {told}"


def _shown(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."
