"""Sources show when they were loaded, from where, and how many rows."""

from __future__ import annotations

import datetime as dt

import dagster as dg
import pytest

from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline_tests.assets.home import open_home
from sop_pipeline_tests.small_company import small_company


def test_a_load_is_seen_on_every_source_it_replaced(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("loaded")
    before = dt.datetime.now(dt.UTC).timestamp()
    with open_home(folder, small_company()) as home:
        told = {}
        for table in ATOMIC_TABLES:
            key = dg.AssetKey(table.qualified_name.split("."))
            seen = home.instance.fetch_observations(key, limit=5).records
            told[table.name] = [record.asset_observation for record in seen]
    [products] = told["PRODUCT"]
    assert products is not None
    assert products.metadata["dagster/row_count"].value == 3
    assert products.metadata["from"].value == str(folder / "input")
    loaded = products.metadata["loaded"].value
    assert isinstance(loaded, float)
    assert before - 1 <= loaded <= dt.datetime.now(dt.UTC).timestamp()
    assert len(told["SITE"]) == 1
    assert told["CAPACITY_TIER"] == [], "a table without a file is not loaded"
