"""What ``--verbose`` and ``--alternatives`` add to a text report: the whole proof, costs, other plans, what was run."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator

from autofix.loading import model_discovery
from autofix.patch.unified_diff import plan_patch
from autofix.records.errors import UsageError
from autofix.records.options import Mode
from autofix.records.plan import Plan, Proof
from autofix.records.report import RepairEnding, Report
from autofix.records.samples import SampleOrigin
from autofix.records.trace import CheckOutcome
from autofix.report import phrases
from autofix.report.styled_text import Line, Span, Style, line
from autofix.report.terminal_text import columns, visible, wrapped
from autofix.report.view import UNLIMITED, ReportView
from autofix.syntax.source import Source

LISTED_KEYS = 6


def whole_proof(view: ReportView, plan: Plan) -> Iterator[Line]:
    """Yield what was not checked, the shapes after the repair, and what becomes of parameters and cost."""
    proof = plan.proof
    texts = (
        ("not checked", phrases.checks_with(proof.checks, CheckOutcome.NOT_ASKED, proof.output)),
        ("trace after", phrases.chain_text(list(map(visible, proof.chain_after)))),
        ("parameters", _parameters(proof) if proof.parameters_after or proof.parameters_before else ""),
        ("state dict", _keys(proof)),
    )
    for label, text in texts:
        if text:
            yield from view.entry(f"  {label}: ", text, UNLIMITED)
    yield from _cost(plan, "  ")


def _cost(plan: Plan, indent: str) -> Iterator[Line]:
    """Yield the terms of the cost, one piece of evidence a line."""
    yield line(indent, Span(f"cost {plan.cost}", Style.LABEL), " is the sum of")
    for evidence, count in plan.evidence:
        times = f" ({count} x {evidence.weight:+})" if count != 1 else ""
        yield line(f"{indent}  {evidence.weight * count:+4}  {evidence.words}{times}")


def _parameters(proof: Proof) -> str:
    after = f"{proof.parameters_after:,}"
    if proof.parameters_before is None:
        return f"{after} after the repair; before it the model could not be built"
    if proof.parameters_before == proof.parameters_after:
        return f"{after}, as before"
    return f"{proof.parameters_before:,} -> {after}"


def _keys(proof: Proof) -> str:
    groups = (("changed", proof.state_changed), ("added", proof.state_added), ("removed", proof.state_removed))
    return "; ".join(f"{name} {some(list(map(visible, keys)), ', ')}" for name, keys in groups if keys)


def some(texts: list[str], separator: str) -> str:
    """Return the first of the texts and how many are left out."""
    if len(texts) <= LISTED_KEYS:
        return separator.join(texts)
    return f"{separator.join(texts[:LISTED_KEYS])} and {len(texts) - LISTED_KEYS} more"


def other_plans(view: ReportView, picked: int, *, patches: bool) -> Iterator[Line]:
    """Yield the other plans under the numbers by which ``--pick`` takes them."""
    report = view.report
    if not report.alternatives:
        return
    yield line(Span("other repairs", Style.HELP), " (--pick N takes one):")
    ranks = [rank for rank in range(1, len(report.alternatives) + 2) if rank != picked]
    titles = Counter(plan.title for plan in (report.plan, *report.alternatives) if plan is not None)
    for rank, plan in zip(ranks, report.alternatives, strict=False):
        label = f" ({plan.applicability.value}, cost {plan.cost})"
        title = view.words(plan.title) + (_where(plan) if titles[plan.title] > 1 else "")
        head = f"   {rank}. "
        first, *rest = wrapped(title + label, view.width - len(head))
        yield line(head, first)
        yield from (line(" " * len(head), more) for more in rest)
        if view.verbose:
            yield from _cost(plan, " " * len(head))
        if patches:
            yield from _patch(report, plan)


def _where(plan: Plan) -> str:
    """Return what the first edit of a plan writes and where: it tells apart plans of one title."""
    edit = plan.steps[0].fix.edits[0]
    return f" ({edit.path.name}:{edit.range.start.line}: `{visible(edit.text.strip())}`)"


def _patch(report: Report, plan: Plan) -> Iterator[Line]:
    try:
        patch = plan_patch(plan, report.texts, report.target.root).decode("utf-8", "replace")
    except UsageError as error:
        yield line("      ", Span(f"no patch: {visible(str(error))}", Style.NOTE))
        return
    for text in patch.removesuffix("\n").split("\n"):
        shown = "\t".join(map(visible, text.removesuffix("\r").split("\t")))
        yield line(Span(shown, {"+": Style.ADDED, "-": Style.REMOVED, "@": Style.LABEL}.get(text[:1], Style.PLAIN)))


def verifying(view: ReportView, width: int) -> str:
    """Return how somebody else proves the patch of a verified plan, in one line; empty where there is none."""
    if view.report.plan is None or not view.report.plan.is_verified:
        return ""
    words = list(_beside_the_patch(view, view.report.plan))
    whole = " ".join(("verify: autofix verify PATCH", *words))
    shortest = f"verify: autofix verify PATCH {'-s ' if words[:1] == ['-s'] else ''}..."
    return whole if columns(whole) <= width else shortest


def _beside_the_patch(view: ReportView, plan: Plan) -> Iterator[str]:
    """Yield what has to be said beside the patch: nothing that it changes one file with one model for."""
    target = view.report.target
    if {path for path, _ in plan.texts} != {target.path}:
        yield shlex.quote(view.path(target.path))
    if target.script:
        yield from ("--", *map(shlex.quote, map(visible, target.arguments))) if target.arguments else ()
        return
    if model := _named_model(view.report):
        yield from ("-m", shlex.quote(visible(model)))
    if target.samples.origin is SampleOrigin.GIVEN and target.samples.expression is None:
        for sample_input in target.samples.inputs:
            yield from ("-s", visible(str(sample_input)))


def _named_model(report: Report) -> str:
    """Return the model as it has to be named to somebody who has the file alone; empty where that would be run anyway.

    A file that the repair did not read is not looked at: what nobody named is found again.
    """
    target = report.target
    text = next((source.text for source in report.texts if source.path == target.path), None)
    models = [] if text is None else model_discovery.several(Source(target.path, text))
    name = target.model.removesuffix("()")
    if target.built or name in models:
        return "" if len(models) <= 1 else name
    return target.model


def what_ran(report: Report) -> str:
    """Return what was run, on what and how much of it, and where the sample came from."""
    target, trace = report.target, report.trace
    verb = "tried" if report.ending is RepairEnding.NOT_RUN else "ran"
    if target.script:
        arguments = "".join(f" {visible(word)}" for word in target.arguments)
        return f"{verb} {visible(target.path.name)}{arguments} as {'tests' if target.tests else 'a program'}"
    model = f"`{visible(target.model)}`" if target.model else "the model"
    parts = [f"{verb} {model} on {phrases.samples_text(target.samples)}"]
    parts += [f"also on {visible(str(samples))}" for samples in target.also]
    parts.append("evaluation mode" if target.evaluation_mode else "training mode")
    if trace.mode is Mode.META:
        parts.append(f"without storage, which would take up to {phrases.size_text(trace.need)}")
    if trace.sliced:
        parts.append("only the definitions of the file were executed")
    if trace.placeholders:
        parts.append(f"placeholders for {some(list(map(visible, trace.placeholders)), ', ')}")
    return "; ".join(parts)
