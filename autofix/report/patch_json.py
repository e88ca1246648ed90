"""What is said of somebody's patch as one JSON document; ``docs/verify.md`` describes it."""

from __future__ import annotations

from autofix.records.report import PatchReport
from autofix.report import json, phrases
from autofix.report.json import Json


def render(verdict: PatchReport) -> str:
    """Return the document, ended by LF; equal input gives equal bytes."""
    report = verdict.report
    own = json.as_document(report)
    plan, root = own["plan"], report.target.root
    document: Json = {
        "schema": json.SCHEMA,
        "verdict": verdict.ending.name.lower().replace("_", "-"),
        "message": verdict.message,
        "exit_code": phrases.exit_code_of_patch(verdict),
        "target": own["target"],
        "fault": next((json.finding_document(diagnostic.finding, root) for diagnostic in report.diagnostics), None),
        "left": None if verdict.left is None else json.finding_document(verdict.left, root),
        "reasons": plan["notes"] if isinstance(plan, dict) else [],
        "files": plan["files"] if isinstance(plan, dict) else [],
        "proof": plan["proof"] if isinstance(plan, dict) else None,
        "notes": own["notes"],
        "trace": own["trace"],
        "patched": None if verdict.patched is None else json.trace_document(verdict.patched),
    }
    return json.written(document)
