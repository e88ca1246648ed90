"""What an assistant is told: the fields of the JSON documents that a choice needs, without what only programs read.

It is given reports; it runs and writes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autofix.records.finding import Finding
from autofix.records.report import PatchReport, Report
from autofix.records.trace import Trace
from autofix.report import json as documents
from autofix.report import patch_json, phrases, shape_table, text

Answer = dict[str, Any]

MAX_LINES = 120
MAX_ALTERNATIVES = 5
WIDTH = 100
_FINDING = ("code", "name", "message", "path", "line", "expected", "actual", "dimension", "silent")


def repair(report: Report, wrote: Iterable[Path]) -> Answer:
    """Return the fault, the plan and its rivals, each with why it is not safe and what it was verified on."""
    document = documents.as_document(report)
    alternatives = _dicts(document["alternatives"])
    answer: Answer = {
        **_run(document),
        "faults": [_fault(diagnostic) for diagnostic in _dicts(document["diagnostics"])],
        "plan": None if report.plan is None else _plan(_dict(document["plan"]), 1),
        "alternatives": [_plan(plan, rank) for rank, plan in enumerate(alternatives[:MAX_ALTERNATIVES], 2)],
        "wrote": [str(path) for path in wrote],
        "notes": document["notes"],
    }
    if len(alternatives) > MAX_ALTERNATIVES:
        answer["more_alternatives"] = len(alternatives) - MAX_ALTERNATIVES
    return answer


def diagnosis(report: Report) -> Answer:
    """Return what is wrong, with the flow of shapes that led there, as people read it too."""
    document = documents.as_document(report)
    return {
        **_run(document),
        "faults": [_fault(diagnostic) for diagnostic in _dicts(document["diagnostics"])],
        "explanation": _cut(text.render(report, width=WIDTH)),
        "notes": document["notes"],
    }


def shapes(trace: Trace, finding: Finding | None, root: Path, depth: int | None) -> Answer:
    """Return the table of one run, one line for each operation."""
    table = shape_table.render(trace, finding, root, width=WIDTH, depth=depth)
    return {
        "ending": documents.trace_document(trace)["ending"],
        "message": trace.message,
        "output": phrases.value_text(trace.output),
        "fault": None if finding is None else _fault(documents.finding_document(finding, root)),
        "table": _cut(table),
    }


def verdict(patch: PatchReport) -> Answer:
    """Return whether a patch holds, why not, and what was checked."""
    document = json.loads(patch_json.render(patch))
    proof = document["proof"]
    return {
        "verdict": document["verdict"],
        "message": document["message"],
        "reasons": document["reasons"],
        "fault": None if document["fault"] is None else _fault(document["fault"]),
        "left": None if document["left"] is None else _fault(document["left"]),
        "checks": [] if proof is None else _checks(proof),
        "notes": document["notes"],
    }


def _run(document: Answer) -> Answer:
    """Return how the search ended, and on which samples."""
    target = document["target"]
    assert isinstance(target, dict)
    return {
        "ending": document["ending"],
        "message": document["message"],
        "model": target["model"],
        "samples": target["samples"],
    }


def _fault(finding: Answer) -> Answer:
    """Return one fault: what disagrees, where the sizes are set and where the run fails; lines count from 1."""
    place, call = finding["range"]["start"], finding["call"]
    known = {**finding, "line": place["line"]}
    return {
        **{name: known[name] for name in _FINDING if name in known},
        "fails_at": f"{call['path']}:{call['range']['start']['line']}",
    }


def _plan(plan: Answer, rank: int) -> Answer:
    proof = _dict(plan["proof"])
    return {
        "rank": rank,
        "title": plan["title"],
        "applicability": plan["applicability"],
        "reason": plan["reason"],
        "changes": plan["changes"],
        "verified_on": plan["verified_on"],
        "checks": _checks(proof),
        "output": proof["output"],
        "parameters": proof["parameters"],
        "state_dict": {name: len(keys) for name, keys in _dict(proof["state_dict"]).items()},
        "patch": plan["patch"],
    }


def _checks(proof: Answer) -> list[str]:
    """Return each check that was made, and how it ended."""
    checks = (check for check in _dicts(proof["checks"]) if check["outcome"] != "not-asked")
    return [f"{check['check']}: {' '.join(filter(None, (check['outcome'], check['detail'])))}" for check in checks]


def _cut(words: str) -> str:
    lines = words.rstrip().splitlines()
    left_out = len(lines) - MAX_LINES
    return "\n".join(lines if left_out <= 0 else [*lines[:MAX_LINES], f"... {left_out} more lines; ask with `depth`"])


def _dict(value: object) -> Answer:
    assert isinstance(value, dict)
    return value


def _dicts(value: object) -> list[Answer]:
    assert isinstance(value, list)
    return value
