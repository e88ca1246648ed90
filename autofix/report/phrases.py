"""The words that reports share: places, samples, labels, verification checks, the summary.

It builds short plain texts from records; layout and colour are the business of its callers.
"""

from __future__ import annotations

from collections.abc import Sequence as Items
from pathlib import Path

from autofix.records.finding import Mismatch
from autofix.records.locations import Location
from autofix.records.plan import Applicability, Plan
from autofix.records.report import ChainLink, Diagnostic, RepairEnding, Report
from autofix.records.samples import SampleOrigin, Samples
from autofix.records.trace import Check, CheckKind, CheckOutcome, Operation, OperationKind, Phase, Trace
from autofix.records.values import Mapping, Opaque, Sequence, Tensor, Value
from autofix.report.terminal_text import visible

CHAIN_ENDS = 4
LISTED_ITEMS = 4
ARROW = " -> "

_BRACKETS = {"tuple": ("(", ")"), "list": ("[", "]"), "Size": ("(", ")")}
_CHECK_NAMES = {
    CheckKind.FORWARD: "forward",
    CheckKind.ALSO: "other samples",
    CheckKind.EVALUATION: "evaluation mode",
    CheckKind.BATCH: "other batch sizes",
    CheckKind.ROWS: "one result for each sample",
    CheckKind.INDEPENDENT: "samples independent",
    CheckKind.CAUSAL: "later positions hidden",
    CheckKind.BACKWARD: "backward",
    CheckKind.USES: "other uses",
    CheckKind.FRESH: "fresh process",
    CheckKind.EQUAL: "equal outputs with the same weights",
}
_WITHOUT_FAULT = (RepairEnding.HEALTHY, RepairEnding.UNCONFIRMED, RepairEnding.SUPPRESSED)
_WRITTEN_BY = {
    Applicability.SAFE: "--apply writes it",
    Applicability.UNSAFE: "--apply --unsafe-fixes writes it",
    Applicability.DISPLAY_ONLY: "it is not verified, so nothing writes it",
}


def short_path(path: Path, root: Path) -> str:
    """Return the path from the project root with forward slashes; the whole path when it lies elsewhere."""
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def place(location: Location, root: Path) -> str:
    """Return a place as ``net.py:14:31``; columns are counted from 1 for readers."""
    start = location.range.start
    return f"{visible(short_path(location.path, root))}:{start.line}:{start.column + 1}"


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def size_text(size: int) -> str:
    """Return a number of bytes for people, such as ``1.5 GiB``."""
    return f"{size / 2**30:,.1f} GiB" if size >= 2**29 else f"{max(1, round(size / 2**20)):,} MiB"


def shape_text(shape: Items[int]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def value_text(value: Value) -> str:
    """Return the shapes of all tensors in a value, in the brackets of what holds them; dtypes only
    where they are not float32.
    """
    if isinstance(value, Tensor):
        return shape_text(value.shape) if value.dtype == "float32" else f"{value.dtype} {shape_text(value.shape)}"
    if isinstance(value, Sequence):
        before, after = _BRACKETS.get(value.type, (f"{value.type}(", ")"))
        return before + _listed([value_text(item) for item in value.items]) + after
    if isinstance(value, Mapping):
        return "{" + _listed([f"{name}: {value_text(item)}" for name, item in value.items]) + "}"
    return visible(value.type if isinstance(value, Opaque) else repr(value))


def _listed(texts: list[str]) -> str:
    if len(texts) <= LISTED_ITEMS + 1:
        return ", ".join(texts)
    return f"{', '.join(texts[:LISTED_ITEMS])}, ... {len(texts) - LISTED_ITEMS} more"


def samples_text(samples: Samples) -> str:
    """Return what the model was run on and where that came from: ``64,3,32,32 (given on the command line)``."""
    if samples.origin is SampleOrigin.NONE:
        return str(samples.origin.value)
    sourced = samples.origin not in (SampleOrigin.GIVEN, SampleOrigin.SOLVED)
    origin = f"from {samples.origin.value}" if sourced else samples.origin.value
    return visible(f"{samples} ({origin}{f', {samples.place}' if samples.place else ''})")


def chain_text(links: Items[str]) -> str:
    """Return the links joined by arrows; a long chain is shortened in its middle."""
    if len(links) > 2 * CHAIN_ENDS + 1:
        left_out = len(links) - 2 * CHAIN_ENDS
        links = (*links[:CHAIN_ENDS], f"... {left_out} more ...", *links[-CHAIN_ENDS:])
    return ARROW.join(links)


def link_texts(chain: Items[ChainLink]) -> list[str]:
    """Return ``conv (1, 16, 4, 4)`` for each link.

    The last failed, so it shows no shape unless it was given another one.
    """
    texts = [visible(f"{link.label} {link.shape}".rstrip()) for link in chain]
    if len(chain) > 1:
        last, given = chain[-1], chain[-1].shape
        texts[-1] = visible(last.label if given in ("", chain[-2].shape) else f"{last.label} given {given}")
    return texts


def checks_with(checks: Items[Check], outcome: CheckOutcome, output: str) -> str:
    """Return the checks with this outcome: ``forward (64, 10); batches of 65 and 129; backward``."""
    shown = (check for check in checks if check.outcome is outcome and not _goes_without_saying(check))
    return "; ".join(_check(check, output) for check in shown)


def _goes_without_saying(check: Check) -> bool:
    """Return whether the check before it says as much: batches that run have as many results as samples."""
    return check.kind is CheckKind.ROWS and check.outcome is not CheckOutcome.FAILED


def _check(check: Check, output: str) -> str:
    name, detail = _CHECK_NAMES[check.kind], visible(check.detail)
    if check.outcome is not CheckOutcome.PASSED:
        return f"{name} ({detail})" if detail else name
    if check.kind is CheckKind.FORWARD:
        return f"{name} {detail or visible(output)}".rstrip() if output else detail
    # The detail of these already names the sizes: "batches of 65 and 129".
    if check.kind in (CheckKind.ALSO, CheckKind.BATCH) and detail:
        return detail
    return f"{name} ({detail})" if detail else name


def why_unsafe(plan: Plan, alternatives: int) -> str:
    """Return the plan's own notes, else what can be told from its proof."""
    if plan.notes:
        return visible("; ".join(plan.notes))
    failed = checks_with(plan.proof.checks, CheckOutcome.FAILED, plan.proof.output)
    if failed:
        return f"failed: {failed}"
    return (
        "another repair is as plausible"
        if alternatives
        else "whether this is what you mean cannot be told by running it"
    )


def severity(diagnostic: Diagnostic) -> str:
    """Return "error" for a fault that ends a run, "warning" for one that only gives wrong numbers or
    fails on other batches.
    """
    if diagnostic.suppressed:
        return "suppressed"
    return "warning" if diagnostic.finding.silent else "error"


def exit_code(report: Report) -> int:
    """Return 0 for nothing to repair, 1 where faults remain or a patch is proposed, 2 where the model
    could not be run.
    """
    if report.ending is RepairEnding.NOT_RUN:
        return 2
    return 0 if report.ending in _WITHOUT_FAULT else 1


def summary(report: Report, *, applied: bool) -> str:
    """Return one line: what was found, what is proposed and what writes it."""
    if report.ending is RepairEnding.NOT_RUN:
        return f"error: {visible(report.message)}"
    operations = counted(len(forward_operations(report.trace)), "operation")
    if report.ending is RepairEnding.HEALTHY:
        return f"nothing to repair: {operations}, output {value_text(report.trace.output)}"
    if report.ending is RepairEnding.UNCONFIRMED:
        return f"unconfirmed: {operations} ran, but on a sample that was chosen to fit"
    rewritten = report.plan is not None and {one.finding.mismatch for one in report.diagnostics} == {
        Mismatch.REFACTORING
    }
    faults = counted(len(open_diagnostics(report)), "place" if rewritten else "fault")
    faults += " to rewrite" if rewritten else ""
    if report.ending is RepairEnding.SUPPRESSED:
        return f"{counted(len(report.diagnostics), 'fault')}, suppressed by a comment"
    if report.plan is None:
        return visible(": ".join(filter(None, (f"{faults}, {report.ending.value}", report.message))))
    label = report.plan.applicability
    writes = "applied" if applied else _WRITTEN_BY[label]
    return f"{faults}, {counted(len(report.plan.steps), 'repair')} ({label.value}); {writes}"


def forward_operations(trace: Trace) -> tuple[Operation, ...]:
    """Return the steps of ``forward``; reading a parameter is no step, its shape stands at the step that uses it."""
    return tuple(
        operation
        for operation in trace.operations
        if operation.phase is Phase.FORWARD and (operation.kind is not OperationKind.GET_ATTR or operation.raised)
    )


def open_diagnostics(report: Report) -> tuple[Diagnostic, ...]:
    return tuple(diagnostic for diagnostic in report.diagnostics if not diagnostic.suppressed)
