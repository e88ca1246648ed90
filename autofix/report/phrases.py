"""The words that reports share: places, samples, labels, verification checks, the summary.

It builds short plain texts from records; layout and colour are the business of its callers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence as Items
from dataclasses import dataclass
from pathlib import Path

from autofix.patch.edits_to_text import line_starts
from autofix.records.finding import Mismatch
from autofix.records.locations import Location, SourceText
from autofix.records.plan import Applicability, Plan
from autofix.records.report import ChainLink, Diagnostic, PatchEnding, PatchReport, RepairEnding, Report
from autofix.records.samples import SampleOrigin, Samples
from autofix.records.trace import Check, CheckKind, CheckOutcome, Operation, OperationKind, Phase, Trace
from autofix.records.values import Mapping, Opaque, Sequence, Tensor, Value
from autofix.report.terminal_text import visible

CHAIN_ENDS = 4
FARTHEST = 3
LISTED_ITEMS = 4
ARROW = " -> "

_IN_BACKTICKS = re.compile(r"`(\d[\w.]*)`")
_BRACKETS = {"tuple": ("(", ")"), "list": ("[", "]"), "Size": ("(", ")")}
_CHECK_NAMES = {
    CheckKind.FORWARD: "forward",
    CheckKind.ALSO: "other samples",
    CheckKind.EVALUATION: "evaluation mode",
    CheckKind.BATCH: "other batch sizes",
    CheckKind.ROWS: "one result for each sample",
    CheckKind.INDEPENDENT: "samples independent",
    CheckKind.CAUSAL: "later positions hidden",
    CheckKind.BACKWARD: "gradients",
    CheckKind.USES: "other uses",
    CheckKind.FRESH: "clean process",
    CheckKind.EQUAL: "equal outputs with the same weights",
}
_WITHOUT_FAULT = (RepairEnding.HEALTHY, RepairEnding.UNCONFIRMED, RepairEnding.SUPPRESSED)


def short_path(path: Path, root: Path) -> str:
    """Return the path from the project root with forward slashes; the whole path when it lies elsewhere."""
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def path_from(path: Path, folder: Path) -> str:
    """Return the path as seen from a folder, which a terminal opens; the whole path where it lies far from there."""
    shared = next((parent for parent in (folder, *folder.parents) if path.is_relative_to(parent)), None)
    upward = None if shared is None else len(folder.parts) - len(shared.parts)
    if shared is None or upward is None or upward > FARTHEST or (upward and shared == Path(shared.anchor)):
        return path.as_posix()
    return "../" * upward + path.relative_to(shared).as_posix()


def layer_name(path: str) -> str:
    """Return what a user calls a layer: ``model[2]`` for ``2`` of a model that is a container itself."""
    if not path:
        return "the model"
    first, dot, rest = path.partition(".")
    return f"model[{first}]{dot}{rest}" if first.isdecimal() else path


def with_layer_names(text: str, trace: Trace) -> str:
    """Return the text with each numbered layer of the model, in backticks, called as ``layer_name`` does."""
    numbered = {layer.path for layer in trace.layers if layer.path and layer.path[0].isdecimal()}
    if not numbered:
        return text
    return _IN_BACKTICKS.sub(lambda match: f"`{layer_name(match[1])}`" if match[1] in numbered else match[0], text)


def text_at(texts: Items[SourceText], location: Location) -> str | None:
    """Return the source text of a place; None where its file is not among the texts."""
    text = next((source.text for source in texts if source.path == location.path), None)
    if text is None:
        return None
    starts = (*line_starts(text), len(text))
    start, end = location.range.start, location.range.end
    if end.line >= len(starts):
        return None
    return text[starts[start.line - 1] + start.column : starts[end.line - 1] + end.column]


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
    sourced = samples.origin not in (SampleOrigin.GIVEN, SampleOrigin.SOLVED, SampleOrigin.TRACEBACK)
    origin = f"from {samples.origin.value}" if sourced else samples.origin.value
    return visible(f"{samples} ({origin}{f', {samples.place}' if samples.place else ''})")


def chain_text(links: Items[str]) -> str:
    """Return the links joined by arrows; a long chain is shortened in its middle."""
    if len(links) > 2 * CHAIN_ENDS + 1:
        left_out = len(links) - 2 * CHAIN_ENDS
        links = (*links[:CHAIN_ENDS], f"... {left_out} more ...", *links[-CHAIN_ENDS:])
    return ARROW.join(links)


def link_texts(chain: Items[ChainLink]) -> list[str]:
    """Return ``conv (1, 16, 4, 4)`` for each link."""
    return [visible(f"{layer_name(link.label)} {link.shape}".rstrip()) for link in chain]


def checks_with(checks: Items[Check], outcome: CheckOutcome, output: str) -> str:
    """Return the checks with this outcome: ``forward (64, 10); batches of 65 and 129; backward``."""
    return "; ".join(each_check(checks, outcome, output))


def each_check(checks: Items[Check], outcome: CheckOutcome, output: str) -> list[str]:
    """Return each check with this outcome in words."""
    shown = (check for check in checks if check.outcome is outcome and not _goes_without_saying(check))
    return [_check(check, output) for check in shown]


def _goes_without_saying(check: Check) -> bool:
    """Return whether the check before it says as much: batches that run have as many results as samples."""
    return check.kind is CheckKind.ROWS and check.outcome is not CheckOutcome.FAILED


def _check(check: Check, output: str) -> str:
    name, detail = _CHECK_NAMES[check.kind], visible(check.detail)
    if check.outcome is not CheckOutcome.PASSED:
        return f"{name} ({detail})" if detail else name
    if check.kind is CheckKind.FORWARD:
        return f"{name} -> {visible(output)}" if output else detail
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
        "an equally plausible repair exists"
        if alternatives
        else "whether this is what you mean cannot be told by running it"
    )


def severity(diagnostic: Diagnostic) -> str:
    """Return "error" for a fault that ends a run, "warning" for one that only gives wrong numbers or
    fails on other batches, "offer" where nothing is wrong.
    """
    if diagnostic.suppressed:
        return "suppressed"
    if diagnostic.finding.is_offer:
        return "offer"
    return "warning" if diagnostic.finding.silent else "error"


def exit_code(report: Report) -> int:
    """Return 0 for nothing to repair, 1 where faults remain or a patch is proposed, 2 where the model
    could not be run.
    """
    if report.ending is RepairEnding.NOT_RUN:
        return 2
    return 0 if report.ending in _WITHOUT_FAULT else 1


@dataclass(frozen=True, slots=True)
class Writing:
    """What writes a plan where the report is shown: ``safe`` and ``unsafe`` ones, unless it is options of the command.

    ``alternatives`` is what shows the other plans, empty where nothing does.
    """

    safe: str = ""
    unsafe: str = ""
    alternatives: str = " (--alternatives)"
    is_command: bool = True


COMMAND_LINE = Writing()


def summary(report: Report, *, applied: bool, listed: bool = False, writing: Writing = COMMAND_LINE) -> str:
    """Return one line: what was found, what is proposed and what writes it; ``listed``: the other plans are shown."""
    if report.ending is RepairEnding.NOT_RUN:
        return f"error: {visible(report.message)}"
    operations = counted(len(forward_operations(report.trace)), "operation")
    if report.ending is RepairEnding.HEALTHY:
        return f"nothing to repair: {operations}, output {value_text(report.trace.output)}"
    if report.ending is RepairEnding.UNCONFIRMED:
        return f"unconfirmed: {operations} ran, but on a sample that was chosen to fit"
    if report.ending is RepairEnding.SUPPRESSED:
        return f"{counted(len(report.diagnostics), 'fault')}, suppressed by a comment"
    if report.plan is None:
        return visible(_without_plan(report))
    several = len(report.diagnostics) > 1
    parts = [_done(report, report.plan, applied=applied)] if several or applied else []
    if report.alternatives and not applied:
        hint = "" if listed else writing.alternatives
        parts.append(f"{counted(len(report.alternatives), 'other repair')}{hint}")
    if applied:
        return "; ".join((*parts, "applied"))
    return "; ".join((*parts, _writes(report.plan, report.alternatives, writing, several=several)))


def _writes(plan: Plan, others: Items[Plan], writing: Writing, *, several: bool) -> str:
    """Return what writes a plan, which is told from others where there are some."""
    if plan.applicability is Applicability.DISPLAY_ONLY:
        return "the model does not run to its end, so nothing writes it"
    if not writing.is_command:
        return writing.safe if plan.applicability is Applicability.SAFE else writing.unsafe
    flags = "--apply" if plan.applicability is Applicability.SAFE else "--apply --unsafe-fixes"
    return f"{flags} writes this one" if others else f"run with {flags} to write {'them' if several else 'it'}"


def _done(report: Report, plan: Plan, *, applied: bool) -> str:
    steps = len(plan.steps)
    if {diagnostic.finding.mismatch for diagnostic in report.diagnostics} == {Mismatch.REFACTORING}:
        return f"{counted(steps, 'place')} {'rewritten' if applied else 'to rewrite'}"
    faults = len(open_diagnostics(report))
    if plan.applicability is Applicability.DISPLAY_ONLY:
        return f"{steps} of {counted(faults, 'fault')} {'has' if steps == 1 else 'have'} a repair"
    return f"{counted(faults, 'fault')} repaired" if applied else f"repairs for {counted(faults, 'fault')}"


def _without_plan(report: Report) -> str:
    """Return how a search ended that came to nothing: without an idea, with none that works, or at a limit."""
    faults = counted(len(open_diagnostics(report)), "fault")
    if report.ending is not RepairEnding.NO_FIX:
        return f"{faults}, {report.ending.value}"
    return f"{faults}, no repair found: no rule in use has one that runs; `autofix shapes` shows all shapes before it"


def forward_operations(trace: Trace) -> tuple[Operation, ...]:
    """Return the steps of ``forward``; reading a parameter is no step, its shape stands at the step that uses it."""
    return tuple(
        operation
        for operation in trace.operations
        if operation.phase is Phase.FORWARD and (operation.kind is not OperationKind.GET_ATTR or operation.raised)
    )


def open_diagnostics(report: Report) -> tuple[Diagnostic, ...]:
    return tuple(diagnostic for diagnostic in report.diagnostics if not diagnostic.suppressed)


def exit_code_of_patch(verdict: PatchReport) -> int:
    """Return 0 for a patch that holds, 1 for one that does not or is unsafe, 2 where that could not be told."""
    return {PatchEnding.HOLDS: 0, PatchEnding.NOT_JUDGED: 2}.get(verdict.ending, 1)
