"""The outcomes of a batch as one SARIF 2.1.0 log: the logs of the targets as one run, rules and files told once."""

from __future__ import annotations

import json
from collections.abc import Iterable

from autofix.batch.records import BatchReport, Json
from autofix.report import sarif

_LIMIT_OF_CODE = 2


def render(report: BatchReport) -> str:
    """Return the log, ended by LF."""
    runs = [outcome.sarif["runs"][0] for outcome in report.outcomes]
    rules = _unique((rule for run in runs for rule in run["tool"]["driver"]["rules"]), "id")
    ids = [rule["id"] for rule in rules]
    artifacts: dict[str, Json] = {}
    for run in runs:
        for artifact in run["artifacts"]:
            artifacts.setdefault(json.dumps(artifact["location"], sort_keys=True), artifact)
    driver = {"name": "autofix", **({"semanticVersion": report.version} if report.version else {}), "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "originalUriBaseIds": {sarif.ROOT: {"description": {"text": "The root of the project that was analysed."}}},
        "invocations": [_invocation(report)],
        "artifacts": [artifacts[key] for key in sorted(artifacts)],
        "results": [_result(result, ids) for run in runs for result in run["results"]],
    }
    return json.dumps({"$schema": sarif.SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=True) + "\n"


def _unique(rules: Iterable[Json], key: str) -> list[Json]:
    by_name: dict[str, Json] = {}
    for rule in rules:
        by_name.setdefault(rule[key], rule)
    return [by_name[name] for name in sorted(by_name)]


def _result(result: Json, ids: list[str]) -> Json:
    return {**result, "ruleIndex": ids.index(result["ruleId"])} if "ruleIndex" in result else result


def _invocation(report: BatchReport) -> Json:
    notifications = [
        {"level": "error", "message": {"text": f"{outcome.label}: {outcome.message}"}}
        for outcome in report.outcomes
        if outcome.ending == "not-run"
    ]
    return {
        "executionSuccessful": report.exit_code < _LIMIT_OF_CODE,
        "exitCode": report.exit_code,
        "toolExecutionNotifications": notifications,
    }
