"""A hedge by other means: every future's programme, builds of the first periods in common.

Written from the mathematics alone; shares no code with the planner.
"""

from __future__ import annotations

from typing import Any

from sop_pipeline.planning.futures.inputs import HedgeInputs
from sop_pipeline.planning.policy import Policy
from sop_pipeline_tests.planning.independent import Company
from sop_pipeline_tests.planning.independent_programme import programme_of
from sop_pipeline_tests.planning.stated_programme import Programme


class HedgedCompany:
    """What a hedge costs, and what stands beside it."""

    def __init__(self, hedge: HedgeInputs, policy: Policy) -> None:
        self.policy = policy
        self.weights = [member.probability for member in hedge.members]
        self.mean = Company(hedge.mean, policy)
        self.futures = [Company(member.inputs, policy) for member in hedge.members]
        self.mean.products = sorted({p for future in self.futures for p in future.products})
        for future in self.futures:
            future.products = self.mean.products
            future.opening = self.mean.opening  # type: ignore[method-assign]
        self.committed = self._committed()
        self._stated: dict[Company, Programme] = {}

    def _committed(self) -> int:
        """Periods that begin on or before the day, else those before the quarter of most demand."""
        first = self.futures[0]
        until = self.policy.commit_until
        if until is not None:
            return sum(first.start(t).date() <= until for t in range(first.T))
        runs: list[tuple[int, float]] = []
        before = None
        for t in range(first.T):
            if not runs or _quarter(first, t) != before:
                runs.append((t, 0.0))
            before = _quarter(first, t)
            start, total = runs[-1]
            runs[-1] = (start, total + self._expected_demand(t))
        return max(runs, key=lambda run: (run[1], -run[0]))[0]

    def _expected_demand(self, t: int) -> float:
        return sum(
            weight * future.demand(p, s, t)
            for weight, future in zip(self.weights, self.futures, strict=True)
            for p in future.products
            for s in future.warehouses
        )

    def own_best(self) -> list[float | None]:
        """What each future costs for itself; None where it has no plan."""
        return [self._alone(future).solve() for future in self.futures]

    def objective(self, risk_weight: float = 0.0, risk_level: float = 0.0) -> float | None:
        """(1 - weight) x expected cost + weight x mean of the costliest; None without a plan."""
        return self._joined(self.futures, self.weights, risk_weight, risk_level).solve()

    def mean_plan_cost(self) -> float | None:
        """Expected cost of the best build among those that are cheapest for mean demand."""
        mean = self._alone(self.mean)
        least = mean.solve()
        if least is None:
            return None
        joint = self._joined([*self.futures, self.mean], [*self.weights, 0.0], 0.0, 0.0)
        last = len(self.futures)
        row: dict[int, float] = {}
        for name, column in mean.columns.items():
            row[joint.columns[self._name(last, name)]] = mean.cost[column]
        joint.less.append((row, least + 1e-9 * max(1.0, abs(least))))
        return joint.solve()

    def _alone(self, future: Company) -> Programme:
        """A future's programme, stated once."""
        if future not in self._stated:
            self._stated[future] = programme_of(future)
        return self._stated[future]

    def _name(self, future: int, name: tuple[Any, ...]) -> tuple[Any, ...]:
        """Builds of the first periods have one name in all futures."""
        is_common = name[0] == "x" and name[3] < self.committed
        return name if is_common else (future, *name)

    def _joined(
        self, futures: list[Company], weights: list[float], risk_weight: float, risk_level: float
    ) -> Programme:
        joint = Programme()
        costs: list[dict[int, float]] = []
        for number, (future, weight) in enumerate(zip(futures, weights, strict=True)):
            own = self._alone(future)
            place: dict[int, int] = {}
            for name, column in own.columns.items():
                joint_name = self._name(number, name)
                if joint_name not in joint.columns:
                    joint.var(*joint_name, most=own.most[column])
                place[column] = joint.columns[joint_name]
                joint.cost[place[column]] += (1 - risk_weight) * weight * own.cost[column]
            joint.equal += [({place[c]: v for c, v in row.items()}, b) for row, b in own.equal]
            joint.less += [({place[c]: v for c, v in row.items()}, b) for row, b in own.less]
            costs.append({place[c]: cost for c, cost in enumerate(own.cost)})
        if risk_weight:
            eta = joint.var("eta", cost=risk_weight)
            for number, (row, weight) in enumerate(zip(costs, weights, strict=True)):
                above = joint.var("above", number, cost=risk_weight * weight / (1 - risk_level))
                joint.less.append(({**row, eta: -1.0, above: -1.0}, 0.0))
        return joint


def _quarter(company: Company, t: int) -> str:
    if company.rows["fiscal_calendar"]:
        ordered = sorted(company.rows["fiscal_calendar"], key=lambda row: row["START_DATE"])
        return str(ordered[company.periods[t] - 1]["FISCAL_QUARTER"])
    rows = [
        row
        for row in company.rows["demand_forecasts"]
        if company.period(row["FORECAST_DATE"]) == company.periods[t]
    ]
    return str(min(rows, key=lambda row: row["FORECAST_DATE"])["FISCAL_QUARTER"])
