"""A report as text for people: the faulty line, the shapes that led there, the repair, its proof, the other plans.

It is given everything it shows; it knows neither terminal nor files.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.patch.unified_diff import plan_patch
from autofix.records.errors import UsageError
from autofix.records.locations import Location
from autofix.records.options import Mode
from autofix.records.plan import Applicability, Plan, Proof
from autofix.records.report import Diagnostic, RepairEnding, Report
from autofix.records.trace import CheckOutcome
from autofix.report import phrases
from autofix.report.snippet import snippet, source_line
from autofix.report.styled_text import Line, Span, Style, line, rendered
from autofix.report.terminal_text import cut_middle, visible, wrapped

LISTED_KEYS = 6


def render(
    report: Report,
    *,
    colour: bool = False,
    width: int = 100,
    alternatives: bool = False,
    applied: bool = False,
    picked: int = 1,
    verbose: bool = False,
) -> str:
    """Return the explanation of a report, ended by its summary.

    ``alternatives`` shows the other plans as patches, ``applied`` says that the plan was written, and ``picked`` is the
    rank of the plan that the user took, so that the others are numbered as ``--pick`` takes them. ``verbose``
    shows what each cost is the sum of. With ``colour`` the same characters carry ANSI styles.
    """
    blocks = [
        *(list(_diagnostic(report, diagnostic, width)) for diagnostic in report.diagnostics),
        list(_repair(report, width, verbose=verbose)),
        list(_alternatives(report, width, picked, patches=alternatives, verbose=verbose)),
        list(_closing(report, width, applied=applied)),
    ]
    return rendered(_separated(block for block in blocks if block), colour=colour)


def _separated(blocks: Iterator[list[Line]]) -> Iterator[Line]:
    for index, block in enumerate(blocks):
        if index:
            yield ()
        yield from block


# --------------------------------------------------------------------------------------------------------------------
# One diagnostic
# --------------------------------------------------------------------------------------------------------------------


def _diagnostic(report: Report, diagnostic: Diagnostic, width: int) -> Iterator[Line]:
    finding, root = diagnostic.finding, report.target.root
    place = Span(f"{phrases.place(finding.location, root)}: ", Style.PATH)
    kind = Span(f"{phrases.severity(diagnostic)}[{diagnostic.code}]", Style.ERROR)
    yield line(place, kind, Span(f" {visible(finding.message)}", Style.STRONG))
    yield from _snippet(report, finding.location, width)
    yield from _own_words(report, diagnostic, width)
    if diagnostic.chain:
        yield from _entry("trace", phrases.chain_text(phrases.link_texts(diagnostic.chain)), width)
    if _elsewhere(finding.location, finding.call):
        yield from _entry("call", _call(report, finding.call, width), width)
    if diagnostic.fixed_by is not None:
        yield from _entry("help", f"{visible(diagnostic.fixed_by.title)}{_outcome(report)}", width, Style.HELP)
        if diagnostic.fixed_by.reason:
            yield from _entry("reason", visible(diagnostic.fixed_by.reason), width)


def _own_words(report: Report, diagnostic: Diagnostic, width: int) -> Iterator[Line]:
    """Yield the whole message that the run died with: the words by which people know the error and look for it."""
    failure = report.trace.failure
    if failure is None or diagnostic is not report.diagnostics[0] or diagnostic.finding.silent:
        return
    said = [text.strip() for text in failure.message.splitlines() if text.strip()]
    if said and " ".join(said) not in diagnostic.finding.message:
        yield from _entry(failure.type if failure.operation is None else "torch", visible(" / ".join(said)), width)


def _snippet(report: Report, location: Location, width: int) -> list[Line]:
    text = _text_of(report, location)
    return [] if text is None else snippet(text, location.range, width)


def _text_of(report: Report, location: Location) -> str | None:
    return next((source.text for source in report.texts if source.path == location.path), None)


def _elsewhere(location: Location, call: Location) -> bool:
    return (location.path, location.range.start.line) != (call.path, call.range.start.line)


def _call(report: Report, call: Location, width: int) -> str:
    """Return where the run died, when that is not the line that is shown."""
    place = phrases.place(call, report.target.root)
    text = _text_of(report, call)
    source = None if text is None else source_line(text, call.range.start.line)
    return (
        place
        if source is None
        else f"{place}: `{cut_middle(visible(source.strip()), max(20, width - len(place) - 16))}`"
    )


def _outcome(report: Report) -> str:
    """Return `` (safe; forward then returns (1, 10))`` where one repair is all, else only its label."""
    if report.plan is None:
        return ""
    label = report.plan.applicability.value
    if len(report.plan.steps) > 1 or not report.plan.proof.output:
        return f" ({label})"
    return f" ({label}; forward then returns {visible(report.plan.proof.output)})"


def _entry(label: str, text: str, width: int, style: Style = Style.LABEL) -> Iterator[Line]:
    head = f"   = {label}: "
    first, *rest = wrapped(text, width - len(head))
    yield line(Span("   = ", Style.GUTTER), Span(f"{label}: ", style), first)
    yield from (line(" " * len(head), more) for more in rest)


# --------------------------------------------------------------------------------------------------------------------
# The plan and the others
# --------------------------------------------------------------------------------------------------------------------


def _repair(report: Report, width: int, *, verbose: bool) -> Iterator[Line]:
    plan = report.plan
    if plan is None:
        return
    edits = phrases.counted(sum(len(step.fix.edits) for step in plan.steps), "edit")
    yield line(Span("repair", Style.HELP), f" ({plan.applicability.value}): {edits} in ", _files(report, plan))
    explained = {diagnostic.fixed_by for diagnostic in report.diagnostics}
    for step in plan.steps:
        if step.fix not in explained:
            yield from _entry("help", visible(step.fix.title), width, Style.HELP)
    if plan.applicability is not Applicability.SAFE:
        yield from _entry(
            plan.applicability.value, phrases.why_unsafe(plan, len(report.alternatives)), width, Style.NOTE
        )
    elif plan.notes:
        yield from _entry("note", visible("; ".join(plan.notes)), width, Style.NOTE)
    if verbose:
        yield from _cost(plan, "   ")
    yield from _proof(plan.proof, width)


def _cost(plan: Plan, indent: str) -> Iterator[Line]:
    """Yield the terms of the cost, one piece of evidence a line."""
    yield line(indent, Span(f"cost {plan.cost}", Style.LABEL), " is the sum of")
    for evidence, count in plan.evidence:
        times = f" ({count} x {evidence.weight:+})" if count != 1 else ""
        yield line(f"{indent}  {evidence.weight * count:+4}  {evidence.words}{times}")


def _files(report: Report, plan: Plan) -> str:
    paths = [visible(phrases.short_path(path, report.target.root)) for path, _ in plan.texts]
    return _some(paths, ", ")


def _proof(proof: Proof, width: int) -> Iterator[Line]:
    labels = (("verified", CheckOutcome.PASSED), ("failed", CheckOutcome.FAILED), ("not asked", CheckOutcome.NOT_ASKED))
    for label, outcome in labels:
        if found := phrases.checks_with(proof.checks, outcome, proof.output):
            yield from _entry(label, found, width, Style.NOTE if outcome is CheckOutcome.FAILED else Style.LABEL)
    if proof.chain_after:
        yield from _entry("trace after", phrases.chain_text(list(map(visible, proof.chain_after))), width)
    if proof.parameters_after or proof.parameters_before:
        yield from _entry("parameters", _parameters(proof), width)
    if keys := _keys(proof):
        yield from _entry("state dict", keys, width)


def _parameters(proof: Proof) -> str:
    after = f"{proof.parameters_after:,}"
    if proof.parameters_before is None:
        return f"{after} after the repair; before it the model could not be built"
    if proof.parameters_before == proof.parameters_after:
        return f"{after}, as before"
    return f"{proof.parameters_before:,} -> {after}"


def _keys(proof: Proof) -> str:
    groups = (("changed", proof.state_changed), ("added", proof.state_added), ("removed", proof.state_removed))
    return "; ".join(f"{name} {_some(list(map(visible, keys)), ', ')}" for name, keys in groups if keys)


def _some(texts: list[str], separator: str) -> str:
    if len(texts) <= LISTED_KEYS:
        return separator.join(texts)
    return f"{separator.join(texts[:LISTED_KEYS])} and {len(texts) - LISTED_KEYS} more"


def _alternatives(report: Report, width: int, picked: int, *, patches: bool, verbose: bool) -> Iterator[Line]:
    if not report.alternatives:
        return
    yield line(Span("other repairs", Style.HELP), " (--pick N takes one):")
    ranks = [rank for rank in range(1, len(report.alternatives) + 2) if rank != picked]
    for rank, plan in zip(ranks, report.alternatives, strict=False):
        label = f" ({plan.applicability.value}, cost {plan.cost})"
        head = f"   {rank}. "
        first, *rest = wrapped(visible(plan.title) + label, width - len(head))
        yield line(head, first)
        yield from (line(" " * len(head), more) for more in rest)
        if verbose:
            yield from _cost(plan, " " * len(head))
        if patches:
            yield from _patch(report, plan)


def _patch(report: Report, plan: Plan) -> Iterator[Line]:
    try:
        patch = plan_patch(plan, report.texts, report.target.root).decode("utf-8", "replace")
    except UsageError as error:
        yield line("      ", Span(f"no patch: {visible(str(error))}", Style.NOTE))
        return
    for text in patch.removesuffix("\n").split("\n"):
        shown = "\t".join(map(visible, text.removesuffix("\r").split("\t")))
        yield line(Span(shown, {"+": Style.ADDED, "-": Style.REMOVED, "@": Style.LABEL}.get(text[:1], Style.PLAIN)))


def _closing(report: Report, width: int, *, applied: bool) -> Iterator[Line]:
    for note in report.notes:
        first, *rest = wrapped(visible(note), width - 6)
        yield line(Span("note: ", Style.NOTE), first)
        yield from (line("      ", more) for more in rest)
    yield from (line(Span(text, Style.FAINT)) for text in wrapped(_ran(report), width))
    yield from (line(Span(text, Style.STRONG)) for text in wrapped(phrases.summary(report, applied=applied), width))


def _ran(report: Report) -> str:
    """Return what was run, on what and how much of it: every report says where its sample came from."""
    target, trace = report.target, report.trace
    verb = "tried" if report.ending is RepairEnding.NOT_RUN else "ran"
    if target.script:
        words_given = "".join(f" {visible(word)}" for word in target.arguments)
        return f"{verb} {visible(target.path.name)}{words_given} as a program"
    model = f"`{visible(target.model)}`" if target.model else "the model"
    parts = [f"{verb} {model} on {phrases.samples_text(target.samples)}"]
    parts += [f"also on {visible(str(samples))}" for samples in target.also]
    parts.append("evaluation mode" if target.evaluation_mode else "training mode")
    if trace.mode is Mode.META:
        parts.append(f"without storage, which would take up to {phrases.size_text(trace.need)}")
    if trace.sliced:
        parts.append("only the definitions of the file were executed")
    if trace.placeholders:
        parts.append(f"placeholders for {_some(list(map(visible, trace.placeholders)), ', ')}")
    return "; ".join(parts)
