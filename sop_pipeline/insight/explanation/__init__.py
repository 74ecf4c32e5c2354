"""Why a plan is so, in sentences over solved facts.

What limits it and when, what is built ahead and what would be done instead, what a unit of each
scarce resource is worth, what is short and what would mend it. What would be otherwise is solved
for, not argued: `planning.counterfactuals`.
Does not belong here: names, and how figures are worded (`report.explanation`).
"""

from __future__ import annotations

from sop_pipeline.insight.comparison import Tables
from sop_pipeline.insight.explanation.decided import tell_decisions
from sop_pipeline.insight.explanation.facts import Explanation, Fact, Sentence, Telling
from sop_pipeline.insight.explanation.headline import tell_difference, tell_headline
from sop_pipeline.insight.explanation.prebuild import tell_prebuild
from sop_pipeline.insight.explanation.resources import tell_capacity, tell_storage
from sop_pipeline.insight.explanation.shortage import tell_shortage
from sop_pipeline.insight.explanation.situation import Scope, Situation

_FIRST = ("headline", "comparison")


def explain(
    code: str,
    tables: Tables,
    situation: Situation | None,
    against: tuple[str, Tables] | None = None,
) -> Explanation:
    """Explain a plan.

    Args:
        code: Its scenario.
        tables: Its result tables by name.
        situation: The plan with its problem; None where its inputs are not known any more, and
            only its own figures can be told.
        against: Code and tables of a plan to tell the difference from.

    Raises:
        PlanNotCertified: What would be done instead could not be proved the cheapest.
    """
    telling = Telling()
    if situation is None or situation.scope.is_all:
        tell_headline(code, tables, telling)
    if against is not None:
        tell_difference((against[0], code), (against[1], tables), telling)
    if situation is not None:
        for tell in (tell_prebuild, tell_capacity, tell_storage, tell_shortage, tell_decisions):
            tell(situation, telling)
    order = sorted(telling.sentences, key=lambda one: (one.subject not in _FIRST, -one.weight))
    return Explanation(tuple(order), telling.tables)


__all__ = ["Explanation", "Fact", "Scope", "Sentence", "Situation", "explain"]
