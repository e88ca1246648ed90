"""Where a size of a tensor was decided: the argument of the call that made it, or the bound of the slice that cut it.

It follows one dimension back through operations that keep, move or broadcast dimensions; it proposes nothing.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from autofix.facts.call_sites import argument_of, written
from autofix.facts.project_view import Expression, Project
from autofix.records.trace import Operation, OperationKind, Phase
from autofix.records.values import Sequence, Tensor, Value
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
_RESHAPES = frozenset(
    ("view", "reshape", "flatten", "unflatten", "matmul", "bmm", "mm", "linear", "cat", "stack", "einsum")
)
_REPEATS = frozenset(("repeat_interleave", "repeat"))
_SQUARE_MASK = "generate_square_subsequent_mask"
MAX_STEPS = 40


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


def origin(project: Project, tensor: Tensor, dimension: int) -> Origin | None:
    """Return the expression that decided ``tensor.shape[dimension]``; None where the way back is lost."""
    dimension %= max(tensor.rank, 1)
    for _ in range(MAX_STEPS):
        operation = project.producer(tensor)
        if operation is None:
            return None
        made = (
            _made(project, operation, dimension)
            or _repeated(project, operation, dimension)
            or _padded(project, operation, dimension)
            or _expanded(project, operation, dimension)
        )
        if made is not None:
            return made
        if operation.kind is OperationKind.GET_ATTR and not _has_maker(operation):
            return _square_mask_of(project, operation)
        cut = _cut(project, operation, dimension)
        if cut is not None:
            return cut
        before = _before(operation, dimension)
        if before is None:
            return None
        tensor, dimension = before
    return None


# -- calls that make a tensor ------------------------------------------------------------------------------------------


def _made(project: Project, operation: Operation, dimension: int) -> Origin | None:
    call = written(project, operation)
    if call is None or not isinstance(call.node, ast.Call):
        return None
    callee = dotted(call.node.func).rpartition(".")[2] or getattr(call.node.func, "attr", "")
    name = operation.operator
    node: ast.expr | None = None
    if callee == name == "arange" and dimension == 0:
        return _counted(operation, call, call.node)
    if callee == _SQUARE_MASK:
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
    return Origin(replace(call, node=node), operation.phase)


def _counted(operation: Operation, call: Expression, node: ast.Call) -> Origin | None:
    """Return the origin in the ``end`` of ``arange(end)`` and of ``arange(start, end, step)``."""
    given = operation.arguments
    start, step = given[0] if len(given) > 1 else 0, given[2] if len(given) > 2 else 1
    if not given or len(node.args) != len(given) or not isinstance(start, int) or not isinstance(step, int) or step < 1:
        return None
    end = node.args[min(len(given), 2) - 1]
    return (
        None if isinstance(end, ast.Starred) else Origin(replace(call, node=end), operation.phase, False, start, step)
    )


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
    name = sizes[0].id
    assigned = [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
    ]
    value = assigned[0].value if len(assigned) == 1 else None
    is_plain = isinstance(value, (ast.Tuple, ast.List)) and not any(isinstance(e, ast.Starred) for e in value.elts)
    return list(value.elts) if is_plain and isinstance(value, (ast.Tuple, ast.List)) else sizes


def _repeated(project: Project, operation: Operation, dimension: int) -> Origin | None:
    """Return the origin in the count by which the entries of a dimension were repeated."""
    name = operation.operator
    if name not in _REPEATS or not operation.tensors or not isinstance(operation.result, Tensor):
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
    return Origin(replace(call, node=display.elts[first + behind]), operation.phase, start=start)


def _expanded(project: Project, operation: Operation, dimension: int) -> Origin | None:
    """Return the origin in the size to which ``expand`` repeats a dimension of one."""
    call = written(project, operation) if operation.operator == "expand" else None
    if call is None or not isinstance(call.node, ast.Call) or not isinstance(operation.result, Tensor):
        return None
    sizes = size_arguments(call.node)
    own = dimension - (operation.result.rank - operation.tensors[0].rank)
    kept = own >= 0 and operation.tensors[0].shape[own] == operation.result.shape[dimension]
    if kept or len(sizes) != operation.result.rank:
        return None
    return Origin(replace(call, node=sizes[dimension]), operation.phase)


def _has_maker(operation: Operation) -> bool:
    tensor = operation.tensors[0] if operation.tensors else None
    return tensor is not None and tensor.producer not in (None, operation.index)


def _square_mask_of(project: Project, operation: Operation) -> Origin | None:
    """Return the size in a call of torch's own mask function.

    It leaves no trace in a constructor, so its call is looked for there.
    """
    size = operation.tensors[0].shape[0] if operation.tensors and operation.tensors[0].rank == 2 else None
    for layer in project.trace.layers:
        for index, frame in enumerate(layer.construction):
            source = project.source(frame.path)
            function = source.function_at(frame.range, frame.function)
            for node in ast.walk(function) if function is not None else ():
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == _SQUARE_MASK and node.args:
                    found = Expression(source, node.args[0], layer.construction[index:])
                    if project.integer(found) == size:
                        return Origin(found, Phase.CONSTRUCT)
    return None


# -- slices ------------------------------------------------------------------------------------------------------------


def parts(operation: Operation) -> tuple[Value, ...]:
    """Return what a subscript was given, as a tuple."""
    key = operation.arguments[1] if len(operation.arguments) > 1 else None
    return key.items if isinstance(key, Sequence) and key.type == "tuple" else (key,)


def _sliced(operation: Operation, dimension: int) -> tuple[int, int] | None:
    """Return (index of the part, dimension of the operand) that result dimension ``dimension`` of a
    subscript came from.
    """
    tensor = operation.tensors[0]
    used = sum(1 for part in parts(operation) if part is not None and not _is_ellipsis(part))
    source = result = 0
    for index, part in enumerate(parts(operation)):
        if isinstance(part, (Tensor, bool)):
            return None
        if part is None:
            result += 1
            continue
        span = tensor.rank - used if _is_ellipsis(part) else 1
        if not isinstance(part, int):
            if result <= dimension < result + span:
                return (-1 if _is_ellipsis(part) else index), source + dimension - result
            result += span
        source += span
    return -1, source + dimension - result


def _is_ellipsis(value: Value) -> bool:
    return getattr(value, "type", "") == "ellipsis"


def _cut(project: Project, operation: Operation, dimension: int) -> Origin | None:
    """Return the bound of a slice that took less than there was."""
    place = _sliced(operation, dimension) if operation.target.endswith("getitem") and operation.tensors else None
    if place is None or place[0] < 0 or not isinstance(operation.result, Tensor):
        return None
    if operation.result.shape[dimension] == operation.tensors[0].shape[place[1]]:
        return None
    bound = slice_bound(project, operation, place[0])
    return None if bound is None else Origin(bound, operation.phase, True)


def slice_bound(project: Project, operation: Operation, index: int) -> Expression | None:
    """Return the upper bound written at one place of a subscript."""
    found = written(project, operation)
    if found is None or not isinstance(found.node, ast.Subscript):
        return None
    bounds = found.node.slice.elts if isinstance(found.node.slice, ast.Tuple) else [found.node.slice]
    part = bounds[index] if index < len(bounds) else None
    return replace(found, node=part.upper) if isinstance(part, ast.Slice) and part.upper is not None else None


# -- operations that keep or move dimensions ---------------------------------------------------------------------------


def _before(operation: Operation, dimension: int) -> tuple[Tensor, int] | None:
    """Return the operand and its dimension that became ``dimension`` of the result."""
    name = operation.operator
    tensors, result = operation.tensors, operation.result
    if not tensors or (operation.kind is OperationKind.CALL_MODULE and name not in {"Dropout", "Identity"}):
        return None
    first = tensors[0]
    numbers = [value for value in operation.arguments[1:] if isinstance(value, int)]
    if operation.kind is OperationKind.GET_ATTR:
        return first, dimension
    if name == "getitem":
        place = _sliced(operation, dimension)
        return None if place is None else (first, place[1])
    if name == "outer":
        return tensors[dimension % len(tensors)], 0
    if name in _REPEATS:
        kept = isinstance(result, Tensor) and result.rank == first.rank
        return (first, dimension) if kept else None
    if name == "unsqueeze" and numbers:
        at = numbers[0] % (first.rank + 1)
        return None if at == dimension else (first, dimension - (dimension > at))
    if name in {"transpose", "swapaxes"} and len(numbers) == 2:
        a, b = (number % first.rank for number in numbers)
        return first, {a: b, b: a}.get(dimension, dimension)
    if name in {"t", "T", "mT"}:
        return first, {0: 1, 1: 0}.get(dimension, dimension)
    if name == "permute":
        order = numbers or [
            v
            for item in operation.arguments[1:]
            if isinstance(item, Sequence)
            for v in item.items
            if isinstance(v, int)
        ]
        return (first, order[dimension]) if len(order) == first.rank else None
    if not isinstance(result, Tensor) or name in _RESHAPES:
        return None
    if name in {"pad", "expand"}:
        return _aligned((first,), result.shape, dimension)
    return _aligned(tensors, result.shape, dimension) if len(tensors) > 1 or first.shape == result.shape else None


def _aligned(tensors: tuple[Tensor, ...], shape: tuple[int, ...], dimension: int) -> tuple[Tensor, int] | None:
    """Return the operand that gave an elementwise result its size, aligned from the end."""
    for tensor in tensors:
        own = dimension - (len(shape) - tensor.rank)
        if own >= 0 and tensor.shape[own] == shape[dimension]:
            return tensor, own
    return None
