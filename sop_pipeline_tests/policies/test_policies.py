"""Policies: defaults as documented, unknown fields refused, nothing meaningless accepted."""

from __future__ import annotations

from pathlib import Path

import pytest

from sop_pipeline.errors import UsageError
from sop_pipeline.planning.policy import Policy
from sop_pipeline.policies import load_policy, policy_name, shipped_policies


def test_standard_notebook_and_the_one_of_the_demo_with_decisions_come_with_the_package() -> None:
    assert shipped_policies() == ("decisions", "notebook", "standard")


def test_standard_is_every_field_at_its_default() -> None:
    assert load_policy("standard") == Policy()


def test_every_field_says_what_it_means() -> None:
    for name, field in Policy.model_fields.items():
        assert (field.description or "").endswith("."), name


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("graim: network", ("graim", "unknown field", "grain")),
        ("grain: daily", ("grain", "'network' or 'aggregate'", "daily")),
        ("safety_stock_ratio: -0.1", ("safety_stock_ratio", "-0.1")),
        ("units_per_pallet: 0", ("units_per_pallet", "greater than 0")),
        ("overflow_threshold_pct: 870", ("overflow_threshold_pct", "870")),
        ("lost_sale_cost_per_unit: .nan", ("lost_sale_cost_per_unit", "finite")),
        ("capacity_basis: sum", ("capacity_basis", "aggregate")),
        ("solver: cplex", ("solver", "pulp:NAME")),
        ("horizon_start: soon", ("horizon_start", "soon")),
        ("- a list", ("list of fields",)),
        ("grain: [", ("not YAML",)),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_by_field(
    tmp_path: Path, text: str, words: tuple[str, ...]
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(UsageError) as refused:
        load_policy(str(file))
    assert [word for word in words if word not in str(refused.value)] == [], refused.value


def test_a_file_is_named_by_its_stem_and_may_be_laid_over(tmp_path: Path) -> None:
    file = tmp_path / "cautious.yaml"
    file.write_text("safety_stock_ratio: 0.3\n")
    policy = load_policy(str(file), {"currency": "EUR"})
    assert (policy.safety_stock_ratio, policy.currency) == (0.3, "EUR")
    assert policy_name(str(file)) == "cautious"


def test_a_policy_that_is_nowhere_is_told_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="decisions, notebook, standard"):
        load_policy("no_such_policy")
