"""Whether the code itself says that time steps come before samples: by how it pads sequences, and along which dimension
it sums up or picks from what a sequence layer gave.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.fault_path import calls
from autofix.facts.project_view import Project
from autofix.records.trace import Operation
from autofix.syntax.name_bindings import callee_name, targets
from autofix.syntax.source import argument, below, dotted

_PADDING = frozenset(("pad_sequence", "pad_packed_sequence"))
_SUMMING = frozenset(("sum", "mean", "amax", "max", "logsumexp"))


def steps_first(project: Project, operation: Operation) -> bool | None:
    """Return whether what a sequence layer is given has its time steps first, as the code around says; None where it
    says nothing, or both.
    """
    orders = set(_of_padding(project, operation)) or set(_of_results(project, operation))
    return orders.pop() if len(orders) == 1 else None


def _of_padding(project: Project, operation: Operation) -> Iterator[bool]:
    for place, call in calls(project, operation, operation.layer_index):
        if callee_name(call) in _PADDING:
            flag = argument(call, 1, "batch_first")
            value = None if flag is None else project.value(place.at(flag))
            if flag is None or isinstance(value, bool):
                yield not value


def _of_results(project: Project, operation: Operation) -> Iterator[bool]:
    """Yield what each line says that sums up or picks from a name to which the result of a call is bound."""
    call = project.call(operation.frames)
    if call is None:
        return
    statement = call.source.statement_of(call.node)
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    if target is None:
        return
    result = target.elts[0] if isinstance(target, ast.Tuple) else target
    layer = project.layer_of(operation)
    is_tensor = result is not target or (layer is not None and layer.kind.startswith("Transformer"))
    bound = targets(result)
    function = call.source.function_of(call.node) or call.source.tree
    anew = (n.lineno for n in below(function) if isinstance(n, ast.Assign) and targets(n.targets[0]) & bound)
    last = min((line for line in anew if line > statement.lineno), default=None)  # Then it may be another tensor.
    for node in below(function):
        line = getattr(node, "lineno", 0)
        if line < statement.lineno or (last is not None and line > last):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _SUMMING:
            dimension = argument(node, 0, "dim")
            is_one = isinstance(dimension, ast.Constant) and dimension.value in {0, 1}
            if is_one and isinstance(dimension, ast.Constant) and _reads(node.func.value, bound):
                yield dimension.value == 0
        elif is_tensor and isinstance(node, ast.Subscript) and dotted(node.value) in bound:
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            if _is_number(parts[0]):
                yield True
            elif len(parts) > 1 and isinstance(parts[0], ast.Slice) and _is_number(parts[1]):
                yield False


def _is_number(node: ast.expr) -> bool:
    value = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(value, ast.Constant) and isinstance(value.value, int)


def _reads(node: ast.expr, names: set[str]) -> bool:
    return any(isinstance(part, ast.Name) and part.id in names for part in ast.walk(node))
