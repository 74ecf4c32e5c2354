from __future__ import annotations

import pandas as pd
import pytest

from sop_pipeline.demo import demo_company


@pytest.fixture(scope="session")
def company() -> dict[str, pd.DataFrame]:
    return demo_company()


@pytest.fixture(scope="session")
def current(company: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The rows that are planned: current versions, and of the forecasts those of demand."""
    tables = {
        name: frame[frame["IS_CURRENT_FLAG"]] if "IS_CURRENT_FLAG" in frame else frame
        for name, frame in company.items()
    }
    forecasts = company["DEMAND_FORECAST_VERSIONS"]
    tables["DEMAND_FORECAST_VERSIONS"] = forecasts[
        forecasts["IS_CURRENT_VERSION"] & (forecasts["FORECAST_TYPE"] == "DEMAND")
    ]
    return tables
