"""Rewritings of a model that runs: applied together where all keep its outputs, else one by one.

Each is proved by running: the texts before and after are built with the same seed and given the same weights, and
have to give equal outputs on the sample. Rules propose, the probe compares; nothing is changed on a belief.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from autofix.facts.project_view import Project
from autofix.fixes.rule import Rewrite, Rule
from autofix.loading import find_target
from autofix.patch.edits_to_text import apply_edits
from autofix.records.costs import counted
from autofix.records.errors import UsageError
from autofix.records.finding import Finding, Mismatch
from autofix.records.locations import Edit, Texts
from autofix.records.plan import Applicability, Plan, Step
from autofix.records.samples import SampleOrigin, Target
from autofix.records.trace import Check, CheckKind, CheckOutcome, Ending, Trace
from autofix.system.project_paths import within
from autofix.verification import proof
from autofix.verification.checks import checks_of

Compare = Callable[[Texts], Trace]
"""A run of the edited texts whose checks tell whether its outputs equal those of the texts as they are."""
Prove = Callable[[tuple[Plan, ...]], tuple[Plan, ...]]
"""What runs plans once more and labels them."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A plan that keeps the outputs, None where no rewriting does; ``notes`` on those that were left out."""

    plan: Plan | None
    notes: tuple[str, ...]
    probes: int
    rewrites: tuple[Rewrite, ...] = ()


def rewritten(project: Project, rules: tuple[Rule, ...], compare: Compare) -> Rewritten:
    """Return every rewriting of the rules that leaves the model's results the same."""
    notes: list[str] = []
    rewrites = list(_independent(_proposed(project, rules, notes)))
    probes, kept = 0, rewrites
    trace = compare(_texts(project, kept)) if kept else None
    probes += trace is not None
    if trace is not None and not _keeps(project.trace, trace):
        kept, trace = [], None
        for rewrite in rewrites:
            attempt = compare(_texts(project, [*kept, rewrite]))
            probes += 1
            if _keeps(project.trace, attempt):
                kept, trace = [*kept, rewrite], attempt
            else:
                notes.append(_left_out(rewrite, attempt))
    plan = None if trace is None else _plan(project, kept, trace)
    return Rewritten(plan, tuple(notes), probes, tuple(kept))


def apart(
    project: Project, rewritten: Rewritten, plans: tuple[Plan, ...], compare: Compare, prove: Prove
) -> tuple[Plan, ...]:
    """Return labelled plans of a part of the rewritings each, the safe one first, where the plan of all is not safe and
    that of a part is: what is doubtful of one rewriting is not said of another that has nothing to do with it.

    Sure are those that the text alone proves, else those that their rules call safe.
    """
    if not plans or plans[0].applicability is Applicability.SAFE:
        return plans
    safe = [rewrite.fix.applicability is Applicability.SAFE for rewrite in rewritten.rewrites]
    of_text = [rewrite.fix.of_text and is_safe for rewrite, is_safe in zip(rewritten.rewrites, safe, strict=True)]
    for sure in (of_text, safe):
        pairs = list(zip(rewritten.rewrites, sure, strict=True))
        parts = [[rewrite for rewrite, is_sure in pairs if is_sure is kind] for kind in (True, False)]
        traces = [compare(_texts(project, part)) for part in parts if all(parts)]
        if traces and all(_keeps(project.trace, trace) for trace in traces):
            alone = [_plan(project, part, trace) for part, trace in zip(parts, traces, strict=True)]
            labelled = [plan for part in alone for plan in prove((part,))]
            if len(labelled) == len(parts) and labelled[0].applicability is Applicability.SAFE:
                return tuple(labelled)
    return plans


def with_later_sample(plan: Plan, target: Target) -> Plan:
    """Return a plan that says so where no sample can be chosen from the layers that it leaves, as a lazy layer tells
    nothing of its input.
    """
    text = dict(plan.texts).get(target.path)
    if target.samples.origin is not SampleOrigin.SOLVED or text is None:
        return plan
    try:
        find_target.target(target.path, model=target.model, text=text, elsewhere=())
    except UsageError:
        words = f"after it the layers tell no sample; add `# autofix: sample-shape={target.samples}` with it"
        return replace(plan, applicability=Applicability.UNSAFE, notes=(*plan.notes, words))
    return plan


def _proposed(project: Project, rules: tuple[Rule, ...], notes: list[str]) -> Iterator[tuple[Rule, Rewrite]]:
    for rule in rules:
        try:
            proposed = [(rule, rewrite) for rewrite in rule.rewrite(project)]
        except Exception as error:
            notes.append(f"AF901: rule {rule.code} failed with {type(error).__name__}: {error}; please report it")
            continue
        yield from (pair for pair in proposed if all(within(edit.path, project.root) for edit in pair[1].fix.edits))


def _independent(proposed: Iterator[tuple[Rule, Rewrite]]) -> Iterator[Rewrite]:
    """Yield the first of the rewritings that would edit the same place.

    A loop or a shared block proposes a place again and again.
    """
    taken: list[Edit] = []
    for _, rewrite in proposed:
        edits = rewrite.fix.edits
        if not any(a.path == b.path and a.range.overlaps(b.range) for a in edits for b in taken):
            taken += edits
            yield rewrite


def _texts(project: Project, rewrites: list[Rewrite]) -> Texts:
    edits: dict[Path, list[Edit]] = {}
    for rewrite in rewrites:
        for edit in rewrite.fix.edits:
            edits.setdefault(edit.path, []).append(edit)
    return tuple(
        sorted((path, apply_edits(project.source(path).text, file_edits)) for path, file_edits in edits.items())
    )


def _keeps(before: Trace, after: Trace) -> bool:
    """Return whether the outputs are equal, and no check fails that passed before."""
    if after.ending is not Ending.PASSED:
        return False
    passed = {check.kind for check in before.checks if check.outcome is CheckOutcome.PASSED}
    worse = any(check.kind in passed and check.outcome is CheckOutcome.FAILED for check in after.checks)
    equal = any(check.kind is CheckKind.EQUAL and check.outcome is CheckOutcome.PASSED for check in after.checks)
    return equal and not worse


def _left_out(rewrite: Rewrite, attempt: Trace) -> str:
    place = rewrite.place.source.location(rewrite.place.node)
    why = next((check.detail for check in attempt.checks if check.kind is CheckKind.EQUAL), attempt.message)
    reason = why.partition(". ")[0] or "a check that passed before fails after it"
    return (
        f"{place.path.name}:{place.range.start.line}: left as it is; to {rewrite.fix.title} would change it: {reason}"
    )


def _plan(project: Project, rewrites: list[Rewrite], trace: Trace) -> Plan:
    """Return the plan of all rewritings; its label is left to ``applicability``."""
    steps = tuple(Step(_finding(rewrite), rewrite.fix) for rewrite in rewrites)
    fresh = Check(CheckKind.FRESH, CheckOutcome.NOT_ASKED, "only the plan shown is run again")
    checks = tuple(sorted((*checks_of(trace), fresh), key=lambda check: list(CheckKind).index(check.kind)))
    proved = proof.prove(project.trace, trace, checks)
    evidence = counted(piece for rewrite in rewrites for piece in rewrite.fix.evidence)
    return Plan(steps, evidence, Applicability.UNSAFE, _texts(project, rewrites), proved)


def _finding(rewrite: Rewrite) -> Finding:
    place = rewrite.place.source.location(rewrite.place.node)
    return Finding(Mismatch.REFACTORING, rewrite.message, place, place, rewrite.subject, silent=True)
