"""Calls that give a dimension its size: a factory, a repetition, a padding, an expansion, each with its argument.

It reads one call; the way from a tensor back to it is for ``size_origins``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from autofix.facts.call_sites import argument_of, written
from autofix.facts.project_view import Expression, Project
from autofix.records.trace import Operation, Phase
from autofix.records.values import Sequence, Tensor
from autofix.syntax.name_bindings import assignments
from autofix.syntax.source import argument, dotted

FACTORIES = frozenset(
    (
        "zeros",
        "ones",
        "empty",
        "rand",
        "randn",
        "full",
        "normal",
        "new_zeros",
        "new_ones",
        "new_full",
        "new_empty",
        "new",
        "FloatTensor",
        "Tensor",
    )
)
STACKS = frozenset(("stack", "cat", "concat", "concatenate", "vstack"))
REPEATS = frozenset(("repeat_interleave", "repeat"))
SQUARE_MASK = "generate_square_subsequent_mask"


@dataclass(frozen=True, slots=True)
class Origin:
    """``expression`` gave the dimension its size; ``is_cut``: as the bound of a slice, not in the making.

    Its value is counted from ``start`` in steps of ``step``, or says how often ``of`` entries were repeated.
    """

    expression: Expression
    phase: Phase
    is_cut: bool = False
    start: int = 0
    step: int = 1
    of: int = 1

    def wanted(self, size: int) -> int | None:
        """Return the value that the expression needs for the dimension to have ``size``; None where there is none."""
        return None if size % self.of else self.start + size // self.of * self.step


def made_by(project: Project, operation: Operation, dimension: int) -> Origin | None:
    """Return the argument of ``operation``'s own call that decided a dimension of its result."""
    return (
        _made(project, operation, dimension)
        or _repeated(project, operation, dimension)
        or _padded(project, operation, dimension)
        or _expanded(project, operation, dimension)
        or _of_range(project, operation, dimension)
    )


def _made(project: Project, operation: Operation, dimension: int) -> Origin | None:
    call = written(project, operation)
    if call is None or not isinstance(call.node, ast.Call):
        return None
    callee = dotted(call.node.func).rpartition(".")[2] or getattr(call.node.func, "attr", "")
    name = operation.operator
    node: ast.expr | None = None
    if callee == name == "arange" and dimension == 0:
        return _counted(operation, call, call.node)
    if callee == SQUARE_MASK:
        node = call.node.args[0] if call.node.args else None
    elif callee == name == "linspace" and dimension == 0:
        node = argument(call.node, 2, "steps")
    elif callee == name == "eye" and call.node.args:
        node = call.node.args[min(dimension, len(call.node.args) - 1)]
    elif name in FACTORIES and callee == name:
        sizes = _written_out(call, size_arguments(call.node))
        node = sizes[dimension] if dimension < len(sizes) else None
    if node is None or isinstance(node, ast.Starred):
        return None
    return Origin(call.at(node), operation.phase)


def _counted(operation: Operation, call: Expression, node: ast.Call) -> Origin | None:
    """Return the origin in the ``end`` of ``arange(end)`` and of ``arange(start, end, step)``."""
    arguments = operation.arguments
    start, step = arguments[0] if len(arguments) > 1 else 0, arguments[2] if len(arguments) > 2 else 1
    if (
        not arguments
        or len(node.args) != len(arguments)
        or not isinstance(start, int)
        or not isinstance(step, int)
        or step < 1
    ):
        return None
    end = node.args[min(len(arguments), 2) - 1]
    return None if isinstance(end, ast.Starred) else Origin(call.at(end), operation.phase, False, start, step)


def size_arguments(call: ast.Call) -> list[ast.expr]:
    """Return the sizes in ``torch.zeros(a, b)`` or ``torch.zeros((a, b))``, empty where they are not written out."""
    keyword = next((k.value for k in call.keywords if k.arg == "size"), None)
    first = call.args[0] if call.args else keyword
    sizes = first.elts if isinstance(first, (ast.Tuple, ast.List)) else list(call.args)
    return [] if any(isinstance(size, ast.Starred) for size in sizes) else sizes


def _written_out(call: Expression, sizes: list[ast.expr]) -> list[ast.expr]:
    """Return the sizes of ``torch.zeros(shape)`` where ``shape`` is assigned once in the function, to a tuple."""
    function = call.source.function_of(call.node)
    if function is None or len(sizes) != 1 or not isinstance(sizes[0], ast.Name):
        return sizes
    bound = list(assignments(call.source, function, sizes[0].id))
    if len(bound) != 1 or not isinstance(bound[0][0], ast.Assign) or not isinstance(bound[0][1], (ast.Tuple, ast.List)):
        return sizes
    entries = bound[0][1].elts
    return sizes if any(isinstance(entry, ast.Starred) for entry in entries) else entries


def _repeated(project: Project, operation: Operation, dimension: int) -> Origin | None:
    """Return the origin in the count by which the entries of a dimension were repeated."""
    name = operation.operator
    if name not in REPEATS or not operation.tensors or not isinstance(operation.result, Tensor):
        return None
    before, after = operation.tensors[0], operation.result
    own = dimension - (after.rank - before.rank)
    of = before.shape[own] if own >= 0 else 1
    if of == after.shape[dimension] or not of:
        return None
    if name == "repeat_interleave":
        place = argument_of(project, operation, 1, "repeats")
    else:
        place = argument_of(project, operation, 1 + dimension, "")
    if place is None or not isinstance(project.integer(place), int):
        return None
    return Origin(place, operation.phase, of=of)


def _padded(project: Project, operation: Operation, dimension: int) -> Origin | None:
    """Return the origin in the number of entries that ``pad`` puts behind a dimension, else before it."""
    call = written(project, operation)
    sizes = operation.arguments[1] if operation.operator == "pad" and len(operation.arguments) > 1 else None
    if call is None or not isinstance(call.node, ast.Call) or not isinstance(sizes, Sequence) or not operation.tensors:
        return None
    display = argument(call.node, 1, "pad")
    tensor = operation.tensors[0]
    first = 2 * (tensor.rank - 1 - dimension)
    if not isinstance(display, (ast.Tuple, ast.List)) or len(display.elts) != len(sizes.items):
        return None
    around = [size for size in sizes.items[first : first + 2] if isinstance(size, int)]
    if len(around) < 2 or not any(around):
        return None
    behind = 1 if around[1] else 0
    start = -(tensor.shape[dimension] + around[1 - behind])
    return Origin(call.at(display.elts[first + behind]), operation.phase, start=start)


def _of_range(project: Project, operation: Operation, dimension: int) -> Origin | None:
    """Return the origin in the count of the passes that made the parts: ``torch.stack([draw() for _ in range(n)])``."""
    along = operation.integer(1, "dim") or 0
    parts = (
        argument_of(project, operation, 0, "tensors") if operation.operator in STACKS and along == dimension else None
    )
    node = None if parts is None else parts.node
    if isinstance(node, ast.Call) and dotted(node.func) in {"list", "tuple"} and len(node.args) == 1:
        (node,) = node.args
    loops = node.generators if isinstance(node, (ast.ListComp, ast.GeneratorExp)) else []
    if parts is None or len(loops) != 1 or loops[0].ifs or not isinstance(operation.result, Tensor):
        return None
    count, size = loops[0].iter, operation.result.shape[dimension]
    if not isinstance(count, ast.Call) or dotted(count.func) != "range" or len(count.args) != 1 or not size:
        return None
    of, rest = divmod(size, len(operation.tensors))
    return None if rest else Origin(parts.at(count.args[0]), operation.phase, of=of)


def _expanded(project: Project, operation: Operation, dimension: int) -> Origin | None:
    """Return the origin in the size to which ``expand`` repeats a dimension of one."""
    call = written(project, operation) if operation.operator == "expand" else None
    if call is None or not isinstance(call.node, ast.Call) or not isinstance(operation.result, Tensor):
        return None
    sizes = size_arguments(call.node)
    own = dimension - (operation.result.rank - operation.tensors[0].rank)
    unchanged = own >= 0 and operation.tensors[0].shape[own] == operation.result.shape[dimension]
    if unchanged or len(sizes) != operation.result.rank:
        return None
    return Origin(call.at(sizes[dimension]), operation.phase)


def sizes_of_expand(project: Project, operation: Operation) -> Iterator[tuple[Expression, int]]:
    """Yield the sizes of a failing ``expand`` that are not those of the dimensions they stand for."""
    sizes = operation.arguments[1:]
    tensor = operation.tensors[0] if operation.tensors else None
    for place, size in enumerate(sizes):
        own = place - (len(sizes) - tensor.rank) if tensor is not None else -1
        if tensor is None or own < 0 or size in (-1, tensor.shape[own]) or tensor.shape[own] == 1:
            continue
        expression = argument_of(project, operation, 1 + place, "")
        if expression is not None:
            yield expression, tensor.shape[own]
