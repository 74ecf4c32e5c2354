"""What describes a family of variables or of constraints."""

from __future__ import annotations

from dataclasses import dataclass

from sop_pipeline.planning.families.axes import INDEX_SETS


@dataclass(frozen=True, eq=False)
class Family:
    """What variable and constraint families have in common.

    Each is described once, so that one is equal to itself alone: looked up in no time.

    Attributes:
        name: Name in the programme.
        axes: Names of its index sets; the family has one member per combination.
        unit: What a member is measured in.
        meaning: What it means to a planner.
    """

    name: str
    axes: tuple[str, ...]
    unit: str
    meaning: str

    @property
    def indices(self) -> str:
        """Its indices in formulas, such as `[p,s,t]`."""
        return f"[{','.join(INDEX_SETS[axis].index for axis in self.axes)}]"


@dataclass(frozen=True, eq=False)
class VariableFamily(Family):
    """A family of variables, each at least 0.

    Attributes:
        letter: Its letter in formulas.
        cost_terms: Terms of the objective it pays.
        limit: What an upper bound means; empty where it has none.
        used: When a problem uses it; empty for always.
        is_whole: Whether published plans hold it in whole units.
        is_decided: Whether every plan takes it whole, before the rest is planned.
    """

    letter: str
    cost_terms: tuple[str, ...] = ()
    limit: str = ""
    used: str = ""
    is_whole: bool = False
    is_decided: bool = False

    @property
    def symbol(self) -> str:
        """A member in formulas, such as `I[p,s,t]`."""
        return f"{self.letter}{self.indices}"


@dataclass(frozen=True, eq=False)
class ConstraintFamily(Family):
    """A family of constraints.

    Attributes:
        formula: The inequality.
        conflict: What it demands, in words, where it stands in a conflict.
        price: What its dual value is the worth of.
        used: When a problem uses it; empty for always.
    """

    formula: str
    conflict: str
    price: str
    used: str = ""


PER_STOCK = ("product", "warehouse", "period")
PER_AGED_STOCK = ("aged_product", "warehouse", "period")
PER_LOAD = ("work_center", "period")
ACTIVATED = "a tier has FIXED_COST or MIN_USE"
SET_UP = "a routing has SETUP_COST, SETUP_CAPACITY, MIN_LOT or LOT_MULTIPLE"
IN_LOTS = "a routing has LOT_MULTIPLE"
PER_CLASS = ("class_place", "period")
APART = "a place has several classes, or `allocation` says who goes short"
SMOOTHED = "changing the load costs something"
STABLE = "changing the last plan costs something"
AGES = "a product has an age"
