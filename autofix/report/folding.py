"""Rows of a table of shapes made fewer: repeats of a block as one, and all that runs inside a module as one.

It knows rows and the names of layers in them, and nothing of a trace.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from autofix.report.table import Row

LONGEST_BLOCK = 400
FEWEST_REPEATS = 3
_NUMBER = re.compile(r"(?<![^.])\d+(?![^.])")


def folded(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with blocks that follow each other, and differ in their number only, as one:
    ``blocks.0-47.norm``, with the parameters of all.
    """
    keys = [_key(row) for row in rows]
    result: list[Row] = []
    start = 0
    while start < len(rows):
        length, times = _repeats(rows, keys, start)
        blocks = [rows[start + number * length : start + (number + 1) * length] for number in range(times)]
        result += [_as_one(alike) for alike in zip(*blocks, strict=True)]
        start += length * times
    return result


def _key(row: Row) -> object:
    names = (_NUMBER.sub("#", row.layer), _NUMBER.sub("#", row.scope))
    return row.place, names, row.operator, row.shapes, row.parameters, row.failing


def _repeats(rows: Sequence[Row], keys: Sequence[object], start: int) -> tuple[int, int]:
    """Return the length of the shortest block that begins here and is repeated under the next numbers, and
    how many times it stands there; (1, 1) where nothing is.
    """
    for length in range(1, min(LONGEST_BLOCK, (len(rows) - start) // FEWEST_REPEATS) + 1):
        if keys[start] != keys[start + length]:
            continue
        block = keys[start : start + length]
        times = 1
        while keys[start + times * length : start + (times + 1) * length] == block:
            after = rows[start + times * length : start + (times + 1) * length]
            before = rows[start + (times - 1) * length : start + times * length]
            steps = {_step(row.layer, next_row.layer) for row, next_row in zip(before, after, strict=True)}
            if not steps <= {0, 1} or 1 not in steps:
                break
            times += 1
        if times >= FEWEST_REPEATS:
            return length, times
    return 1, 1


def _step(before: str, after: str) -> int:
    """Return by how much the one number grows in which two names differ; -1 where several do."""
    differing = [pair for pair in zip(before.split("."), after.split("."), strict=True) if pair[0] != pair[1]]
    if not differing:
        return 0
    return int(differing[0][1]) - int(differing[0][0]) if len(differing) == 1 else -1


def _as_one(alike: Sequence[Row]) -> Row:
    """Return one row for rows that differ in one number of their layer, or in nothing."""
    if len(alike) == 1:
        return alike[0]
    same = alike[0].layer == alike[-1].layer
    layer = f"{alike[0].layer} x{len(alike)}".lstrip() if same else _span(alike[0].layer, alike[-1].layer)
    parameters = sum(int(row.parameters.replace(",", "") or 0) for row in alike)
    return replace(
        alike[0],
        layer=layer,
        parameters=f"{parameters:,}" if parameters else "",
        scope=_span(alike[0].scope, alike[-1].scope),
        operations=tuple(index for row in alike for index in row.operations),
        times=len(alike),
    )


def _span(first: str, last: str) -> str:
    """Return ``body.0-11`` for ``body.0`` and ``body.11``."""
    pairs = zip(first.split("."), last.split("."), strict=True)
    return ".".join(part if part == other else f"{part}-{other}" for part, other in pairs)


def to_depth(rows: Sequence[tuple[Row, str]], kinds: Mapping[str, str], counts: Mapping[str, int]) -> list[Row]:
    """Return the rows with all that runs inside one module as a row of that module.

    Beside each row stands the module that it is to be a part of, empty for none; ``kinds`` and ``counts`` are the class
    and the parameters of each module by its path.
    """
    result: list[Row] = []
    for path, group in groupby(rows, key=lambda pair: pair[1]):
        inside = [row for row, _ in group]
        if not path or any(row.failing for row in inside):
            result += inside
            continue
        shapes = f"{inside[0].shapes.partition(' -> ')[0]} -> {inside[-1].shapes.rpartition(' -> ')[2]}"
        parameters = f"{counts[path]:,}" if counts.get(path) else ""
        operations = tuple(index for row in inside for index in row.operations)
        scope = path.rpartition(".")[0]
        kind = kinds.get(path, "")
        result.append(Row(inside[0].place, path, kind, shapes, parameters, scope=scope, operations=operations))
    return result


def module_at(depth: int, layer: str | None, scope: str) -> str:
    """Return the module at this depth in which an operation runs; empty for one that runs outside of all such."""
    parts = (scope if layer is None else layer).split(".")
    is_inside = len(parts) > depth or (layer is None and len(parts) == depth)
    return ".".join(parts[:depth]) if is_inside else ""
