"""Whether an edit has settled a silent fault, by the runs before and after it."""

from __future__ import annotations

from autofix.diagnosis.silent_fault import SilentFault
from autofix.diagnosis.silent_faults import shapes
from autofix.records.finding import Detail, Finding, Mismatch
from autofix.records.trace import CheckKind, CheckOutcome, Trace

_PROVING_CHECK = {
    Mismatch.SILENT_FOLD: CheckKind.INDEPENDENT,
    Mismatch.SILENT_REDUCTION: CheckKind.INDEPENDENT,
    Mismatch.SILENT_BATCH: CheckKind.BATCH,
}


def is_resolved(finding: Finding, before: Trace, after: Trace, left: tuple[SilentFault, ...]) -> bool:
    """Return whether the run ``after`` proves that ``finding`` is repaired and the model otherwise what it was."""
    old, new = _outcomes(before), _outcomes(after)
    worse = any(new[kind] is CheckOutcome.FAILED and old.get(kind) is not CheckOutcome.FAILED for kind in new)
    if worse or any(
        fault.finding.mismatch is finding.mismatch and _same_line(fault.finding, finding) for fault in left
    ):
        return False
    if finding.mismatch is Mismatch.SILENT_SQUEEZE and any(
        fault.finding.mismatch is finding.mismatch for fault in left
    ):
        return False
    check = _PROVING_CHECK.get(finding.mismatch)
    if finding.detail in {Detail.ENTRY, Detail.ROW} or (
        finding.detail in {Detail.NAMED, Detail.CLASSES, Detail.WEIGHTS} and check not in old
    ):  # The code tells; of a program no samples are known.
        check = None
    if check is not None and new.get(check) is not CheckOutcome.PASSED:
        return False
    follows = all(new.get(k) is CheckOutcome.PASSED for k in (CheckKind.BATCH, CheckKind.INDEPENDENT))
    return shapes(before.output) == shapes(after.output) or follows


def _same_line(a: Finding, b: Finding) -> bool:
    return (a.call.path, a.call.range.start.line) == (b.call.path, b.call.range.start.line)


def _outcomes(trace: Trace) -> dict[CheckKind, CheckOutcome]:
    return {check.kind: check.outcome for check in trace.checks}
