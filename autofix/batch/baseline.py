"""What was wrong already: the causes of an earlier batch as a file, and two reports compared.

Written texts and read ones go in and out as texts; files are for who has them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from autofix.batch import causes
from autofix.batch.records import BatchReport, Json
from autofix.records.errors import UsageError
from autofix.report import phrases

SCHEMA = 1
MAX_NAMED = 8


def written(report: BatchReport) -> str:
    """Return the baseline of a batch: a line for each key, in order, so that changes of it can be read and merged."""
    entries = sorted({key for outcome in report.outcomes for key in causes.keys(outcome)})
    return json.dumps({"schema": SCHEMA, "known": entries}, indent=1, ensure_ascii=True) + "\n"


def read(text: str, name: str) -> frozenset[str]:
    """Return the keys of a baseline; raise UsageError for a text that is none."""
    entries = _json(text, name).get("known")
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise UsageError(f"{name} is no baseline; make one with --write-baseline {name}")
    return frozenset(entries)


def _json(text: str, name: str) -> Json:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{name} is not JSON: {error}") from error
    return document if isinstance(document, dict) else {}


def with_known(report: BatchReport, known: frozenset[str]) -> BatchReport:
    """Return the report with what is known already marked, and a note that counts it."""
    labels = frozenset(
        outcome.label for outcome in report.outcomes if (own := causes.keys(outcome)) and known.issuperset(own)
    )
    there = {key for outcome in report.outcomes for key in causes.keys(outcome)}
    notes = (
        [f"{phrases.counted(len(labels), 'target')} in the baseline, which the exit code leaves out"] if labels else []
    )
    if known - there:
        gone = len(known - there)
        notes.append(f"{gone} of the {len(known)} causes in the baseline are gone; write it anew with --write-baseline")
    return replace(report, known=labels, notes=(*report.notes, *notes))


def compared(report: BatchReport, text: str, name: str) -> BatchReport:
    """Return the report with notes on what changed since an earlier one; raise UsageError for a text that is none."""
    return replace(report, notes=(*report.notes, *_changes(report, checked(text, name), name)))


def checked(text: str, name: str) -> Json:
    """Return an earlier report; raise UsageError for a text that is none."""
    before = _json(text, name)
    if not isinstance(before.get("causes"), list) or not isinstance(before.get("counts"), dict):
        raise UsageError(f"{name} is no report of a batch; make one with --report NAME.json")
    return before


def _changes(report: BatchReport, before: Json, name: str) -> Iterator[str]:
    endings = sorted({*before["counts"], *(outcome.ending for outcome in report.outcomes)})
    counts = ((ending, before["counts"].get(ending, 0), report.count(ending)) for ending in endings)
    words = ", ".join(f"{ending.replace('-', ' ')} {old} -> {new}" for ending, old, new in counts if old != new)
    yield f"since {name}: {words or 'the same counts'}"
    old_titles = {cause["key"]: cause["title"] for cause in before["causes"]}
    new_titles = {cause.key: cause.title for cause in causes.of(report.outcomes)}
    for kind, titles in (
        ("new", [title for key, title in new_titles.items() if key not in old_titles]),
        ("gone", [title for key, title in old_titles.items() if key not in new_titles]),
    ):
        if titles:
            more = f"; and {len(titles) - MAX_NAMED} more" if len(titles) > MAX_NAMED else ""
            yield f"{kind} since {name}: {'; '.join(titles[:MAX_NAMED])}{more}"
