"""Where Larkenfell Toyworks works: plants, warehouses and their zones, contracts, lanes.

Belongs here: places, pallet positions, storage rates, transport.
Does not belong here: what happens inside a plant (`factory`).
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sop_pipeline.demo.horizon import stream, versioned

COUNTRY = "Merrowland"
CENTRAL_SITE_ID = 50
"""The central warehouse: it keeps every toy."""


@dataclass(frozen=True)
class Plant:
    """A plant: its id, code, town, region, and nominal output (units/month)."""

    id: int
    code: str
    town: str
    region: str
    monthly_units: int


@dataclass(frozen=True)
class Zone:
    """A zone of a warehouse: name, kind, and pallet positions."""

    name: str
    kind: str
    pallets: int


@dataclass(frozen=True)
class Store:
    """A warehouse and its contract.

    Attributes:
        id: Site; its zones are numbered from ten times that.
        code: Code of the site.
        town: Town, also its name.
        region: Sales region it serves.
        demand_share: Share of the company's demand in that region.
        trade_discount: Share of the list price that the region's dealers keep.
        zones: Its zones.
        provider: Logistics provider.
        storage_rate: Storage (currency/pallet/day) in the first contract year.
        threshold_pct: Share of the positions above which the overflow penalty is due.
    """

    id: int
    code: str
    town: str
    region: str
    demand_share: float
    trade_discount: float
    zones: tuple[Zone, ...]
    provider: str
    storage_rate: float
    threshold_pct: float


PLANTS: tuple[Plant, ...] = (
    Plant(10, "PL-LARK", "Larkenfell", "North", 10_000),
    Plant(20, "PL-BRIN", "Brindle Hollow", "Midlands", 9_700),
    Plant(30, "PL-QUIL", "Quillhaven", "South", 15_600),
)

WAREHOUSES: tuple[Store, ...] = (
    Store(
        40, "WH-OTTE", "Otterwick", "North", 0.22, 0.06,
        (Zone("Long Hall", "STANDARD", 420), Zone("High Bay", "HIGH_BAY", 380),
         Zone("Yard Dock", "STAGING", 100)),
        "Otter & Daughters Storage", 0.52, 88,
    ),
    Store(
        50, "WH-HEAR", "Hearthmoor", "Midlands", 0.30, 0.05,
        (Zone("East Hall", "STANDARD", 420), Zone("West Hall", "STANDARD", 380),
         Zone("High Bay", "HIGH_BAY", 440), Zone("Cross Dock", "STAGING", 140)),
        "Hearthmoor Central Stores", 0.48, 90,
    ),
    Store(
        60, "WH-SALT", "Saltmere", "South", 0.20, 0.07,
        (Zone("Quay Shed", "STANDARD", 440), Zone("Drying Loft", "HIGH_VALUE", 280),
         Zone("Quay Dock", "STAGING", 80)),
        "Saltmere Harbour Company", 0.56, 87,
    ),
    Store(
        70, "WH-EAST", "Eastermill", "East", 0.16, 0.08,
        (Zone("Mill Floor", "STANDARD", 380), Zone("Granary", "STANDARD", 200)),
        "Miller's Storage Guild", 0.62, 85,
    ),
    Store(
        80, "WH-FARH", "Farholm", "Isles", 0.12, 0.09,
        (Zone("Boathouse", "STANDARD", 300), Zone("Net Loft", "HIGH_VALUE", 130),
         Zone("Pier", "STAGING", 50)),
        "Farholm Ferry & Freight", 0.68, 85,
    ),
)  # fmt: skip

# Cost (currency/unit) and transit (days) from each plant, in the order of PLANTS.
_LANES: dict[int, tuple[tuple[float, int], ...]] = {
    40: ((0.90, 1), (1.60, 2), (2.40, 3)),
    50: ((1.50, 2), (0.80, 1), (1.60, 2)),
    60: ((2.40, 3), (1.60, 2), (0.80, 1)),
    70: ((1.90, 2), (1.40, 2), (1.80, 2)),
    80: ((1.70, 20), (3.60, 4), (2.90, 3)),  # from Larkenfell by coal barge: cheap and slow
}
_FERRY = (50, 80, 1.30, 3)

_CONTRACTS: tuple[tuple[int, float], ...] = ((2026, 1.00), (2027, 1.04))
"""Contract years and what the rates of the first one are multiplied by."""

_CLOSED_STORE_ID = 90


def zone_list() -> pd.DataFrame:
    """Every current zone: WAREHOUSE_ZONE_ID, SITE_ID, SITE_CODE, and what `Zone` says of it."""
    return pd.DataFrame(
        [
            {
                "WAREHOUSE_ZONE_ID": warehouse.id * 10 + number,
                "SITE_ID": warehouse.id,
                "ZONE_CODE": f"{warehouse.code}-{number}",
                "ZONE_NAME": zone.name,
                "ZONE_TYPE": zone.kind,
                "MAX_CAPACITY_PALLETS": zone.pallets,
            }
            for warehouse in WAREHOUSES
            for number, zone in enumerate(warehouse.zones, start=1)
        ]
    )


def site_table() -> pd.DataFrame:
    """SITE: plants, warehouses, and a store that has been given up."""
    plants = [
        _site(plant.id, plant.code, plant.town, "PLANT", plant.region)
        | {"SITE_NAME": f"{plant.town} Works"}
        | {"CAPACITY_METRIC": plant.monthly_units, "CAPACITY_UNIT_OF_MEASURE": "UNITS_PER_MONTH"}
        for plant in PLANTS
    ]
    warehouses = [
        _site(house.id, house.code, house.town, "WAREHOUSE", house.region)
        | {"SITE_NAME": f"{house.town} Warehouse"}
        | {
            "CAPACITY_METRIC": sum(zone.pallets for zone in house.zones),
            "CAPACITY_UNIT_OF_MEASURE": "PALLETS",
        }
        for house in WAREHOUSES
    ]
    closed = _site(_CLOSED_STORE_ID, "WH-OLDM", "Otterwick", "WAREHOUSE", "North") | {
        "SITE_NAME": "Old Mill Store",
        "OPERATING_STATUS": "CLOSED",
        "CAPACITY_METRIC": 300,
        "CAPACITY_UNIT_OF_MEASURE": "PALLETS",
    }
    return versioned(pd.DataFrame([*plants, *warehouses]), pd.DataFrame([closed]))


def _site(site_id: int, code: str, town: str, kind: str, region: str) -> dict[str, object]:
    return {
        "SITE_ID": site_id,
        "SITE_CODE": code,
        "SITE_TYPE": kind,
        "REGION": region,
        "ADDRESS_LINE_1": f"{site_id} Spindle Lane",
        "CITY": town,
        "COUNTRY": COUNTRY,
        "OPERATING_STATUS": "ACTIVE",
    }


def zone_table(occupied: pd.Series) -> pd.DataFrame:
    """WAREHOUSE_ZONE: every zone with the pallets that occupy it.

    Args:
        occupied: Pallets by WAREHOUSE_ZONE_ID.
    """
    zones = zone_list()
    current = zones.assign(
        ZONE_TEMPERATURE_CONTROL=zones["ZONE_TYPE"].map(
            lambda kind: "CLIMATE_CONTROLLED" if kind == "HIGH_VALUE" else "AMBIENT"
        ),
        CURRENT_OCCUPANCY_PALLETS=zones["WAREHOUSE_ZONE_ID"].map(occupied),
    )
    closed = {
        "WAREHOUSE_ZONE_ID": _CLOSED_STORE_ID * 10 + 1,
        "SITE_ID": _CLOSED_STORE_ID,
        "ZONE_CODE": "WH-OLDM-1",
        "ZONE_NAME": "Mill Race",
        "ZONE_TYPE": "STANDARD",
        "ZONE_TEMPERATURE_CONTROL": "AMBIENT",
        "MAX_CAPACITY_PALLETS": 300,
        "CURRENT_OCCUPANCY_PALLETS": 0,
    }
    return versioned(current, pd.DataFrame([closed]))


def logistics_table(seed: int) -> pd.DataFrame:
    """LOGISTICS_COST_FACT: a row per zone and contract year, and last year's expired ones."""
    rng = stream(seed, "logistics")
    sites = pd.DataFrame(
        {
            "SITE_ID": house.id,
            "VENDOR_NAME": house.provider,
            "STORAGE": house.storage_rate,
            "OVERFLOW_PENALTY_THRESHOLD_PCT": house.threshold_pct,
        }
        for house in WAREHOUSES
    )
    zones = zone_list().merge(sites, on="SITE_ID")
    zones["STORAGE"] *= zones["ZONE_TYPE"].map(
        {"STANDARD": 1.0, "HIGH_BAY": 0.9, "HIGH_VALUE": 1.25, "STAGING": 1.1}
    )
    zones["HANDLING"] = rng.uniform(4.2, 5.8, len(zones))
    zones["TRANSPORT"] = rng.uniform(1.4, 2.2, len(zones))
    years = [_contract_year(zones, year, rate) for year, rate in _CONTRACTS]
    last = _contract_year(zones, 2025, 0.97)
    table = versioned(pd.concat(years), pd.concat([last, _closed_store_contract(last)]))
    return table.assign(LOGISTICS_COST_ID=range(1, len(table) + 1))


def _closed_store_contract(last: pd.DataFrame) -> pd.DataFrame:
    """What the closed store would have cost on, at the dearest zone's rates of last year."""
    dearest = last.nlargest(1, "STORAGE")
    return dearest.assign(
        SITE_ID=_CLOSED_STORE_ID,
        WAREHOUSE_ZONE_ID=_CLOSED_STORE_ID * 10 + 1,
        EXPIRY_DATE=pd.Timestamp(2027, 12, 31),
        CONTRACT_REFERENCE="WH-OLDM-2025",
    )


def _contract_year(zones: pd.DataFrame, year: int, rate: float) -> pd.DataFrame:
    return zones.assign(
        STORAGE_COST_PER_PALLET_PER_DAY=(zones["STORAGE"] * rate).round(3),
        TRANSPORT_COST_PER_UNIT=(zones["TRANSPORT"] * rate).round(2),
        HANDLING_COST_PER_PALLET=(zones["HANDLING"] * rate).round(2),
        OVERFLOW_PENALTY_RATE=(zones["STORAGE"] * rate * 2.5).round(2),
        EFFECTIVE_DATE=pd.Timestamp(year, 1, 1),
        EXPIRY_DATE=pd.Timestamp(year, 12, 31),
        CONTRACT_REFERENCE=zones["ZONE_CODE"].str[:7] + f"-{year}",
    )


def lane_table() -> pd.DataFrame:
    """TRANSPORT_LANE: every plant to every warehouse, and the ferry between two warehouses."""
    lanes = [
        (plant.id, warehouse_id, cost, days)
        for warehouse_id, by_plant in _LANES.items()
        for plant, (cost, days) in zip(PLANTS, by_plant, strict=True)
    ]
    columns = ["FROM_SITE_ID", "TO_SITE_ID", "TRANSPORT_COST_PER_UNIT", "LEAD_TIME_DAYS"]
    return versioned(pd.DataFrame([*lanes, _FERRY], columns=columns))
