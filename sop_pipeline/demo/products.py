"""What Larkenfell Toyworks makes: six families of large wooden toys, ten toys each.

Belongs here: families, products, prices, pallets, safety stocks.
Does not belong here: how they are made (`factory`) or sold (`demand`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_pipeline.demo.horizon import stream, versioned

ROOT_CATEGORY_ID = 1


@dataclass(frozen=True)
class Family:
    """One family of toys.

    Attributes:
        id: Category, and the thousands of its products' ids.
        code: Prefix of its products' codes.
        name: Name of the family.
        noun: What one of its toys is called.
        toys: Names of its ten toys.
        monthly_units: Mean demand of a month, all toys and warehouses.
        seasons: Demand of January to December, as shares of the year in per cent.
        price: Cheapest and dearest list price (currency/unit).
        fabrication: Capacity a middling toy takes in fabrication (capacity units/unit).
        assembly: The same in assembly.
        units_per_pallet: Units on one pallet.
        safety_stock_ratio: Safety stock as a share of the next month's demand.
    """

    id: int
    code: str
    name: str
    noun: str
    toys: tuple[str, ...]
    monthly_units: int
    seasons: tuple[float, ...]
    price: tuple[float, float]
    fabrication: float
    assembly: float
    units_per_pallet: int
    safety_stock_ratio: float


FAMILIES: tuple[Family, ...] = (
    Family(
        id=2, code="RH", name="Rocking horses", noun="Rocking Horse",
        toys=("Bramble", "Chestnut", "Dapple", "Ember", "Fern",
              "Ginger", "Hazel", "Juniper", "Merry", "Old Tom"),
        monthly_units=2400,
        seasons=(5.0, 5.2, 6.0, 6.4, 6.6, 6.6, 6.8, 7.8, 9.6, 13.2, 15.2, 11.6),
        price=(180.0, 340.0), fabrication=1.5, assembly=1.6,
        units_per_pallet=6, safety_stock_ratio=0.10,
    ),
    Family(
        id=3, code="SL", name="Sledges", noun="Sledge",
        toys=("Alder", "Blizzard", "Comet", "Drift", "Eider",
              "Frostwing", "Glide", "Hoar", "Icicle", "Kestrel"),
        monthly_units=4300,
        seasons=(8.6, 6.6, 5.0, 4.6, 4.8, 5.2, 6.0, 7.8, 10.2, 13.6, 15.2, 12.4),
        price=(70.0, 150.0), fabrication=0.8, assembly=0.6,
        units_per_pallet=14, safety_stock_ratio=0.15,
    ),
    Family(
        id=4, code="DH", name="Dolls' houses", noun="Dolls' House",
        toys=("Applegarth", "Beacon", "Cowslip", "Dovecote", "Elderberry",
              "Foxglove", "Gable", "Hollyhock", "Ivy", "Lavender"),
        monthly_units=3300,
        seasons=(5.2, 5.6, 6.2, 6.6, 6.8, 6.8, 6.8, 7.6, 9.4, 12.8, 14.6, 11.6),
        price=(120.0, 290.0), fabrication=1.2, assembly=1.5,
        units_per_pallet=8, safety_stock_ratio=0.15,
    ),
    Family(
        id=5, code="PT", name="Puppet theatres", noun="Puppet Theatre",
        toys=("Arlecchino", "Baroque", "Curtain", "Dragon", "Encore",
              "Fool", "Gypsum", "Harlequin", "Jester", "Lantern"),
        monthly_units=3300,
        seasons=(5.6, 6.2, 6.6, 6.8, 6.8, 6.8, 6.8, 7.6, 9.2, 12.2, 14.0, 11.4),
        price=(80.0, 170.0), fabrication=0.9, assembly=1.1,
        units_per_pallet=10, safety_stock_ratio=0.15,
    ),
    Family(
        id=6, code="TS", name="Train sets", noun="Train Set",
        toys=("Ashdown", "Branch Line", "Crossing", "Depot", "Express",
              "Footplate", "Goods Yard", "Halt", "Junction", "Level"),
        monthly_units=6900,
        seasons=(5.8, 6.0, 6.4, 6.8, 7.0, 7.0, 7.2, 7.8, 9.2, 12.0, 13.8, 11.0),
        price=(60.0, 160.0), fabrication=0.8, assembly=0.8,
        units_per_pallet=20, safety_stock_ratio=0.20,
    ),
    Family(
        id=7, code="TP", name="Toy pianos", noun="Toy Piano",
        toys=("Adagio", "Berceuse", "Caprice", "Duet", "Etude",
              "Fugue", "Gavotte", "Humoresque", "Impromptu", "Largo"),
        monthly_units=3800,
        seasons=(5.6, 6.0, 6.6, 7.0, 7.0, 7.0, 7.0, 7.8, 9.2, 12.0, 13.6, 11.2),
        price=(90.0, 220.0), fabrication=1.1, assembly=1.2,
        units_per_pallet=12, safety_stock_ratio=0.15,
    ),
)  # fmt: skip


def catalogue(seed: int) -> pd.DataFrame:
    """Every current product with its family and what the other tables derive from it.

    Returns:
        60 rows: the identifying and price columns of PRODUCT, and FAMILY (code), NUMBER (1 to 10
        within the family), SIZE (share of the family's middling toy: capacity, price), and
        POPULARITY (share of the family's demand).
    """
    rng = stream(seed, "products")
    families = pd.DataFrame(
        [
            {
                "PRODUCT_ID": family.id * 1000 + number,
                "PRODUCT_CODE": f"{family.code}-{number:02d}",
                "PRODUCT_NAME": f"{toy} {family.noun}",
                "PRODUCT_CATEGORY_ID": family.id,
                "FAMILY": family.code,
                "NUMBER": number,
                "LOWEST": family.price[0],
                "HIGHEST": family.price[1],
            }
            for family in FAMILIES
            for number, toy in enumerate(family.toys, start=1)
        ]
    )
    luxury = rng.uniform(0, 1, len(families))
    weight = rng.uniform(0.6, 1.4, len(families))
    price = np.floor(families["LOWEST"] + luxury * (families["HIGHEST"] - families["LOWEST"]))
    return families.drop(columns=["LOWEST", "HIGHEST"]).assign(
        UNIT_PRICE=price + 0.5,
        UNIT_COST=(price * rng.uniform(0.48, 0.55, len(families))).round(2),
        SIZE=0.9 + 0.2 * luxury,
        POPULARITY=weight / pd.Series(weight).groupby(families["FAMILY"]).transform("sum"),
    )


def product_table(products: pd.DataFrame) -> pd.DataFrame:
    """PRODUCT: the catalogue, and two toys that earlier editions made under their own numbers."""
    current = products.assign(
        PRODUCT_DESCRIPTION_SHORT="Hand-finished beech, " + products["PRODUCT_NAME"].str.lower(),
        PRODUCT_TYPE="FINISHED_GOOD",
        PRODUCT_STATUS="ACTIVE",
    )
    replaced = current[current["PRODUCT_CODE"].isin(["RH-03", "TS-05"])]
    superseded = replaced.assign(
        PRODUCT_ID=replaced["PRODUCT_ID"] + 90,
        PRODUCT_CODE=replaced["PRODUCT_CODE"] + "-OLD",
        PRODUCT_NAME=replaced["PRODUCT_NAME"] + ", first edition",
        PRODUCT_STATUS="DISCONTINUED",
        UNIT_PRICE=replaced["UNIT_PRICE"] - 10,
    )
    return versioned(current, superseded)


def category_table() -> pd.DataFrame:
    """PRODUCT_CATEGORY: all toys, and the families under them."""
    root = {
        "PRODUCT_CATEGORY_ID": ROOT_CATEGORY_ID,
        "PRODUCT_CATEGORY_CODE": "ALL",
        "CATEGORY_NAME": "All toys",
        "CATEGORY_DESCRIPTION": "Everything Larkenfell Toyworks makes",
        "CATEGORY_LEVEL": 1,
    }
    families = [
        {
            "PRODUCT_CATEGORY_ID": family.id,
            "PRODUCT_CATEGORY_CODE": family.code,
            "CATEGORY_NAME": family.name,
            "CATEGORY_DESCRIPTION": f"{family.name}, {family.units_per_pallet} to a pallet",
            "PARENT_CATEGORY_ID": ROOT_CATEGORY_ID,
            "CATEGORY_LEVEL": 2,
        }
        for family in FAMILIES
    ]
    table = pd.DataFrame([root, *families])
    return versioned(table.astype({"PARENT_CATEGORY_ID": "Int64"}))


def storage_table(products: pd.DataFrame) -> pd.DataFrame:
    """PRODUCT_STORAGE: pallets and safety stock, by family."""
    by_code = {family.code: family for family in FAMILIES}
    families = [by_code[code] for code in products["FAMILY"]]
    table = pd.DataFrame(
        {
            "PRODUCT_ID": products["PRODUCT_ID"],
            "UNITS_PER_PALLET": [family.units_per_pallet for family in families],
            "SAFETY_STOCK_RATIO": [family.safety_stock_ratio for family in families],
        }
    )
    return versioned(table)
