"""What the matrix of a chain does, without the matrix: products with it, and its elimination.

Of chain c, B is the matrix of the stock balances and C that of the coupling rows, both over the
chain's lines; Theta is diagonal, the conductance of each column. Where a routing takes none of a
work centre and goods arrive after the horizon, nothing is added.
"""

from __future__ import annotations

from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.solvers.structured import ladder
from sop_pipeline.planning.solvers.structured.chains import Chains
from sop_pipeline.planning.solvers.structured.compiled import compiled


@compiled
def balances(chains: Chains, chain: int, values: Floats, into: Floats) -> None:
    """Add B values to into; values are the chain's lines, (lines, T), into is (T,)."""
    stock, periods = chains.stock[chain], len(into)
    for line in range(stock):
        for t in range(periods):
            into[t] += values[line, t]
    for t in range(periods):
        waits = values[stock, t] + values[stock + 1, t]
        if stock + 2 < len(values):
            waits -= values[stock + 2, t]
        into[t] -= waits
        if t + 1 < periods:
            into[t + 1] += waits


@compiled
def worth_in_balances(chains: Chains, chain: int, prices: Floats, into: Floats) -> None:
    """Add B' prices to into; prices are (T,), into is the chain's lines, (lines, T)."""
    stock, periods = chains.stock[chain], len(prices)
    for line in range(stock):
        for t in range(periods):
            into[line, t] += prices[t]
    for t in range(periods):
        kept = (prices[t + 1] if t + 1 < periods else 0.0) - prices[t]
        into[stock, t] += kept
        into[stock + 1, t] += kept
        if stock + 2 < len(into):
            into[stock + 2, t] -= kept


@compiled
def coupled(chains: Chains, chain: int, values: Floats, into: Floats) -> None:
    """Add C values to into; values are the chain's lines, (lines, T), into the coupling rows."""
    first, stock, periods = chains.path[chain], chains.stock[chain], values.shape[1]
    for line in range(chains.path[chain + 1] - first):
        lead = chains.lead[first + line]
        for use in range(chains.use[first + line], chains.use[first + line + 1]):
            operation = chains.operation[use]
            row, taken = into[chains.center[operation]], chains.capacity[operation]
            for t in range(periods - lead):
                row[t] += taken[t] * values[line, t + lead]
    row, pallets = into[chains.store[chain]], chains.pallets[chain]
    for t in range(periods):
        row[t] += pallets * (values[stock, t] + values[stock + 1, t])


@compiled
def worth_in_coupling(chains: Chains, chain: int, prices: Floats, into: Floats) -> None:
    """Add C' prices to into; prices are of the coupling rows, into is the chain's lines."""
    first, stock, periods = chains.path[chain], chains.stock[chain], into.shape[1]
    for line in range(chains.path[chain + 1] - first):
        lead = chains.lead[first + line]
        for use in range(chains.use[first + line], chains.use[first + line + 1]):
            operation = chains.operation[use]
            price, taken = prices[chains.center[operation]], chains.capacity[operation]
            for t in range(periods - lead):
                into[line, t + lead] += taken[t] * price[t]
    price, pallets = prices[chains.store[chain]], chains.pallets[chain]
    for t in range(periods):
        into[stock, t] += pallets * price[t]
        into[stock + 1, t] += pallets * price[t]


@compiled
def conduct(chains: Chains, chain: int, theta: Floats, ground: Floats, edge: Floats) -> None:
    """The ladder B Theta B' of a chain: what comes in grounds a period, what waits joins two."""
    stock = chains.stock[chain]
    for t in range(len(ground)):
        ground[t] = 0.0
        for line in range(stock):
            ground[t] += theta[line, t]
        edge[t] = 0.0
        for line in range(stock, len(theta)):
            edge[t] += theta[line, t]


@compiled
def price(chains: Chains, prices: Floats, coupling: Floats, cost: Floats, reduced: Floats) -> None:
    """What prices leave of the costs: cost - B' prices - C' coupling, of every chain's lines."""
    for chain in range(len(chains.store)):
        lines = slice(chains.line[chain], chains.line[chain + 1])
        left = reduced[lines]
        left[:] = 0.0
        worth_in_balances(chains, chain, prices[chain], left)
        worth_in_coupling(chains, chain, coupling, left)
        for line in range(len(left)):
            for t in range(left.shape[1]):
                left[line, t] = cost[lines.start + line, t] - left[line, t]


@compiled
def take(chains: Chains, values: Floats, balance: Floats, coupling: Floats) -> None:
    """Take what values come to off the rows: balance - B values, coupling - C values."""
    taken = balance[0] * 0.0
    used = coupling * 0.0
    for chain in range(len(chains.store)):
        lines = values[chains.line[chain] : chains.line[chain + 1]]
        taken[:] = 0.0
        balances(chains, chain, lines, taken)
        for t in range(len(taken)):
            balance[chain, t] -= taken[t]
        coupled(chains, chain, lines, used)
    for row in range(len(used)):
        for t in range(used.shape[1]):
            coupling[row, t] -= used[row, t]


@compiled
def most_lines(chains: Chains) -> int:
    """Lines of the chain that has most."""
    most = 0
    for chain in range(len(chains.store)):
        most = max(most, chains.line[chain + 1] - chains.line[chain])
    return most


@compiled
def forward(
    chains: Chains, theta: Floats, pivot: Floats, step: Floats, balance: Floats, coupling: Floats
) -> None:
    """Eliminate the chains from the right side of the normal equations.

    Args:
        chains: The chains.
        theta: Conductance of each line, (L, T).
        pivot: Pivots of the chains' ladders, (C, T).
        step: Step of each line so far, (L, T).
        balance: What the balances still miss without the step; then (B Theta B')^-1 of what they
            miss with it, (C, T).
        coupling: What is left for the coupling rows to close is added, (W + S, T).
    """
    periods = theta.shape[1]
    ground, edge, missed = theta[0] * 0.0, theta[0] * 0.0, theta[0] * 0.0
    used = coupling * 0.0
    room = theta[: most_lines(chains)] * 0.0
    for chain in range(len(chains.store)):
        lines = slice(chains.line[chain], chains.line[chain + 1])
        conducts, moved = theta[lines], step[lines]
        conduct(chains, chain, conducts, ground, edge)
        missed[:] = 0.0
        balances(chains, chain, moved, missed)
        for t in range(periods):
            balance[chain, t] -= missed[t]
        ladder.solve(edge, pivot[chain], balance[chain])
        moves = room[: len(moved)]
        moves[:] = 0.0
        worth_in_balances(chains, chain, balance[chain], moves)
        for line in range(len(moved)):
            for t in range(periods):
                moves[line, t] = moved[line, t] + conducts[line, t] * moves[line, t]
        coupled(chains, chain, moves, used)
    for row in range(len(used)):
        for t in range(periods):
            coupling[row, t] -= used[row, t]


@compiled
def backward(
    chains: Chains, theta: Floats, pivot: Floats, coupling: Floats, balance: Floats, step: Floats
) -> None:
    """Prices of the balances from those of the coupling rows, and the step they lead to.

    Args:
        chains: The chains.
        theta: Conductance of each line, (L, T).
        pivot: Pivots of the chains' ladders, (C, T).
        coupling: Change of the prices of the coupling rows, (W + S, T).
        balance: As `forward` leaves it; then the change of the prices of the balances, (C, T).
        step: Step of each line so far; Theta A' of these changes is added, (L, T).
    """
    periods = theta.shape[1]
    ground, edge, right = theta[0] * 0.0, theta[0] * 0.0, theta[0] * 0.0
    room = theta[: most_lines(chains)] * 0.0
    other = room * 0.0
    for chain in range(len(chains.store)):
        lines = slice(chains.line[chain], chains.line[chain + 1])
        conducts, moved = theta[lines], step[lines]
        worth, moves = room[: len(moved)], other[: len(moved)]
        conduct(chains, chain, conducts, ground, edge)
        worth[:] = 0.0
        worth_in_coupling(chains, chain, coupling, worth)
        for line in range(len(moved)):
            for t in range(periods):
                moves[line, t] = conducts[line, t] * worth[line, t]
        right[:] = 0.0
        balances(chains, chain, moves, right)
        ladder.solve(edge, pivot[chain], right)
        for t in range(periods):
            balance[chain, t] -= right[t]
        worth_in_balances(chains, chain, balance[chain], worth)
        for line in range(len(moved)):
            for t in range(periods):
                moved[line, t] += conducts[line, t] * worth[line, t]
