"""The tables of ``docs/evidence.md`` that hold two answers of the program beside each other: with and without a part of
it, and at its first sight of a split and after.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import first_sight
from evidence_markdown import FAULTS, Record, is_alarm, table
from rivals import OURS


def first_and_after(answers: Sequence[Record], first: Sequence[Record]) -> str:
    """Return what the program gave before it had been changed with a split, beside what it gives now."""
    own = {record["case"]: record for record in answers if record["rival"] == OURS}
    pairs = [(record, own[record["case"]]) for record in first if record["case"] in own]
    rows: list[list[object]] = []
    for split, commit in first_sight.COMMITS.items():
        of_split = [pair for pair in pairs if pair[0]["split"] == split]
        if not of_split:
            continue
        faults = [pair for pair in of_split if pair[0]["kind"] in FAULTS]
        silent = [pair for pair in faults if pair[0]["kind"] == "silent"]
        others = {kind: [pair for pair in of_split if pair[0]["kind"] == kind] for kind in ("healthy", "refuse")}
        rows.append(
            [
                f"{split}, {commit}",
                len(faults),
                _beside(faults, lambda record: record["detected"]),
                _beside(faults, _is_repaired),
                f"{_beside(silent, _is_repaired)} of {len(silent)}",
                _beside(faults, lambda record: record["human"]),
                _beside(faults, lambda record: record["offered"] and not record["repaired"]),
                _beside(faults, lambda record: record["safe"]),
                _beside(faults, lambda record: record["safe"] and not record["repaired"]),
                f"{_beside(others['healthy'], is_alarm)} of {len(others['healthy'])}",
                f"{_beside(others['refuse'], lambda record: record['offered'])} of {len(others['refuse'])}",
            ]
        )
    header = (
        "split, first seen by",
        "faults",
        "detected",
        "repaired",
        "of these silent",
        "as the person",
        "another patch",
        "safe",
        "safe, wrong",
        "false alarms",
        "patches where refusing is right",
    )
    return table(header, rows) if rows else "Not measured.\n"


def ablations(answers: Sequence[Record], ablated: Sequence[Record], concerned: Mapping[str, Sequence[str]]) -> str:
    """Return what the program repairs with and without a part, on the cases that were asked without it."""
    own = {record["case"]: record for record in answers if record["rival"] == OURS}
    pairs = [(own[record["case"]], record) for record in ablated if record["case"] in own]
    splits = sorted({record["split"] for _, record in pairs})
    rows = []
    for name, cases in concerned.items():
        asked = [pair for pair in pairs if pair[1]["rival"] == name]
        if not asked:
            continue
        by_split = [[pair for pair in asked if pair[1]["split"] == split] for split in splits]
        rows.append(
            [
                name,
                len(cases),
                len(asked),
                _beside(asked, _is_repaired),
                sum(with_it["repaired"] and not without["repaired"] for with_it, without in asked),
                sum(without["repaired"] and not with_it["repaired"] for with_it, without in asked),
                _beside(asked, lambda record: record["human"]),
                _beside(asked, lambda record: record["safe"]),
                _beside(asked, lambda record: record["safe"] and not record["repaired"]),
                *(f"{_beside(group, _is_repaired)} of {len(group)}" if group else "" for group in by_split),
            ]
        )
    header = (
        "part",
        "it can matter for",
        "asked",
        "repaired with / without it",
        "lost",
        "gained",
        "as the person",
        "safe",
        "safe, wrong",
        *splits,
    )
    return table(header, rows) if rows else "Not measured.\n"


def _is_repaired(record: Record) -> bool:
    return bool(record["repaired"])


def _beside(asked: Sequence[tuple[Record, Record]], key: Callable[[Record], bool]) -> str:
    return f"{sum(key(first) for first, _ in asked)} / {sum(key(second) for _, second in asked)}"
