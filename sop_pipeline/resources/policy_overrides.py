"""The policy's fields as Dagster's config knows them, so that a slip is refused at the launch.

Belongs here: which type of config a field of the policy has; all are optional, none has a default.
Does not belong here: bounds, and what goes together (`planning/policy.py`).
"""

import enum
import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import dagster as dg
from pydantic import Field, create_model

from sop_pipeline.planning.policy import Policy


class _Overrides(dg.Config):
    """Single policy fields to replace."""

    def given(self) -> dict[str, Any]:
        """The fields that are given, `null` included."""
        values = {name: getattr(self, name) for name in sorted(self.model_fields_set)}
        return {name: _as_given(value) for name, value in values.items()}


def _as_given(value: Any) -> Any:
    """A value as it stands in the config: Dagster makes 12 a 12.0."""
    if isinstance(value, enum.Enum):
        return value.value
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _config_type(annotation: Any, field: str) -> Any:
    """The type of a field in the config; what it cannot say is anything, judged at the start."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _config_type(arguments[0], field)
    if origin in (Union, types.UnionType):
        given = [one for one in arguments if one is not type(None)]
        return _config_type(given[0], field) if len(given) == 1 else Any
    if origin is Literal and all(isinstance(one, str) for one in arguments):
        return enum.Enum(f"policy_{field}", {one: one for one in arguments})
    return annotation if annotation in (float, int, bool) else Any


def _field(name: str) -> tuple[Any, Any]:
    described = Policy.model_fields[name]
    kind = _config_type(described.annotation, name)
    # A factory, because a default would stand in every run's config as if it had been given.
    absent = Field(default_factory=lambda: None, description=described.description)
    return (kind if kind is Any else kind | None), absent


PolicyOverrides: Any = create_model(
    "PolicyOverrides",
    __base__=_Overrides,
    **{name: _field(name) for name in Policy.model_fields},  # type: ignore[call-overload]
)
"""Single policy fields to replace, such as `capital_rate_per_year: 0.3`."""
