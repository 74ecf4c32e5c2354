"""What a planner cannot mean is refused, by the name of what is wrong."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

import sop_pipeline as sop
from sop_pipeline.errors import InputRefused, NoFeasiblePlan, UsageError
from sop_pipeline.insight.amounts import Amount
from sop_pipeline.insight.change_language import all_changes
from sop_pipeline.insight.changes import DemandChange, PolicyChange, Scope, made
from sop_pipeline.insight.company_frames import CompanyFrames
from sop_pipeline_tests.small_company import full_company


@pytest.fixture(scope="module")
def company() -> sop.Company:
    return sop.Company(full_company())


@pytest.fixture(scope="module")
def frames(company: sop.Company) -> CompanyFrames:
    """What a change of PUSH is made to; nothing is read anew for each."""
    checked = company.checked("PUSH", policy="standard")
    return CompanyFrames(checked.planning_inputs, checked.policy)


def test_a_change_that_breaks_a_rule_of_the_input_is_refused_as_input(company: sop.Company) -> None:
    with pytest.raises(InputRefused, match="FORECAST_QUANTITY"):
        sop.whatif(
            company, "PUSH", ["demand =99999999999 product P-10 site WH-A from 2025-07 to 2025-07"]
        )


def test_a_change_that_leaves_no_plan_names_the_conflict(company: sop.Company) -> None:
    with pytest.raises(NoFeasiblePlan):
        sop.whatif(company, "PUSH", ["set shortage=forbid", "close PL-A", "close PL-B"])


REFUSED: Mapping[str, str] = {
    "demand +10% product P-1O": "no product 'P-1O'. Did you mean P-10",
    "demand +10% family Smal": "no family 'Smal'. Did you mean Small",
    "demand +10% site WH-C": "no site 'WH-C'. Did you mean WH-",
    "demand +10% site PL-A": "no such row",
    "demand +10% from 2025-13": "no planned period '2025-13'",
    "demand +10% from 2026-10": "Planned are 2025-07 to 2025-12",
    "demand +10% from 2025-10 to 2025-09": "comes after",
    "demand 10%": "expected a sign and a number",
    "demand +10% to 2025-08 to 2025-09": "given twice",
    "demand -101%": "would fall below 0",
    "demand -999999": "would fall below 0",
    "price -41": "would fall below 0",
    "capacity WC-A:-9999": "would fall below 0",
    "capacity WC-A:-3shifts": "would fall below 0",
    "capacity WC-Z:+10%": "no work centre 'WC-Z'",
    "capacity WC-A": "expected WORK_CENTER",
    "capacity WC-A/NIGHTS:+10": "no capacity tier 'NIGHTS'",
    "capacity WC-B:+1shift from 2025-12": "would stay as it is",
    "capacity WC-A:+10% family Small": "takes --from, --to",
    "close WH-X": "no site or work centre 'WH-X'",
    "rate WH-A:storag:+5%": "Did you mean storage",
    "rate WH-A:transport:+5% from 2025-08": "lanes have no dates",
    "lead-time PL-A:+5": "no such lane",
    "lead-time WH-A:-90": "would fall below 0",
    "demnad +10%": "Did you mean demand",
    "demand": "has no value",
    "family Small": "no change to filter",
    "opening +10% product 'P-10": "cannot be read",
}
REFUSED_SETTINGS: Mapping[str, str] = {
    "set policy.safty_stock_ratio=0.2": "Did you mean safety_stock_ratio",
    "set safety_stock_ratio": "expected FIELD=VALUE",
    "set shortage=lost_sales": "already",
    "set shortage=nothing": "shortage",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_a_planner_cannot_mean_is_refused_with_what_he_may(
    frames: CompanyFrames, text: str
) -> None:
    with pytest.raises(UsageError) as refused:
        made(all_changes([text]), frames)
    assert REFUSED[text] in str(refused.value)


@pytest.mark.parametrize("text", REFUSED_SETTINGS)
def test_a_setting_that_changes_nothing_or_that_there_is_not_is_refused(
    company: sop.Company, text: str
) -> None:
    with pytest.raises(UsageError) as refused:
        sop.whatif(company, "PUSH", [text])
    assert REFUSED_SETTINGS[text] in str(refused.value)


def test_a_filter_before_the_first_change_is_for_all_and_a_change_s_own_takes_its_place(
    company: sop.Company,
) -> None:
    text = "from 2025-09 product P-10 demand +10% demand +20% product P-20"
    assert [
        sentence.partition(":")[0] for sentence in sop.whatif(company, "PUSH", [text]).sentences
    ] == [
        "Demand of P-10 from 2025-09 up by 10 %",
        "Demand of P-20 from 2025-09 up by 20 %",
    ]


HOSTILE = [
    "'; DROP TABLE PRODUCT; --",
    "<script>alert(1)</script>",
    "x" * 10_000,
    "=CMD()",
    "\u202eabc",
    "%s{0}",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_a_name_there_is_not(frames: CompanyFrames, name: str) -> None:
    with pytest.raises(UsageError) as refused:
        made((DemandChange(Amount(10, "percent"), Scope(products=(name,))),), frames)
    assert len(str(refused.value)) < 500
    with pytest.raises(UsageError):
        PolicyChange(name, 1)
