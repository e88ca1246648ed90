"""What a run shows that goes on past its fault: whether what comes after takes a result, and which faults wait there.

The original text is run with what the contract of the failing operator says that it would have given. It asks for runs
through a function that it is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice

from autofix.diagnosis import diagnose
from autofix.facts.contracts import bound
from autofix.facts.project_view import Project
from autofix.facts.replays import is_refused_since
from autofix.facts.stand_ins import stand_ins
from autofix.records.finding import Finding, Mismatch
from autofix.records.plan import Fix
from autofix.records.trace import Ending, Nested, Operation, Run, Trace

# How many results of the first fault are tried, how many further faults are told, and how long it may take.
_MOST_RESULTS = 2
_MOST_WAITING = 4
_MOST_SECONDS = 10.0

Results = tuple[tuple[int, Nested], ...]
Ask = Callable[[Run], Trace]
View = Callable[[Trace], Project]


@dataclass(frozen=True, slots=True)
class Outlook:
    """The run that came furthest past the first fault, and the faults that wait there, whatever the answer to it.

    ``failed`` is the operation of the first fault in the run that ended with it, ``project``; ``past`` is the other.
    """

    project: Project
    failed: Operation
    past: Project
    waiting: tuple[Finding, ...]

    def refuses(self, fix: Fix) -> bool:
        """Return whether what comes after the fault would not take the result of the failing call after a fix of it."""
        call = bound(self.project, self.failed)
        if fix.gives is None or call is None:
            return False
        index, shape = fix.gives
        result = call.with_shape(call.operands[index], shape).result()
        return result is not None and is_refused_since(self.past, self.past.trace.operations[self.failed.index], result)


def look(project: Project, finding: Finding, ask: Ask, view: View) -> Outlook | None:
    """Run past the fault that ``finding`` tells of; None where its contract does not say what it would have given."""
    failed = project.operation(finding)
    first = None if failed is None or finding.silent else _past(project, failed, (), ask)
    if failed is None or first is None:
        return None
    furthest = view(first.trace)
    return Outlook(project, failed, furthest, _waiting(furthest, first, ask, view))


@dataclass(frozen=True, slots=True)
class _Past:
    """A run past one or more faults; ``doubtful`` are those of them whose result could have been another one."""

    trace: Trace
    results: Results
    doubtful: frozenset[int]


def _past(project: Project, failed: Operation, results: Results, ask: Ask) -> _Past | None:
    """Return the run that comes furthest past a fault, of those with the results that it could have given."""
    runs = []
    for nested in islice(stand_ins(project, failed), _MOST_RESULTS):
        with_it = (*results, (failed.index, nested))
        trace = ask(Run(past=with_it))
        if _went_past(trace, failed):
            runs.append(_Past(trace, with_it, frozenset()))
    if not runs:
        return None
    best = max(runs, key=lambda run: _reached(run.trace))
    is_only = len(runs) == 1 or any(_reached(run.trace) < _reached(best.trace) for run in runs)
    return best if is_only else replace(best, doubtful=frozenset((failed.index,)))


def _reached(trace: Trace) -> tuple[bool, int]:
    return trace.ending is Ending.PASSED, len(trace.operations)


def _went_past(trace: Trace, failed: Operation) -> bool:
    """Return whether a run went on: another one may fail elsewhere, where chance decides what runs."""
    known = trace.operations[failed.index : failed.index + 1]
    return bool(known) and known[0].target == failed.target and known[0].result is not None


def _waiting(project: Project, past: _Past, ask: Ask, view: View) -> tuple[Finding, ...]:
    """Return the faults that a run ends in one after the other, where none follows from a result that may be wrong."""
    waiting: list[Finding] = []
    doubtful, seconds = past.doubtful, past.trace.seconds
    while project.trace.failure is not None and len(waiting) < _MOST_WAITING and seconds < _MOST_SECONDS:
        finding = diagnose(project)
        failed = None if finding is None else project.operation(finding)
        known = finding is not None and finding.mismatch is not Mismatch.OTHER
        if finding is None or failed is None or not known or _rests_on(project, failed, doubtful):
            break
        waiting.append(finding)
        following = None if failed.index in dict(past.results) else _past(project, failed, past.results, ask)
        if following is None:
            break
        past, doubtful = following, doubtful | following.doubtful
        seconds += past.trace.seconds
        project = view(past.trace)
    return tuple(waiting)


def _rests_on(project: Project, operation: Operation, doubtful: frozenset[int]) -> bool:
    """Return whether operands follow from what certain operations gave."""
    todo, seen = [operation], set[int]()
    for at in todo if doubtful else ():
        producers = {tensor.producer for tensor in at.tensors if tensor.producer is not None} - seen
        if producers & doubtful:
            return True
        seen |= producers
        todo += [project.trace.operations[index] for index in producers if index < len(project.trace.operations)]
    return False
