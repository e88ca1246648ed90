"""What is behind the outcomes of a batch: equal causes once, with the targets that each has, true faults first.

A cause has a key that stays while lines move: where in the code it is and what disagrees there, never a line number.
It reads documents and runs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from autofix.batch.records import JobOutcome, Json
from autofix.records.finding import Mismatch
from autofix.syntax.name_bindings import class_name

NOT_RUN = "not-run"
MAX_TITLE = 160


class CauseKind(Enum):
    """What has to be done about a cause, in the order in which a report has them."""

    FAULT = "fault"
    INSTALL = "install"
    PROGRAM = "program"
    NOT_RUN = "not run"
    OFFER = "offer"


@dataclass(frozen=True, slots=True)
class CauseGroup:
    """One cause, in words, with the labels of its targets. ``place`` is where it is; a fault has its ``diagnostic``
    and, where one was verified, the ``plan`` of the first target that has one.
    """

    key: str
    kind: CauseKind
    title: str
    targets: tuple[str, ...]
    place: str = ""
    diagnostic: Json | None = None
    plan: Json | None = None

    def as_json(self) -> Json:
        return {
            "key": self.key,
            "kind": self.kind.value,
            "title": self.title,
            "place": self.place or None,
            "targets": list(self.targets),
        }


def of(outcomes: Sequence[JobOutcome]) -> tuple[CauseGroup, ...]:
    """Return every cause: faults by the number of targets, then what keeps targets from being run, the one change that
    lets most of them run first; what could be written another way comes last.
    """
    causes = (*_faults(outcomes), *_installs(outcomes), *_programs(outcomes), *_others(outcomes))
    order = list(CauseKind)
    return tuple(
        sorted(
            causes,
            key=lambda cause: (
                *(cause.kind is CauseKind.OFFER, cause.kind is not CauseKind.FAULT),
                *(-len(cause.targets), order.index(cause.kind)),
            ),
        )
    )


def keys(outcome: JobOutcome) -> tuple[str, ...]:
    """Return the keys of what is wrong with one target: of its faults, or of why it was not run."""
    if outcome.ending == NOT_RUN:
        document = outcome.document
        name = class_name(document["target"]["model"])
        return (f"not-run|{outcome.path}|{name}|{document['trace']['ending']}",)
    return tuple(dict.fromkeys(map(_key, _shown(outcome))))


def _key(diagnostic: Json) -> str:
    source = diagnostic.get("source") or {"scope": "", "line": ""}
    line = " ".join(source["line"].split())
    return "|".join(("fault", diagnostic["path"], source["scope"], diagnostic["mismatch"], line))


def _shown(outcome: JobOutcome) -> list[Json]:
    return [diagnostic for diagnostic in outcome.diagnostics if not diagnostic["suppressed"]]


def _faults(outcomes: Sequence[JobOutcome]) -> Iterator[CauseGroup]:
    first: dict[str, Json] = {}
    targets: dict[str, list[str]] = {}
    plans: dict[str, Json] = {}
    for outcome in outcomes:
        for diagnostic in _shown(outcome) if outcome.ending != NOT_RUN else ():
            key = _key(diagnostic)
            first.setdefault(key, diagnostic)
            if outcome.label not in targets.setdefault(key, []):
                targets[key].append(outcome.label)
            if outcome.plan is not None:
                plans.setdefault(key, outcome.plan)
    for key, diagnostic in first.items():
        title = f"{diagnostic['code']} {diagnostic['message']}"
        kind = CauseKind.OFFER if is_offer(diagnostic) else CauseKind.FAULT
        yield CauseGroup(key, kind, title, tuple(targets[key]), place(diagnostic), diagnostic, plan=plans.get(key))


def severity(diagnostic: Json) -> str:
    """Return "error", "warning", or "offer" where nothing is wrong."""
    if is_offer(diagnostic):
        return "offer"
    return "warning" if diagnostic["silent"] else "error"


def is_offer(diagnostic: Json) -> bool:
    """Return whether nothing is wrong: the code could be written another way."""
    return bool(diagnostic["mismatch"] == Mismatch.REFACTORING.value)


def offers_only(outcome: JobOutcome) -> bool:
    """Return whether a target ran without a fault and could be written another way."""
    return bool(outcome.diagnostics) and all(map(is_offer, outcome.diagnostics))


def place(diagnostic: Json) -> str:
    """Return the place as ``net.py:14:31``; in a notebook the cell and the line in it."""
    if "cell" in diagnostic:
        return f"{diagnostic['path']}:cell {diagnostic['cell']}:{diagnostic['cell_line']}"
    start = diagnostic["range"]["start"]
    return f"{diagnostic['path']}:{start['line']}:{start['column']}"


def _installs(outcomes: Sequence[JobOutcome]) -> Iterator[CauseGroup]:
    """Yield each package that targets which could not be imported lack; not those that something silent stood for."""
    targets: dict[str, list[str]] = {}
    entries = [entry for outcome in outcomes for entry in outcome.document["trace"]["absent"]]
    broken = {entry["package"] for entry in entries if not entry["reason"].startswith("No module named")}
    stood_for = {package for outcome in outcomes for package in outcome.document["trace"]["placeholders"]}
    for outcome in outcomes:
        packages = lacking(outcome)
        for package in [package for package in packages if package not in stood_for] or packages:
            targets.setdefault(package, []).append(outcome.label)
    for package, labels in targets.items():
        is_age = "." in package  # A neighbour, or a part of what is installed.
        title = f"the code is for another version: no `{package}`" if is_age else f"install {package}"
        title += " anew: it is there and does not load" if package in broken else ""
        yield CauseGroup(f"install|{package}", CauseKind.INSTALL, title, tuple(labels))


def lacking(outcome: JobOutcome) -> tuple[str, ...]:
    """Return the packages without which a target could not be imported."""
    if outcome.ending != NOT_RUN or outcome.document["trace"]["ending"] != "import-failed":
        return ()
    return tuple(dict.fromkeys(entry["package"] for entry in outcome.document["trace"]["absent"]))


def _programs(outcomes: Sequence[JobOutcome]) -> Iterator[CauseGroup]:
    """Yield each program that could not be run although models of the files that it reads wait for it."""
    waiting = [outcome for outcome in outcomes if outcome.ending == NOT_RUN and outcome.document["target"]["model"]]
    for outcome in outcomes:
        if outcome.ending != NOT_RUN or outcome.document["target"]["model"] or lacking(outcome):
            continue
        read = {path for path, _ in outcome.files}
        labels = tuple(other.label for other in waiting if other.path in read)
        if labels:
            title = f"let {outcome.path} run, which builds them: {_reason(outcome)}"
            yield CauseGroup(f"program|{outcome.path}", CauseKind.PROGRAM, title, labels, outcome.path)


def _others(outcomes: Iterable[JobOutcome]) -> Iterator[CauseGroup]:
    """Yield every other reason not to be run, those that differ in names and numbers alone as one."""
    reasons: dict[str, tuple[str, list[str]]] = {}
    for outcome in outcomes:
        if outcome.ending == NOT_RUN and not lacking(outcome):
            reason = _reason(outcome)
            general = re.sub(r"`[^`]*`|\([^()]*\)|[\w./-]+\.(?:py|ipynb)|\d+", "_", reason)
            reasons.setdefault(general, (reason, []))[1].append(outcome.label)
    for general, (reason, labels) in reasons.items():
        yield CauseGroup(f"not-run|{general}", CauseKind.NOT_RUN, reason, tuple(labels))


def _reason(outcome: JobOutcome) -> str:
    """Return why a target was not run, without its own name and in one line of readable length."""
    name = outcome.path.rpartition("/")[2]
    words = " ".join(outcome.message.split()).removeprefix(f"{outcome.path}: ").removeprefix(f"{name}: ")
    return words if len(words) <= MAX_TITLE else f"{words[:MAX_TITLE].rpartition(' ')[0]} ..."
