"""All mutants can be tried bit by bit, and a sample is the same whatever else is asked for."""

from __future__ import annotations

from itertools import chain

from sop_pipeline_tests.mutants.choosing import BATCH, chosen, to_try
from sop_pipeline_tests.mutants.results import Mutant

MODULES = ("planning/sums", "planning/tables", "validation/rules")
KNOWN = [Mutant(f"{module}.x_f__mutmut_{i}", module, None) for module in MODULES for i in range(50)]


def test_a_sample_of_a_module_is_the_same_whatever_else_is_asked_for() -> None:
    both = chosen(KNOWN, ["planning/*"], 8, seed=1)
    assert [mutant.module for mutant in both] == ["planning/sums"] * 8 + ["planning/tables"] * 8
    assert chosen(KNOWN, ["planning/tables"], 8, seed=1) == both[8:]
    assert chosen(KNOWN, ["planning/tables"], 8, seed=2) != both[8:]
    assert chosen(KNOWN, ["*"], None, seed=1) == KNOWN


def test_what_has_a_verdict_is_not_tried_again_unless_survivors_are() -> None:
    untried, killed, survived = (Mutant(name, "planning/sums", code) for name, code in
                                 (("untried", None), ("killed", 1), ("survived", 0)))  # fmt: skip
    assert to_try([untried, killed, survived], again=False) == [("untried",)]
    assert to_try([untried, killed, survived], again=True) == [("untried", "survived")]


def test_no_command_line_names_more_than_a_batch() -> None:
    many = [Mutant(str(i), "planning/sums", None) for i in range(2 * BATCH + 1)]
    batches = to_try(many, again=False)
    assert [len(names) for names in batches] == [BATCH, BATCH, 1]
    assert list(chain(*batches)) == [mutant.name for mutant in many]
