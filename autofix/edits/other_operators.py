"""Another operator of the same kind on the way to a fault: ``a * b`` for ``a @ b``, ``cat`` for ``stack``.

The contracts of all that ran since say whether the call that failed would be content with what comes of it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.call_sites import written
from autofix.facts.contracts import BoundCall, bound, fits
from autofix.facts.project_view import Expression, Project
from autofix.facts.replays import is_content, makers
from autofix.operators import table
from autofix.records.costs import Evidence
from autofix.records.locations import Edit, Range
from autofix.records.trace import Operation, OperationKind
from autofix.syntax.source import Source

# What takes the same arguments and makes something else of them.
_TWINS = {"matmul": "mul", "mm": "mul", "bmm": "mul", "mul": "matmul", "stack": "cat", "cat": "stack"}
_SIGNS = {"matmul": "@", "mul": "*"}
_LEAST_SHARED = 2


def other_operators(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield exchanges of an operator with which no contract is broken, the nearest first."""
    for steps, maker in ((0, operation), *makers(project, operation)):
        twin, call, place = _TWINS.get(maker.operator), bound(project, maker), written(project, maker)
        row = None if twin is None else table.function(twin)
        if twin is None or row is None or call is None or place is None or maker.phase is not operation.phase:
            continue
        other = BoundCall(row, row.bind(maker.arguments, dict(maker.keywords)))
        edit = _exchanged(place, maker.operator, twin)
        if edit is None or not fits(other) or not _is_plausible(project, maker, twin):
            continue
        if not steps or is_content(project, maker, other.results, operation):
            is_evident = _is_evident(maker, twin)
            speaking = (Evidence.EXACT_FIT, Evidence.EVIDENT) if is_evident else (Evidence.OTHER_READING,)
            evidence = (Evidence.RUNNER_UP, *speaking, Evidence.UPSTREAM * steps)
            yield CodeChange(f"write `{_SIGNS.get(twin, twin)}`", (edit,), evidence)


def _is_plausible(project: Project, maker: Operation, twin: str) -> bool:
    """Return whether the operands are of the sort that the other operator takes: for a matrix product the weights of
    one, for a product entry by entry two of the same shape.
    """
    shapes = [tensor.shape for tensor in maker.tensors]
    if len(shapes) != _LEAST_SHARED:
        return twin not in _SIGNS
    if twin == "mul":
        return shapes[0] == shapes[1]
    if twin == "matmul":
        maker_of = project.producer(maker.tensors[1])
        return len(shapes[1]) == 2 <= len(shapes[0]) and maker_of is not None and _is_stored(maker_of)
    return True


def _is_stored(maker: Operation) -> bool:
    return maker.kind is OperationKind.GET_ATTR


def _is_evident(maker: Operation, twin: str) -> bool:
    """Return whether the operands leave hardly anything else that is meant: one row for each sample, maps that are
    joined, the weights of a product.
    """
    rank = max((tensor.rank for tensor in maker.tensors), default=0)
    return twin in {"matmul", "cat"} or (twin == "mul" and rank == 2)


def _exchanged(place: Expression, operator: str, twin: str) -> Edit | None:
    """Return the edit of a sign or of the name of a function; None for a call that is written in another way."""
    source, node = place.source, place.node
    if isinstance(node, ast.BinOp) and twin in _SIGNS:
        return _sign(source, node, _SIGNS[twin])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == operator:
        end = source.range_of(node.func).end
        start = type(end)(end.line, end.column - len(operator))
        return Edit(source.path, Range(start, end), twin)
    return None


def _sign(source: Source, node: ast.BinOp, sign: str) -> Edit | None:
    """Return the edit of what stands between two operands, as far as that is one sign on one line."""
    start, end = source.range_of(node.left).end, source.range_of(node.right).start
    between = source.segment(Range(start, end))
    match = re.fullmatch(r"([\s)]*)[@*]([\s(]*)", between)
    if match is None or "\n" in between:
        return None
    at = start.column + len(match[1])
    return Edit(source.path, Range(type(start)(start.line, at), type(start)(start.line, at + 1)), sign)
