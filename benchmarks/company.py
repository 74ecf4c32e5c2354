"""A company of a given size as files, planned from its folder to the published tables.

python -m benchmarks.company "M pool" L        sizes to measure
python -m benchmarks.company M --warehouse     by way of an embedded warehouse and the orchestrator
python -m benchmarks.company M --snowflake     the same by way of the Snowflake emulator
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from dagster import DagsterInstance
from rich.console import Console
from rich.table import Table

from benchmarks.generator import SIZES, random_problem
from sop_pipeline.planning.index_sets import programme_shape
from sop_pipeline.planning.problem import Problem
from sop_pipeline_tests.emulator import pointed_at, running_emulator

FAMILIES = 12
POLICY = "period: week\nhorizon_start: 2025-01-06\nunits_per_pallet: 10\n"
DAYS_OF_STORAGE = 7


def write_company(folder: Path, problem: Problem) -> None:
    """Write a problem of the generator as the CSV files of a company planned by weeks."""
    for name, rows in {**_nouns(problem), **_figures(problem)}.items():
        pd.DataFrame(rows).to_csv(folder / f"{name}.csv", index=False)
    (folder / "weekly.yaml").write_text(POLICY, encoding="utf-8")


def _nouns(problem: Problem) -> dict[str, dict[str, object]]:
    """What there is: products, sites, work centres, zones and the scenario."""
    plants, stores, centers = problem.plants, problem.warehouses, problem.work_centers
    made_at = np.zeros(len(centers), dtype=np.int64)
    made_at[problem.routings.work_center] = problem.routings.plant
    sites = np.concatenate([plants, stores])
    cost = _mean_by(problem.routings.product, problem.routings.unit_cost[:, 0])
    return {
        "scenario_definitions": {
            "SCENARIO_ID": [1], "SCENARIO_CODE": ["BASE"], "SCENARIO_NAME": ["Base"],
            "SCENARIO_TYPE": ["BASELINE"],
        },
        "product_categories": {
            "PRODUCT_CATEGORY_ID": np.arange(1, FAMILIES + 1),
            "CATEGORY_NAME": [f"Family {n}" for n in range(1, FAMILIES + 1)],
        },
        "products": {
            "PRODUCT_ID": problem.products,
            "PRODUCT_CODE": [f"P{p:05d}" for p in problem.products],
            "PRODUCT_NAME": [f"Product {p}" for p in problem.products],
            "PRODUCT_CATEGORY_ID": 1 + problem.products % FAMILIES,
            "UNIT_PRICE": (2.0 * cost).round(2), "UNIT_COST": cost.round(2),
        },
        "sites": {
            "SITE_ID": sites, "SITE_CODE": [f"S{s}" for s in sites],
            "SITE_NAME": [f"Site {s}" for s in sites],
            "SITE_TYPE": ["PLANT"] * len(plants) + ["WAREHOUSE"] * len(stores),
        },
        "work_centers": {
            "WORK_CENTER_ID": centers, "WORK_CENTER_CODE": [f"WC{w}" for w in centers],
            "WORK_CENTER_NAME": [f"Work centre {w}" for w in centers],
            "WORK_CENTER_TYPE": "ASSEMBLY", "SITE_ID": plants[made_at],
            "CAPACITY_PER_HOUR": 100, "HOURS_PER_DAY": 8, "AVAILABLE_SHIFTS": 1,
        },
        "warehouse_zones": {
            "WAREHOUSE_ZONE_ID": stores, "ZONE_CODE": [f"Z{s}" for s in stores],
            "ZONE_NAME": [f"Zone {s}" for s in stores], "SITE_ID": stores,
            "MAX_CAPACITY_PALLETS": problem.pallet_positions.astype(np.int64),
            "CURRENT_OCCUPANCY_PALLETS": 0,
        },
    }  # fmt: skip


def _figures(problem: Problem) -> dict[str, dict[str, object]]:
    """What it costs, how much there is of it, and what is asked for."""
    stores, products, periods = problem.warehouses, problem.products, problem.periods
    lanes, routings, tiers = problem.lanes, problem.routings, problem.tiers
    pairs = (np.repeat(products, len(stores)), np.tile(stores, len(products)))
    count = problem.demand.size
    return {
        "logistics_costs": {
            "LOGISTICS_COST_ID": stores, "SITE_ID": stores, "WAREHOUSE_ZONE_ID": stores,
            "STORAGE_COST_PER_PALLET_PER_DAY": 0.4, "TRANSPORT_COST_PER_UNIT": 1.0,
            "HANDLING_COST_PER_PALLET": 3.0,
            "OVERFLOW_PENALTY_RATE": 30.0 / DAYS_OF_STORAGE,
            "OVERFLOW_PENALTY_THRESHOLD_PCT": 87,
        },
        "transport_lanes": {
            "FROM_SITE_ID": lanes.from_site, "TO_SITE_ID": lanes.to_site,
            "TRANSPORT_COST_PER_UNIT": lanes.unit_cost,
        },
        "product_routings": {
            "PRODUCT_ID": products[routings.product],
            "ROUTING_CODE": [f"R{n}" for n in range(len(routings.product))],
            "WORK_CENTER_ID": problem.work_centers[routings.work_center],
            "UNIT_COST": routings.unit_cost[:, 0],
        },
        "capacity_tiers": {
            "WORK_CENTER_ID": problem.work_centers[tiers.work_center], "TIER_CODE": tiers.codes,
            "MAX_CAPACITY": tiers.capacity[:, 0].round(2),
            "PREMIUM_PER_UNIT": tiers.premium[:, 0],
        },
        "inventory_balances": {
            "INVENTORY_BALANCE_ID": np.arange(len(pairs[0])), "PRODUCT_ID": pairs[0],
            "SITE_ID": pairs[1], "WAREHOUSE_ZONE_ID": pairs[1], "BALANCE_DATE": "2025-01-05",
            "QUANTITY_AVAILABLE": problem.opening_stock.ravel(),
        },
        "demand_forecasts": {
            "DEMAND_FORECAST_ID": np.arange(count),
            "PRODUCT_ID": np.repeat(pairs[0], len(periods.starts)),
            "SITE_ID": np.repeat(pairs[1], len(periods.starts)), "SCENARIO_ID": 1,
            "FORECAST_DATE": np.tile([f"{day}" for day in periods.starts], len(pairs[0])),
            "FORECAST_QUANTITY": problem.demand.ravel(),
            "FISCAL_MONTH": np.tile([f"{day:%B}" for day in periods.starts], len(pairs[0])),
            "FISCAL_QUARTER": np.tile(periods.fiscal_quarters, len(pairs[0])),
        },
    }  # fmt: skip


def _mean_by(groups: np.ndarray, values: np.ndarray) -> np.ndarray:
    return np.bincount(groups, values) / np.bincount(groups)


def main() -> None:
    """Plan companies of the sizes asked for and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="+", choices=sorted(SIZES))
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--warehouse", action="store_true", help="through the orchestrator")
    way.add_argument("--snowflake", action="store_true", help="through it and the emulator")
    asked = parser.parse_args()
    run = _from_folder
    if asked.warehouse or asked.snowflake:
        run = _through_emulator if asked.snowflake else _through_warehouse
    table = Table(title="From files to published tables")
    for column in ("size", "variables", "seconds", "of which the solve", "ratio",
                   "most memory so far", "by step"):  # fmt: skip
        table.add_column(column, justify="right")
    for size in asked.sizes:
        with tempfile.TemporaryDirectory() as home:
            folder = Path(home, "company")
            folder.mkdir()
            problem = random_problem(SIZES[size])
            write_company(folder, problem)
            os.environ |= {
                "SOP_DUCKDB_PATH": str(Path(home, "sop.duckdb")),
                "DAGSTER_HOME": str(Path(home, "dagster")),
            }
            begin = time.perf_counter()
            summary, steps = run(folder, Path(home))
            seconds = time.perf_counter() - begin
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
        solve = summary["seconds"]["solve"]
        table.add_row(
            size, f"{programme_shape(problem)[1]:,}", f"{seconds:.1f}", f"{solve:.1f}",
            f"{seconds / solve:.1f}", f"{memory:.1f} GB",
            "\n".join(f"{name} {value:.1f}" for name, value in steps.items()),
        )  # fmt: skip
    Console(width=160).print(table)


def _from_folder(folder: Path, home: Path) -> tuple[dict, dict[str, float]]:
    _sop("solve", str(folder), "--scenario", "BASE", "--policy", str(folder / "weekly.yaml"),
         "--out", str(home / "out"), "--quiet")  # fmt: skip
    summary = json.loads((home / "out" / "summary.json").read_text("utf-8"))
    return summary, summary["seconds"]


def _through_warehouse(folder: Path, _: Path) -> tuple[dict, dict[str, float]]:
    policy = str(folder / "weekly.yaml")
    begin = time.perf_counter()
    _sop("init", "--from", str(folder))
    loaded = time.perf_counter() - begin
    plan = json.loads(_sop("plan", "BASE", "--policy", policy, "--json"))["plans"][0]
    return plan["summary"], {"load": loaded, **_longest_steps(plan["run_id"])}


def _through_emulator(folder: Path, home: Path) -> tuple[dict, dict[str, float]]:
    with running_emulator() as emulator:
        database = emulator.new_database()
        with pointed_at(emulator.environment(database)):
            return _through_warehouse(folder, home)


def _longest_steps(run: str) -> dict[str, float]:
    """Seconds of each step of a run that took one or more, the longest first."""
    with DagsterInstance.get() as instance:
        steps = instance.get_run_step_stats(run)
    took = {
        step.step_key: step.end_time - step.start_time
        for step in steps
        if step.start_time is not None and step.end_time is not None
    }
    longest = sorted(took.items(), key=lambda step: step[1], reverse=True)
    return {name: seconds for name, seconds in longest if seconds >= 1.0}


def _sop(*arguments: str) -> str:
    command = [sys.executable, "-m", "sop_pipeline.cli", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
