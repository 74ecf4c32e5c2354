"""Contract rates of the warehouses: which row speaks for which zone in which period.

Belongs here: the means over zones and periods, for whoever needs a rate of a site.
Does not belong here: what the rates are used for (`storage`, `stock`, `lanes`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_pipeline.planning.arrays import Booleans, Floats, Integers
from sop_pipeline.planning.preparation.lookup import index_of, numbers, scatter

NOBODY = -1


@dataclass(frozen=True)
class Contracts:
    """The contract rows of some sites, by the zone each speaks for.

    A row without a zone speaks for the rest of its site: the zones that have no row of their own
    in the period. A site without zones counts as one zone without pallet positions.

    Attributes:
        rows: Rows of `logistics_costs`, (N,).
        row_site: Index of the site of each row, (N,).
        speaks_for: Index of the zone each row speaks for, Z + index of its site for the rest of
            that site, -1 where it speaks for no zone of its site, (N,).
        holds: Whether each row holds in each period, (N, T).
        zone_site: Index of the site each zone is at, (Z,).
        zone_positions: Pallet positions of each zone, (Z,).
        sites: Number of sites, S.
    """

    rows: pd.DataFrame
    row_site: Integers
    speaks_for: Integers
    holds: Booleans
    zone_site: Integers
    zone_positions: Floats
    sites: int

    @classmethod
    def of_sites(
        cls, sites: Integers, zones: pd.DataFrame, rows: pd.DataFrame, holds: Booleans
    ) -> Contracts:
        """Gather the contracts of some sites.

        Args:
            sites: SITE_ID of each site, ascending, (S,).
            zones: Rows of `warehouse_capacity`, of these sites and others.
            rows: Rows of `logistics_costs`, of these sites and others.
            holds: Whether each of the rows holds in each period, (rows, T).
        """
        own = index_of(sites, rows["SITE_ID"]) >= 0
        rows, holds = rows[own], holds[own]
        zones = zones[index_of(sites, zones["SITE_ID"]) >= 0].sort_values("WAREHOUSE_ZONE_ID")
        zone_site = index_of(sites, zones["SITE_ID"])
        bare = np.setdiff1d(np.arange(len(sites)), zone_site)
        all_zones = len(zone_site) + len(bare)
        site = index_of(sites, rows["SITE_ID"])
        zone = index_of(
            zones["WAREHOUSE_ZONE_ID"].to_numpy(np.int64), rows["WAREHOUSE_ZONE_ID"].fillna(NOBODY)
        )
        at_its_site = (zone >= 0) & (zone_site[zone] == site if len(zone_site) else False)
        named = rows["WAREHOUSE_ZONE_ID"].notna().to_numpy()
        return cls(
            rows=rows,
            row_site=site,
            speaks_for=np.where(named, np.where(at_its_site, zone, NOBODY), all_zones + site),
            holds=holds,
            zone_site=np.concatenate([zone_site, bare]),
            zone_positions=np.concatenate(
                [numbers(zones["MAX_CAPACITY_PALLETS"]), np.zeros(len(bare))]
            ),
            sites=len(sites),
        )

    @property
    def misplaced(self) -> pd.DataFrame:
        """Rows that name a zone which is none of their site's."""
        return self.rows.iloc[np.flatnonzero(self.speaks_for == NOBODY)]

    @property
    def covered(self) -> Booleans:
        """Whether any row of the site holds in the period, (S, T)."""
        return self._of_sites(np.ones(len(self.rows))) > 0

    def rates(self, column: str) -> Floats:
        """The sites' rates: means over their zones, weighted by pallet positions, (S, T).

        A zone's rate is the mean of its own rows, else of those for the rest of its site; a zone
        without either takes no part. Where no zone with a rate has positions the mean is plain. A
        period without any row takes the rate of the nearest earlier one, else of the next one; nan
        where the site has no row at all.
        """
        return carried(self._of_sites(numbers(self.rows[column])))

    def plain_means(self, column: str) -> Floats:
        """Means over all rows of each site, whatever they speak for; gaps as in `rates`, (S, T)."""
        return carried(self._means(self.row_site, self.sites, numbers(self.rows[column])))

    def _of_sites(self, values: Floats) -> Floats:
        """Mean per site and period of a figure of the rows; nan where no row holds, (S, T)."""
        zones = len(self.zone_site)
        means = self._means(self.speaks_for, zones + self.sites, values)
        own, rest = means[:zones], means[zones:][self.zone_site]
        rate = np.where(np.isnan(own), rest, own)
        rated = ~np.isnan(rate)
        weight = rated * self.zone_positions[:, None]
        shape = (self.sites, rate.shape[1])
        at = (self.zone_site,)
        rate = np.nan_to_num(rate)
        with np.errstate(invalid="ignore", divide="ignore"):
            plain = scatter(shape, at, rate) / scatter(shape, at, rated.astype(np.float64))
            weighted = scatter(shape, at, weight * rate) / scatter(shape, at, weight)
        return np.where(np.isnan(weighted), plain, weighted)

    def _means(self, group: Integers, groups: int, values: Floats) -> Floats:
        """Plain mean of the rows of each group that hold; nan where none does, (groups, T)."""
        counted = self.speaks_for != NOBODY
        shape, at = (groups, self.holds.shape[1]), (group[counted],)
        held = self.holds[counted].astype(np.float64)
        with np.errstate(invalid="ignore"):
            return scatter(shape, at, held * values[counted, None]) / scatter(shape, at, held)


def carried(rates: Floats) -> Floats:
    """Rates with each gap filled from the nearest earlier period, else from the next one."""
    return pd.DataFrame(rates.T).ffill().bfill().to_numpy(np.float64).T
