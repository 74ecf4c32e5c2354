"""The documents name what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from sop_pipeline.planning import model, model_of_classes, model_of_decisions
from sop_pipeline.planning.model import planning_model
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline_tests.planning.companies import one_line, policy_of

ROOT = Path(__file__).parents[2]
CORE = Path(model.__file__).parent
PARTS = (model, model_of_classes, model_of_decisions)


def test_every_assumption_is_documented() -> None:
    files = [*(CORE / "preparation").glob("*.py"), CORE / "futures" / "preparation.py"]
    source = "\n".join(path.read_text("utf-8") for path in files)
    names = set(re.findall(r'assume\(\s*"(\w+)"', source))
    text = (ROOT / "docs" / "assumptions.md").read_text("utf-8")
    assert names
    assert names == set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))


def test_every_constraint_family_and_variable_is_documented_and_has_its_function() -> None:
    storage = [{"PRODUCT_ID": 1, "TERMINAL_INVENTORY": 1.0}]
    policy = policy_of(shortage="backorder", overflow="priced", load_increase_cost_per_unit=1.0)
    problem = prepare_network(one_line([3, 4], product_storage=storage), policy).problem
    lp = planning_model(problem)
    text = (ROOT / "docs" / "model.md").read_text("utf-8")
    for family in lp.constraints:
        assert f"`{family}`" in text
        (stated,) = [vars(part)[family] for part in PARTS if family in vars(part)]
        assert stated.__doc__
    for family in lp.variables:
        assert f"`{family}`" in text
