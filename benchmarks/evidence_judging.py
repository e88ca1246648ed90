"""What an answer about a case is worth: whether it names the line and the cause, and whether its repair holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import fault_runs
from fault_cases import Case
from fault_runs import Run
from rivals import Answer, Rival

from autofix.loading import patched_files
from autofix.records.errors import AutofixError

MOST_OTHERS = 5  # Of the further plans that are tried.


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of a case before anybody is asked: how it ends, and what the accepted repair gives."""

    bare: Run
    reference: Run | None


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer about one case, judged. ``later``: one of the further plans holds, though the first does not;
    ``plans``: of each plan, the rules of its steps; ``evidence``: its evidence; ``right``: of the first and those that
    were tried, whether it holds.
    """

    case: str
    split: str
    kind: str
    fault_class: str
    rival: str
    detected: bool
    cannot: str
    line: bool
    cause: bool
    lines: int
    message: str
    seconds: float
    offered: bool = False
    safe: bool = False
    repaired: bool = False
    human: bool = False
    later: bool = False
    why: str = ""
    ending: str = ""
    plans: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[dict[str, int], ...] = ()
    right: tuple[bool, ...] = ()

    def record(self) -> dict[str, Any]:
        return asdict(self)


def truth(case: Case) -> Truth:
    reference = fault_runs.run(case, case.texts(case.accepted)) if case.is_fault else None
    return Truth(fault_runs.run(case, check=False), reference)


def judged(case: Case, known: Truth, rival: Rival) -> Judged:
    """Ask somebody about a copy of a case, and judge what is said."""
    with fault_runs.copied(case) as folder:
        answer = rival.ask(folder, case)
    said = answer.said
    failing = set(known.bare.frames[-1:])
    row = Judged(
        case.name,
        case.split,
        case.kind,
        case.fault_class,
        rival.name,
        said.detected,
        said.cannot,
        bool(failing & set(said.lines)),
        bool(case.edited_lines() & set(said.lines)) if case.is_fault else False,
        len(said.lines),
        said.message,
        round(said.seconds, 2),
        bool(answer.texts),
        bool(answer.texts) and answer.safe,
        ending=answer.ending,
        plans=answer.plans,
        evidence=answer.evidence,
    )
    return with_repair(row, case, known, answer) if answer.texts and case.is_fault else row


def with_repair(row: Judged, case: Case, known: Truth, answer: Answer) -> Judged:
    texts = answer.texts or {}
    result = fault_runs.holds(case, texts, known.reference)
    others = tuple(_other_holds(case, known, patch) for patch in answer.others[:MOST_OTHERS])
    values = row.record() | {
        "repaired": result.ok,
        "why": f"{result.error}: {result.message}"[:200] if result.error else "",
        "human": result.ok and as_accepted(case, texts),
        "later": not result.ok and any(others),
        "right": (result.ok, *others),
    }
    return Judged(**values)


def _other_holds(case: Case, known: Truth, patch: str) -> bool:
    texts = patched(case, patch)
    return texts is not None and fault_runs.holds(case, texts, known.reference).ok


def patched(case: Case, patch: str) -> dict[str, str] | None:
    """Return the texts of the files that a unified diff changes; None where it does not fit."""
    with fault_runs.copied(case) as folder:
        try:
            files = patched_files.patched(patch.encode(), folder)
        except AutofixError:
            return None
        return {Path(path).relative_to(folder).as_posix(): text for path, text in files.after}


def as_accepted(case: Case, texts: Mapping[str, str]) -> bool:
    """Return whether texts are those of the accepted repair but for comments and layout, or have each of its places as
    one of the ways that say the same.
    """
    accepted = case.texts(case.accepted)
    names = accepted.keys() | texts.keys()
    before = {name: (case.folder / name).read_text("utf-8") for name in names}
    if all(fault_runs.same_code(texts.get(name, before[name]), accepted.get(name, before[name])) for name in names):
        return True
    places = case.data["also_accepted"]
    flat = "".join(_flat(text) for text in texts.values())
    return bool(places) and all(any(_flat(way) in flat for way in ways) for ways in places)


def _flat(text: str) -> str:
    return re.sub(r"\s+", "", text)
