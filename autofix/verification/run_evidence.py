"""What the run that proves a plan says for and against it, beside what was stated of its edits.

It judges traces that others made; it runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from autofix.records.costs import Counted, Evidence
from autofix.records.trace import Check, Trace
from autofix.verification import mixed_dimensions, side_effects, triangular_masks
from autofix.verification.checks import failures, loses_rows

# How many further places that ran before the fault and have other sizes after it count at most.
MOST_REACHED = 4


def of_run(original: Trace, trace: Trace, checks: tuple[Check, ...], steps: int, left: int) -> Iterable[Counted]:
    """Return the evidence of a run, for a plan of so many steps that leaves so many faults."""
    further = len(side_effects.affected_places(original, trace)) - steps if original.failure is not None else 0
    return (
        Evidence.REACHES * min(max(further, 0), MOST_REACHED),
        Evidence.FAULT_LEFT * left,
        Evidence.AGAINST * (bool(triangular_masks.misaligned(trace)) + loses_rows(original, trace, checks)),
        Evidence.DISAGREES * mixed_dimensions.mixes(original, trace),
        failures(checks),
    )
