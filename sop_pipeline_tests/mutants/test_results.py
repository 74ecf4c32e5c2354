"""Survivors are named by file, line and change, and those explained are told apart."""

from __future__ import annotations

from sop_pipeline_tests.mutants.results import Mutant, explained, read_diff, table

SOURCE = '''"""A module."""


class Sum:
    def of(self, a: int) -> int:
        """Doc."""
        twice = 2 * a
        return twice + 1
'''
SHOWN = """# sop_pipeline.planning.sums.xǁSumǁof__mutmut_2: survived
--- sop_pipeline/planning/sums.py
+++ sop_pipeline/planning/sums.py
@@ -1,4 +1,4 @@
 def of(self, a: int) -> int:
     \"\"\"Doc.\"\"\"
-    twice = 2 * a
+    twice = 2 / a
     return twice + 1
"""
MUTANT = Mutant("sop_pipeline.planning.sums.xǁSumǁof__mutmut_2", "planning/sums", 0)


def test_a_survivor_is_named_by_file_line_and_change() -> None:
    found = read_diff(SHOWN, MUTANT, SOURCE)
    assert str(found).splitlines() == [
        "sop_pipeline/planning/sums.py:7",
        "  - twice = 2 * a",
        "  + twice = 2 / a",
    ]


def test_what_is_explained_does_not_count_as_survived() -> None:
    found = read_diff(SHOWN, MUTANT, SOURCE)
    killed = Mutant("sop_pipeline.planning.sums.xǁSumǁof__mutmut_1", "planning/sums", 1)
    heads, row, _ = table([killed, MUTANT], [found], {}).splitlines()
    assert heads.split() == ["module", "tried", "killed", "timed", "out", "equivalent", "survived"]
    assert row.split() == ["planning/sums", "2", "1", "0", "0", "1"]
    told = table([killed, MUTANT], [found], {found.change: "because"})
    assert told.splitlines()[1].split() == ["planning/sums", "2", "1", "0", "1", "0"]


def test_every_explained_change_has_a_reason() -> None:
    assert all(explained().values())
