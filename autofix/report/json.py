"""A report as one JSON document, for programs; ``docs/json-report.md`` and ``docs/report.schema.json`` describe it.

Lines and columns count from 1, paths are relative to the project root. Seconds are left out unless asked for, so that
equal input gives equal bytes.
"""

from __future__ import annotations

import json
from pathlib import Path

from autofix.patch.unified_diff import plan_patch
from autofix.records.costs import Counted
from autofix.records.errors import UsageError
from autofix.records.finding import Finding
from autofix.records.locations import Edit, Location, Position, Range
from autofix.records.plan import Applicability, Plan, Proof, Step
from autofix.records.report import ChainLink, Diagnostic, Report
from autofix.records.samples import SampleInput, Samples, Target
from autofix.records.trace import Check, Trace
from autofix.report import phrases
from autofix.report.changed_lines import ChangedLines, changed_lines
from autofix.report.document import DocumentFacts

SCHEMA = 1

Json = dict[str, object]


def document(report: Report, facts: DocumentFacts) -> str:
    return render(report, timing=facts.timing, exit_code=facts.exit_code)


def render(report: Report, *, timing: bool = False, exit_code: int | None = None) -> str:
    """Return the document, ended by LF.

    ``timing`` adds the seconds and probes spent; ``exit_code`` is the one the command ends with where that is not what
    the report alone says (the plan was applied, ``--exit-zero``).
    """
    return written(as_document(report, timing=timing, exit_code=exit_code))


def written(document: Json) -> str:
    """Return a document as text, ended by LF."""
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def as_document(report: Report, *, timing: bool = False, exit_code: int | None = None) -> Json:
    """Return the fields of the document."""
    root = report.target.root
    document: Json = {
        "schema": SCHEMA,
        "target": _target(report.target),
        "ending": _token(report.ending.name),
        "message": report.message,
        "exit_code": phrases.exit_code(report) if exit_code is None else exit_code,
        "diagnostics": [_diagnostic(diagnostic, root) for diagnostic in report.diagnostics],
        "plan": None if report.plan is None else _plan(report, report.plan, timing=timing),
        "alternatives": [_plan(report, plan, timing=timing) for plan in report.alternatives],
        "notes": list(report.notes),
        "trace": trace_document(report.trace, is_program=report.target.script),
    }
    if timing:
        document["spent"] = {"probes": report.spent.probes, "seconds": report.spent.seconds}
    return document


def _token(name: str) -> str:
    """Return ``NO_FIX`` as ``no-fix``: the names of enum members are stable, their values are words for people."""
    return name.lower().replace("_", "-")


def _target(target: Target) -> Json:
    return {
        "path": phrases.short_path(target.path, target.root),
        "module": target.module,
        "model": target.model,
        "mode": "eval" if target.evaluation_mode else "train",
        "samples": _samples(target.samples),
        "also": [_samples(samples) for samples in target.also],
    }


def _samples(samples: Samples) -> Json:
    return {
        "origin": _token(samples.origin.name),
        "place": samples.place,
        "expression": samples.expression,
        "inputs": [_input(sample) for sample in samples.inputs],
    }


def _input(sample: SampleInput) -> Json:
    return {
        "name": sample.name,
        "dtype": sample.dtype,
        "shape": list(sample.shape),
        "low": sample.low,
        "high": sample.high,
    }


def trace_document(trace: Trace, *, is_program: bool = False) -> Json:
    """Return how one run ended and what it was made on; how far a program came before it was stopped is chance."""
    return {
        "ending": _token(trace.ending.name),
        "mode": trace.mode.value,
        "operations": None if is_program else len(phrases.forward_operations(trace)),
        "output": phrases.value_text(trace.output),
        "sliced": trace.sliced,
        "placeholders": list(trace.placeholders),
        "absent": [
            {"package": package.name, "path": str(package.path), "line": package.line, "reason": package.reason}
            for package in trace.absent
        ],
        "isolation": None if trace.isolation is None else trace.isolation.value,
        "connections": None if trace.connections is None else trace.connections.value,
        "processes": None if trace.processes is None else trace.processes.value,
    }


def _diagnostic(diagnostic: Diagnostic, root: Path) -> Json:
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        **finding_document(diagnostic.finding, root),
        "chain": [_link(link, root) for link in diagnostic.chain],
        "fix": None if diagnostic.fixed_by is None else diagnostic.fixed_by.title,
        "suppressed": diagnostic.suppressed,
    }


def finding_document(finding: Finding, root: Path) -> Json:
    """Return what disagrees and where."""
    return {
        "message": finding.message,
        "mismatch": finding.mismatch.value,
        "subject": finding.subject,
        "parameter": finding.parameter or None,
        "detail": None if finding.detail is None else finding.detail.value,
        "expression": finding.expression or None,
        **_location(finding.location, root),
        "call": _location(finding.call, root),
        "expected": list(finding.expected),
        "actual": list(finding.actual),
        "dimension": finding.dimension,
        "silent": finding.silent,
    }


def _link(link: ChainLink, root: Path) -> Json:
    location = None if link.location is None else _location(link.location, root)
    return {"label": link.label, "shape": link.shape, "location": location}


def _location(location: Location, root: Path) -> Json:
    return {"path": phrases.short_path(location.path, root), "range": _range(location.range)}


def _range(place: Range) -> Json:
    return {"start": _position(place.start), "end": _position(place.end)}


def _position(position: Position) -> Json:
    return {"line": position.line, "column": position.column + 1}


def _plan(report: Report, plan: Plan, *, timing: bool) -> Json:
    root = report.target.root
    return {
        "title": plan.title,
        "cost": plan.cost,
        "evidence": [_evidence(piece) for piece in plan.evidence],
        "applicability": plan.applicability.value,
        "reason": _reason(report, plan),
        "notes": list(plan.notes),
        "verified_on": [str(samples) for samples in (report.target.samples, *report.target.also) if plan.is_verified],
        "changes": [_change(lines, root) for step in changed_lines(report, plan) for lines in step],
        "files": [phrases.short_path(path, root) for path, _ in plan.texts],
        "steps": [_step(step, root) for step in plan.steps],
        "patch": _patch(report, plan),
        "proof": _proof(plan.proof, timing=timing),
    }


def _reason(report: Report, plan: Plan) -> str | None:
    """Return why a plan is not safe."""
    return None if plan.applicability is Applicability.SAFE else phrases.why_unsafe(plan, len(report.alternatives))


def _change(lines: ChangedLines, root: Path) -> Json:
    return {
        "path": phrases.short_path(lines.path, root),
        "line": lines.number,
        "before": list(lines.before),
        "after": list(lines.after),
    }


def _step(step: Step, root: Path) -> Json:
    return {
        "rule": step.fix.rule,
        "title": step.fix.title,
        "reason": step.fix.reason,
        "cost": step.fix.cost,
        "evidence": [_evidence(piece) for piece in step.fix.evidence],
        "answers": step.finding.message,
        "edits": [_edit(edit, root) for edit in step.fix.edits],
    }


def _evidence(piece: Counted) -> Json:
    evidence, count = piece
    return {"evidence": _token(evidence.name), "words": evidence.words, "weight": evidence.weight, "count": count}


def _edit(edit: Edit, root: Path) -> Json:
    return {**_location(Location(edit.path, edit.range), root), "text": edit.text}


def _patch(report: Report, plan: Plan) -> str | None:
    """Return the patch; None where a file of the plan lies outside the project root, so that no patch can name it."""
    try:
        return plan_patch(plan, report.texts, report.target.root).decode("utf-8", "replace")
    except UsageError:
        return None


def _proof(proof: Proof, *, timing: bool) -> Json:
    document: Json = {
        "output": proof.output,
        "checks": [_check(check) for check in proof.checks],
        "parameters": {"before": proof.parameters_before, "after": proof.parameters_after},
        "state_dict": {
            "added": list(proof.state_added),
            "removed": list(proof.state_removed),
            "changed": list(proof.state_changed),
        },
        "chain_before": list(proof.chain_before),
        "chain_after": list(proof.chain_after),
    }
    if timing:
        document["seconds"] = proof.seconds
    return document


def _check(check: Check) -> Json:
    return {"check": _token(check.kind.name), "outcome": _token(check.outcome.name), "detail": check.detail}
