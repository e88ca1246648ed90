"""Whether a run that still fails got further than the one before it.

It compares two runs; what is done with the answer is for ``search``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from autofix.records.finding import Finding, Mismatch
from autofix.records.plan import Verdict
from autofix.records.trace import Operation, OperationKind, Phase, Stage, Trace

_NUMBERS = re.compile(r"[\d., ]+")
_STAGES = (Stage.IMPORT, Stage.CONSTRUCT, Stage.SAMPLE, Stage.FORWARD, Stage.SCRIPT)


@dataclass(frozen=True, slots=True)
class Progress:
    """What a run showed, as far as progress is judged by it.

    ``alike_done``: how often the operator that failed had run in its line before. ``operations_done`` and ``function``,
    the one that failed, tell how far it came between two layers; what came to one fault with an operation more or less
    is the same. ``text`` is the call that failed, where no other is written so: it may stand in another line now.
    """

    stage: int
    layers_done: int
    finding: Finding
    alike_done: int = 0
    operations_done: int = field(default=0, compare=False)
    function: tuple[object, ...] = field(default=(), compare=False)
    text: str = field(default="", compare=False)


def outcome(trace: Trace, finding: Finding, text: str = "") -> Progress:
    assert trace.failure is not None
    stage = _STAGES.index(trace.failure.stage)
    if trace.failure.stage is Stage.CONSTRUCT:
        return Progress(stage, len(trace.layers), finding)
    done = sum(
        1 for o in trace.operations if o.kind is OperationKind.CALL_MODULE and o.phase is Phase.FORWARD and not o.raised
    )
    failed = trace.failed_operation
    frame = None if failed is None else next(iter(failed.frames), None)
    function = () if frame is None else (frame.path, frame.function)
    ran = sum(not operation.raised for operation in trace.operations)
    return Progress(stage, done, finding, _alike_done(trace), ran, function, text)


def _alike_done(trace: Trace) -> int:
    failed = trace.failed_operation
    return 0 if failed is None else sum(1 for o in trace.operations if not o.raised and _line(o) == _line(failed))


def _line(operation: Operation) -> tuple[object, ...]:
    """Return the operator and the line of the user's that asked for it."""
    frame = next(iter(operation.frames), None)
    return (operation.target, None if frame is None else (frame.path, frame.range.start.line))


def judge(before: Progress | None, after: Progress) -> Verdict:
    """Return whether a run that still fails got further than the one it was made from."""
    if before is None:
        return Verdict.PROGRESSES
    if (after.stage, after.layers_done) > (before.stage, before.layers_done):
        return Verdict.PROGRESSES
    if (after.stage, after.layers_done) < (before.stage, before.layers_done):
        return Verdict.FAILS
    return Verdict.FAILS if is_same(before, after) else Verdict.PROGRESSES


def is_sidestep(before: Progress | None, after: Progress) -> bool:
    """Return whether a run fails after no more layers than before, and at no later line of the same function."""
    if before is None or (after.stage, after.layers_done) != (before.stage, before.layers_done):
        return False
    is_later = after.finding.call.range.start.line > before.finding.call.range.start.line
    is_same = bool(after.function) and after.function == before.function
    return not (is_same and is_later and after.operations_done > before.operations_done)


def is_past(first: Progress, now: Progress) -> bool:
    """Return whether a run that still fails has left the place of the first fault behind it."""
    own, other = first.finding.call, now.finding.call
    is_elsewhere = (own.path, own.range.start.line) != (other.path, other.range.start.line)
    depth, reached = (first.stage, first.layers_done), (now.stage, now.layers_done)
    return reached > depth or (reached == depth and is_elsewhere)


def is_same(before: Progress, after: Progress, *, in_kind: bool = False) -> bool:
    """Return whether both are one fault; equal words about another line are another one, unless it is the same call
    that stands elsewhere now. ``in_kind``: of a complaint that nobody understood, the numbers may be other ones.
    """
    if _what(before.finding, in_kind) != _what(after.finding, in_kind) or after.alike_done > before.alike_done:
        return False
    own, other = before.finding.call, after.finding.call
    is_moved = bool(after.text) and after.text == before.text
    return own.path == other.path and (own.range.start.line == other.range.start.line or is_moved)


def is_alike(left: Finding, right: Finding) -> bool:
    """Return whether two findings tell the same of one file, wherever its lines stand now."""
    return left.call.path == right.call.path and _what(left, False) == _what(right, False)


def _what(finding: Finding, in_kind: bool) -> tuple[object, ...]:
    is_open = in_kind and finding.mismatch is Mismatch.OTHER
    message = _NUMBERS.sub("", finding.message) if is_open else finding.message
    return (finding.mismatch, finding.subject, finding.expected, finding.actual, message)
