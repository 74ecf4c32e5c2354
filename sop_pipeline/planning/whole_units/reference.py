"""The linear programme's plan, as the whole-unit plan follows it.

Belongs here: its values by family, and which flow joins what.
"""

from __future__ import annotations

from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import arrival_period
from sop_pipeline.planning.problem import Floats, Problem


class Reference:
    """A plan in fractions.

    Attributes:
        problem: The problem it solves.
        lp: The programme it satisfies.
        build: Units built, (R, T).
        shipment: Units leaving on each flow, (Y, T).
        stock: Units at the end of the period, (P, S, T).
        backorder: Units late, zeros where the policy allows none, (P, S, T).
        lost_sales: Units lost, likewise, (P, S, T).
        arrival: Period each shipment arrives in, (Y, T).
        product: Product of each flow, (Y,).
        plant: Plant it leaves, -1 for none, (Y,).
        origin: Warehouse it leaves, -1 for none, (Y,).
        destination: Warehouse it reaches, (Y,).
    """

    def __init__(self, problem: Problem, lp: LinearProgram, primal: Floats) -> None:
        """Read the plan out of a solution vector."""
        lanes = problem.lanes
        self.problem, self.lp = problem, lp
        self.build = lp.values("build", primal)
        self.shipment = lp.values("shipment", primal)
        self.stock = lp.values("stock", primal)
        self.backorder = lp.values("backorder", primal)
        self.lost_sales = lp.values("lost_sales", primal)
        self.arrival = arrival_period(problem)
        self.product = lanes.flow_product
        self.plant = lanes.from_plant[lanes.flow_lane]
        self.origin = lanes.from_warehouse[lanes.flow_lane]
        self.destination = lanes.to_warehouse[lanes.flow_lane]
