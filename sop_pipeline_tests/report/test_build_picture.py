"""The picture of a build plan: every unit in it, whatever families are called."""

from __future__ import annotations

import io

import pandas as pd
from PIL import Image

from sop_pipeline.report import build_picture as module
from sop_pipeline.report.build_picture import build_picture
from sop_pipeline.report.named_tables import build_in_words
from sop_pipeline.report.names import Label, Names
from sop_pipeline_tests.report.conftest import Frames


def _drawn(plan: Frames, names: Names) -> Image.Image:
    return Image.open(io.BytesIO(build_picture(plan, "BASE", names)))


def test_a_plan_of_either_grain_is_drawn(any_plan: Frames, names: Names) -> None:
    assert _drawn(any_plan, names).size == (1000, 460)


def test_families_beyond_the_largest_are_added_up_so_that_no_unit_is_missing() -> None:
    build = pd.DataFrame(
        {
            "CATEGORY_NAME": pd.array([f"Family {i}" for i in range(12)], "string"),
            "PRODUCTION_WEEK": pd.Timestamp(2026, 1, 1),
            "RECOMMENDED_QUANTITY": [float(i) for i in range(12)],
        }
    )
    units = module._by_family(build)
    assert len(units) == len(module.style.PALETTE)
    assert units.to_numpy().sum() == build["RECOMMENDED_QUANTITY"].sum()
    assert units.index[0] == "Family 11"
    assert units.index[-1] == "Other families"


def test_products_without_a_family_are_drawn_too(network_plan: Frames) -> None:
    unnamed = Names(products={10: Label("A", "A"), 20: Label("B", "B", "Named")})
    units = module._by_family(build_in_words(network_plan["RECOMMENDED_BUILD_PLAN"], unnamed))
    assert set(units.index) == {"All products", "Named"}


def test_hostile_names_of_families_are_drawn_as_text(
    network_plan: Frames, hostile_names: Names
) -> None:
    assert _drawn(network_plan, hostile_names).size == (1000, 460)


def test_names_survive_being_kept(names: Names) -> None:
    assert Names.parse(names.kept()) == names
