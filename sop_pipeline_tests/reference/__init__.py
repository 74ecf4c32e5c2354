"""A company small enough to solve by other means that touches every rule of a network plan.

Two plants and two warehouses with a lane between them, lead times, a routing of two operations,
one that begins later and one that ends, a product without a routing, tiers with and without a
limit, contracts of a zone, of the rest of a site and of dates, balances of several days, receipts.
"""

from __future__ import annotations

from pathlib import Path

COMPANY = Path(__file__).parent / "company"
FISCAL_CALENDAR = Path(__file__).parent / "fiscal_calendar.csv"
"""A 4-4-5 year, for the company planned in fiscal periods."""
