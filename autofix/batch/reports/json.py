"""The outcomes of a batch as one JSON document; ``docs/json-report.md`` describes the report of each target."""

from __future__ import annotations

import json

from autofix.batch import causes
from autofix.batch.records import BatchReport, JobOutcome

SCHEMA = 1


def render(report: BatchReport) -> str:
    """Return the document, ended by LF; equal input gives equal bytes."""
    document = {
        "schema": SCHEMA,
        "exit_code": report.exit_code,
        "counts": {ending: report.count(ending) for ending in sorted({outcome.ending for outcome in report.outcomes})},
        "notes": list(report.notes),
        "listed": [
            {"path": target.path, "name": target.name, "kind": target.kind.value, "reason": target.reason}
            for target in report.listed
        ],
        "causes": [cause.as_json() for cause in causes.of(report.outcomes)],
        "known": sorted(report.known),
        "targets": [_target(outcome) for outcome in report.outcomes],
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _target(outcome: JobOutcome) -> dict[str, object]:
    return {
        "label": outcome.label,
        "withheld": outcome.withheld or None,
        "remark": outcome.remark or None,
        "report": outcome.document,
    }
