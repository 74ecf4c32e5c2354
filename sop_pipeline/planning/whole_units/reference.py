"""The plan in fractions, as the whole-unit plan follows it.

Belongs here: its quantities, and which flow joins what.
"""

from __future__ import annotations

from sop_pipeline.planning.ages import scrapped
from sop_pipeline.planning.index_sets import arrival_period
from sop_pipeline.planning.problem import Problem, Quantities


class Reference:
    """A plan in fractions.

    Attributes:
        problem: The problem it solves.
        quantities: Its quantities by variable family.
        build: Units built, (R, T).
        shipment: Units leaving on each flow, (Y, T).
        stock: Units at the end of the period, (P, S, T).
        backorder: Units late, zeros where the policy allows none, (P, S, T).
        lost_sales: Units lost, likewise, (P, S, T).
        scrapped: Units thrown away, zeros for what keeps, (P, S, T).
        arrival: Period each shipment arrives in, (Y, T).
        product: Product of each flow, (Y,).
        origin: Warehouse it leaves, -1 for none, (Y,).
        destination: Warehouse it reaches, (Y,).
    """

    def __init__(self, problem: Problem, quantities: Quantities) -> None:
        """Read what is followed out of a plan."""
        lanes = problem.lanes
        self.problem, self.quantities = problem, quantities
        self.build = quantities["build"]
        self.shipment = quantities["shipment"]
        self.stock = quantities["stock"]
        self.backorder = quantities["backorder"]
        self.lost_sales = quantities["lost_sales"]
        self.scrapped = scrapped(problem, quantities["scrap"])
        self.arrival = arrival_period(problem)
        self.product = lanes.flow_product
        self.origin = lanes.from_warehouse[lanes.flow_lane]
        self.destination = lanes.to_warehouse[lanes.flow_lane]
