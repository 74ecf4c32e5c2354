"""Running the rules of the input tables: of one, as its asset does, or of all."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sop_pipeline.errors import Fault, InputRefused
from sop_pipeline.validation.row_codes import with_codes
from sop_pipeline.validation.rule import InputRule, RuleResult
from sop_pipeline.validation.rules import RULES
from sop_pipeline.validation.scenario_inputs import DEMAND, MEMBERS, ScenarioInputs


@dataclass(frozen=True)
class CheckedInputs:
    """What the checks of one scenario found.

    Attributes:
        faults: What stops its plan.
        warnings: What its reader must know of.
        rules_run: Number of rules that ran.
    """

    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    rules_run: int


def check_inputs(inputs: ScenarioInputs) -> CheckedInputs:
    """Run every rule of every input table."""
    results = [result for table in RULES for result in check_table(table, inputs)]
    return CheckedInputs(
        faults=tuple(dict.fromkeys(fault for r in results if r.blocks for fault in r.faults)),
        warnings=tuple(fault for r in results if not r.blocks for fault in r.faults),
        rules_run=len(results),
    )


def check_table(table: str, inputs: ScenarioInputs) -> list[RuleResult]:
    """Run a table's rules; a table that cannot be read fails its schema rule.

    Args:
        table: Name of the input table.
        inputs: The scenario's inputs, at least what these rules read (`rules.read_by`).
    """
    rules = RULES[table]
    if table in inputs.unreadable:
        return [RuleResult(rules[0], inputs.unreadable[table])]
    found = ((rule, _found(rule, inputs)) for rule in rules)
    return [
        RuleResult(rule, tuple(with_codes(one, inputs) for one in faults)) for rule, faults in found
    ]


def _found(rule: InputRule, inputs: ScenarioInputs) -> tuple[Fault, ...]:
    """What a rule finds; where it looks at another table that cannot be read, that."""
    try:
        if inputs.scenario.is_hedge and _looks_at_demand(rule):
            return _of_members(rule, inputs)
        return tuple(rule.find(inputs))
    except InputRefused as refused:
        return refused.faults if rule.severity == "blocking" else ()


def _looks_at_demand(rule: InputRule) -> bool:
    """Whether a rule is about what each member of a hedge has of its own; one may be about all."""
    return rule.table != MEMBERS and not {rule.table, *rule.reads}.isdisjoint(DEMAND)


def _of_members(rule: InputRule, inputs: ScenarioInputs) -> tuple[Fault, ...]:
    """What a rule finds of each member; what it finds alike of all is told once."""
    found = {one.scenario.code: tuple(rule.find(one)) for one in inputs.futures}
    if len(set(found.values())) == 1:
        return next(iter(found.values()))
    return tuple(_named(code, fault) for code, faults in found.items() for fault in faults)


def _named(code: str, fault: Fault) -> Fault:
    """The fault with the member it was found of."""
    sentence = fault.sentence and f"{code}: {fault.sentence}"
    return replace(fault, got=f"{code}: {fault.got}", sentence=sentence)
