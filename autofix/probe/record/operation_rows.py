"""How an operation is told: the row that is there before it has run."""

from __future__ import annotations

from typing import Any

from ..main.wire import FrameRow, OperationKind, OperationRow, Phase


def begun(
    kind: OperationKind,
    name: str,
    target: str,
    arguments: list[Any],
    keywords: list[list[Any]],
    frames: list[FrameRow],
    phase: Phase,
) -> OperationRow:
    """Return the row of an operation that has no result yet, of no layer and in none."""
    return {
        "kind": kind,
        "name": name,
        "target": target,
        "args": arguments,
        "kwargs": keywords,
        "result": None,
        "raised": True,
        "frames": frames,
        "phase": phase,
        "layer": None,
        "identity": None,
        "scope": None,
    }
