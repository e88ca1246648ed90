"""What the tables of ``docs/evidence.md`` are made of: a judged answer, and rows as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Record = dict[str, Any]
FAULTS = ("repair", "silent")


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(header)} |", "|---" * len(header) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(map(str, row))} |" for row in rows)]) + "\n"


def is_alarm(record: Record) -> bool:
    return bool(record["detected"] or record["offered"])
