"""What the plans for a mutant are worth: each is compared with the original, a safe one at other sizes too."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Any

import weights
import wild_models
from wild_folder import Folder
from wild_models import Row, Run

from autofix.records.plan import Applicability, Plan
from autofix.records.report import Report


def judged(
    folder: Folder, row: Row, mutant: dict[str, Any], report: Report | None, original: dict[str, Any]
) -> dict[str, Any]:
    plan = None if report is None else report.plan
    if plan is None:
        return {}
    root = folder.root(row)
    changed, texts = _texts(root, row, mutant, plan)
    run = wild_models.run(root, row, texts, folder.reference(mutant["number"]))
    parameters = _same_state(run, original)
    plans = (plan, *report.alternatives) if report else ()
    return {
        "plan": plan.title,
        "safe": plan.applicability is Applicability.SAFE,
        "plan_change": "\n".join(difference(_before(root, path, row, mutant), text) for path, text in changed.items()),
        "plan_notes": list(plan.notes),
        "checks": [f"{check.kind.value}: {check.outcome.value} {check.detail}".rstrip() for check in plan.proof.checks],
        "repaired": run.ok,
        "run": f"{run.error} {run.message}".strip(),
        "output": run.ok and run.output == original["output"],
        "parameters": run.ok and parameters,
        "values": run.values_agree,
        "text": texts == {row.path: folder.text(row)},
        "sizes": _other_sizes(folder, row, texts) if plan.applicability is Applicability.SAFE else [],
        "alternatives": [
            f"{other.applicability.value}: {other.title}" for other in (report.alternatives if report else ())
        ],
        "evidence": [weights.evidence_of(one) for one in plans],
        "right": [_is_right(folder, row, mutant, other, original) for other in plans],
    }


def _texts(root: Path, row: Row, mutant: dict[str, Any], plan: Plan) -> tuple[dict[str, str], dict[str, str]]:
    """Return the texts that a plan changes, and all that differ from the original then."""
    changed = {path.relative_to(root).as_posix(): text for path, text in plan.texts}
    return changed, {row.path: mutant["text"], **changed}


def _same_state(run: Run, original: dict[str, Any]) -> bool:
    """Return whether the parameters have the shapes of the original's."""
    return sorted(json.dumps(entry) for entry in run.state) == sorted(json.dumps(entry) for entry in original["state"])


def _is_right(folder: Folder, row: Row, mutant: dict[str, Any], plan: Plan, original: dict[str, Any]) -> bool:
    """Return whether a plan gives back output, parameters and, where they can be compared, values."""
    _, texts = _texts(folder.root(row), row, mutant, plan)
    run = wild_models.run(folder.root(row), row, texts, folder.reference(mutant["number"]))
    agrees = run.ok and run.output == original["output"] and run.values_agree is not False
    return agrees and _same_state(run, original)


def _other_sizes(folder: Folder, row: Row, texts: dict[str, str]) -> list[str]:
    """Return where the original runs at other sizes and the repaired text does not do the same."""
    wrong, reference = [], folder.path / "other.pt"
    for other in wild_models.other_sizes(row):
        original = wild_models.run(folder.root(row), other, {}, reference, keep=True)
        if original.ok:
            run = wild_models.run(folder.root(row), other, texts, reference)
            if not run.values_agree:
                wrong.append(f"{other.model} on {other.sample}: {run.error} {run.message or run.output}")
    return wrong


def _before(root: Path, path: str, row: Row, mutant: dict[str, Any]) -> str:
    return str(mutant["text"]) if path == row.path else (root / path).read_text("utf-8")


def difference(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return "\n".join(line for line in lines if line[:3] not in {"---", "+++"})
