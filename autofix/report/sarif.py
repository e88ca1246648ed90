"""A report as a SARIF 2.1.0 log, for code hosts and editors; ``docs/sarif.md`` says what is in it.

Plain dictionaries: it invents nothing that the report does not hold, and gives no absolute path of the project.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from autofix.records.locations import Edit, Location, Range
from autofix.records.plan import Plan
from autofix.records.report import ChainLink, Diagnostic, RepairEnding, Report
from autofix.report import phrases
from autofix.report.document import DocumentFacts
from autofix.report.replacements import replacements

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
# Under our own key: hosts compute their own fingerprints, and one with a line number re-opens what was dismissed.
FINGERPRINT = "autofixFinding/v1"

Json = dict[str, object]


def document(report: Report, facts: DocumentFacts) -> str:
    return render(report, documentation=facts.documentation(), version=facts.version, exit_code=facts.exit_code)


def render(
    report: Report,
    *,
    documentation: Mapping[str, str] | None = None,
    version: str = "",
    exit_code: int | None = None,
) -> str:
    """Return the log, ended by LF; ``documentation`` gives the text of each rule by code for the rules' help."""
    codes = sorted({diagnostic.code for diagnostic in report.diagnostics})
    driver: Json = {
        "name": "autofix",
        **({"semanticVersion": version} if version else {}),
        "rules": [_rule(report, code, (documentation or {}).get(code, "")) for code in codes],
    }
    run: Json = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the project that was analysed."}}},
        "invocations": [_invocation(report, exit_code)],
        "artifacts": _artifacts(report),
        "results": _results(report, codes),
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=True) + "\n"


# --------------------------------------------------------------------------------------------------------------------
# The tool, the run and its files
# --------------------------------------------------------------------------------------------------------------------


def _rule(report: Report, code: str, documentation: str) -> Json:
    named = next(diagnostic for diagnostic in report.diagnostics if diagnostic.code == code)
    name = named.name
    # The first line of a rule's documentation reads `AF101 linear-in-features: a Linear layer is built for ...`.
    title, _, _ = documentation.strip().partition("\n")
    short = title.partition(": ")[2] or name.replace("-", " ")
    text = documentation.strip() or f"{short}; `autofix explain {code}` says why it fails and what the repair does."
    return {
        "id": code,
        "name": "".join(part.capitalize() for part in name.split("-")),
        "shortDescription": {"text": _sentence(short)},
        "fullDescription": {"text": _sentence(short)},
        "help": {"text": text},
        "defaultConfiguration": {"level": _level(named)},
        "properties": {"tags": ["pytorch", "shapes"]},
    }


def _level(diagnostic: Diagnostic) -> str:
    if diagnostic.finding.is_offer:
        return "note"
    return "warning" if diagnostic.finding.silent else "error"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].removesuffix(".") + "."


def _invocation(report: Report, exit_code: int | None) -> Json:
    ran = report.ending is not RepairEnding.NOT_RUN
    notifications = [_notification("note", phrases.samples_text(report.target.samples))] if ran else []
    notifications += [_notification("note", note) for note in report.notes]
    if not ran:
        notifications.append(_notification("error", report.message))
    return {
        "executionSuccessful": ran,
        "exitCode": phrases.exit_code(report) if exit_code is None else exit_code,
        "toolExecutionNotifications": notifications,
    }


def _notification(level: str, text: str) -> Json:
    return {"level": level, "message": {"text": text}}


def _artifacts(report: Report) -> list[Json]:
    """Return the analysed files; with none that a plan changes, the file the user asked about."""
    encodings = {source.path: source.encoding for source in report.texts}
    paths = sorted({report.target.path, *encodings})
    return [
        {
            "location": _artifact(path, report.target.root),
            "sourceLanguage": "python",
            **({"encoding": encodings[path]} if path in encodings else {}),
        }
        for path in paths
    ]


# --------------------------------------------------------------------------------------------------------------------
# Results
# --------------------------------------------------------------------------------------------------------------------


def _results(report: Report, codes: list[str]) -> list[Json]:
    occurrences: Counter[str] = Counter()
    results = []
    for diagnostic in report.diagnostics:
        identity = _identity(report, diagnostic)
        occurrences[identity] += 1
        fingerprint = hashlib.sha256(
            f"{identity}\0{occurrences[identity]}".encode("utf-8", "surrogatepass")
        ).hexdigest()[:32]
        results.append(_result(report, diagnostic, codes.index(diagnostic.code), fingerprint))
    return results


def _identity(report: Report, diagnostic: Diagnostic) -> str:
    """Return a text that stays the same when lines move or another size is wrong."""
    finding = diagnostic.finding
    path = phrases.short_path(finding.location.path, report.target.root)
    detail = "" if finding.detail is None else finding.detail.value
    which = finding.parameter or detail or finding.expression
    return "\0".join((diagnostic.code, path, finding.mismatch.value, finding.subject, which))


def _result(report: Report, diagnostic: Diagnostic, rule: int, fingerprint: str) -> Json:
    finding, root = diagnostic.finding, report.target.root
    result: Json = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": _level(diagnostic),
        "message": {"text": _message(report, diagnostic)},
        "locations": [{"physicalLocation": _physical(finding.location, root)}],
        "partialFingerprints": {FINGERPRINT: fingerprint},
        "properties": {
            "mismatch": finding.mismatch.value,
            "expected": list(finding.expected),
            "actual": list(finding.actual),
        },
    }
    if finding.call != finding.location:
        related = {"id": 1, "physicalLocation": _physical(finding.call, root), "message": {"text": "the failing call"}}
        result["relatedLocations"] = [related]
    if diagnostic.chain:
        result["codeFlows"] = [_code_flow(report, diagnostic.chain)]
    if fixes := _fixes(report, diagnostic):
        result["fixes"] = fixes
    if diagnostic.suppressed:
        result["suppressions"] = [{"kind": "inSource"}]
    return result


def _message(report: Report, diagnostic: Diagnostic) -> str:
    message = _sentence(diagnostic.finding.message)
    if diagnostic.fixed_by is None or report.plan is None:
        return message
    return f"{message} Repair ({report.plan.applicability.value}): {diagnostic.fixed_by.title}."


def _code_flow(report: Report, chain: Iterable[ChainLink]) -> Json:
    """Return the shape chain, one step a link; a link without a place, such as the input, stands at the file."""
    root = report.target.root
    steps: list[Json] = []
    for order, link in enumerate(chain, 1):
        place: Json = {"artifactLocation": _artifact(report.target.path, root)}
        if link.location is not None:
            place = _physical(link.location, root)
        message = {"text": f"{link.label} {link.shape}".strip()}
        steps.append({"executionOrder": order, "location": {"physicalLocation": place, "message": message}})
    return {"message": {"text": "The shapes that led here."}, "threadFlows": [{"locations": steps}]}


# --------------------------------------------------------------------------------------------------------------------
# Fixes
# --------------------------------------------------------------------------------------------------------------------


def _fixes(report: Report, diagnostic: Diagnostic) -> list[Json]:
    """Return whole verified plans, the best first: one step of a plan alone was never run."""
    if diagnostic.fixed_by is None or report.plan is None:
        return []
    plans = (report.plan, *report.alternatives)
    verified = (plan for plan in plans if plan.is_verified)
    return [fix for plan in verified if (fix := _fix(report, plan))["artifactChanges"]]


def _fix(report: Report, plan: Plan) -> Json:
    edits = replacements(plan, report.texts)
    grouped = [(path, list(group)) for path, group in groupby(edits, key=lambda edit: edit.path)]
    return {
        "description": {"text": f"{plan.title} ({plan.applicability.value})"},
        "artifactChanges": [_change(path, group, report.target.root) for path, group in grouped],
        "properties": {"applicability": plan.applicability.value, "cost": plan.cost},
    }


def _change(path: Path, edits: list[Edit], root: Path) -> Json:
    return {
        "artifactLocation": _artifact(path, root),
        "replacements": [
            {"deletedRegion": _region(edit.range), "insertedContent": {"text": edit.text}} for edit in edits
        ],
    }


# --------------------------------------------------------------------------------------------------------------------
# Places
# --------------------------------------------------------------------------------------------------------------------


def _physical(location: Location, root: Path) -> Json:
    return {"artifactLocation": _artifact(location.path, root), "region": _region(location.range)}


def _artifact(path: Path, root: Path) -> Json:
    if path.is_relative_to(root):
        return {"uri": quote(os.fsencode(phrases.short_path(path, root))), "uriBaseId": ROOT}
    return {"uri": path.as_uri() if path.is_absolute() else quote(os.fsencode(path.as_posix()))}


def _region(place: Range) -> Json:
    """Return a range in SARIF's counting: lines and columns from 1, the end column after the last character."""
    return {
        "startLine": place.start.line,
        "startColumn": place.start.column + 1,
        "endLine": place.end.line,
        "endColumn": place.end.column + 1,
    }
