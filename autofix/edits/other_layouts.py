"""Other layouts of an operand, by one operation that only moves, adds, drops or merges dimensions.

The operation is inserted behind the operand, or the one that made the operand is removed or given other arguments.
Which layouts a call accepts, its operator's contract says; which one is meant is the rule's business.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from dataclasses import replace

from autofix.edits.equation_letters import relettered
from autofix.edits.layout import Layout, LayoutChange, WrittenOperand, behind_value, left_alone, moves, written_operand
from autofix.edits.needed_dimensions import needs_reduced
from autofix.edits.new_axes import moved_cuts, other_axes, uncut
from autofix.edits.other_orders import reordered
from autofix.edits.partner_layouts import as_partners
from autofix.edits.rank_changes import PICKING, without_call
from autofix.edits.related_layouts import looked_up, repeated_as_folded
from autofix.edits.same_values import readable_values
from autofix.edits.set_arguments import argument_set
from autofix.facts.call_sites import operands, written
from autofix.facts.checked_shapes import is_check
from autofix.facts.contracts import ELEMENTWISE, BoundCall, Shape, bound, fits
from autofix.facts.project_view import Project
from autofix.operators.families import Family
from autofix.operators.table import family
from autofix.records.trace import Operation, Phase
from autofix.records.values import Tensor
from autofix.syntax.name_bindings import parameters
from autofix.syntax.spelling import first_expanded, receiver, size_text

_ALIGNING = ELEMENTWISE | {Family.EXPANSION}
_MOVING = frozenset((Family.VIEW, Family.RESHAPE, Family.FLATTENING, Family.UNFLATTENING))
_ELEMENT_BY_ELEMENT = frozenset((Family.POINTWISE, Family.ACTIVATION, Family.CONVERSION, Family.DROPOUT))
# Their first operand is what the result is looked for in: a view of it would be written into.
WRITING = frozenset(("setitem", "copy_", "index_copy_", "index_add_", "scatter_", "scatter_add_"))


def layouts(project: Project, operation: Operation, at_fault: int | None) -> Iterator[Layout]:
    """Yield each way to one operand that the call accepts: operations removed first, then those inserted.

    ``at_fault`` is the operand that the finding names, whose layouts come before those of the others.
    """
    call = bound(project, operation)
    if call is None or call.is_accepted:
        return
    yield from _exchanged(project, operation)
    fitting = [
        (index != at_fault, replace(layout, index=index))
        for index, operand in enumerate(call.operands)
        for layout in (
            *left_uncut(project, operand.tensor),
            *(() if operation.operator in WRITING and index == 0 else _of(project, operation, call, index)),
        )
        if fits(call.with_shape(operand, layout.after), makes_table=_makes_table(operation))
    ]
    fitting = [
        (other, layout)
        for other, layout in fitting
        if not layout.adds or is_check(operation) or _is_certain(call, [x for _, x in fitting], layout)
    ]
    order = list(LayoutChange)
    yield from (layout for _, layout in sorted(fitting, key=lambda pair: (order.index(pair[1].change), pair[0])))


def _of(project: Project, operation: Operation, call: BoundCall, index: int) -> Iterator[Layout]:
    tensor = call.operands[index].tensor
    yield from without_maker(project, call, tensor)
    yield from reordered(project, tensor)
    operand = written_operand(project, operation, index, tensor)
    yield from () if operand is None else inserted(operand)


def left_uncut(project: Project, tensor: Tensor) -> Iterator[Layout]:
    """Yield the operand without what a subscript takes away, where one made it."""
    maker = _shaper(project, tensor)
    if maker is not None:
        yield from uncut(project, maker, tensor.shape)


def _exchanged(project: Project, operation: Operation) -> Iterator[Layout]:
    """Yield what ``t()`` was of more than two dimensions before torch 0.5: the first two exchanged."""
    place = written(project, operation) if operation.operator == "t" else None
    if place is None or not isinstance(place.node, ast.Call) or not isinstance(place.node.func, ast.Attribute):
        return
    shape = operation.tensors[0].shape
    after = (shape[1], shape[0], *shape[2:])
    text = f"{place.source.text_of(place.node.func.value)}.transpose(0, 1)"
    words = "exchange the first two dimensions, as `t()` did in older torch"
    yield Layout(LayoutChange.REPLACED, place.source.replace(place.node, text), words, shape, after)


def _is_certain(call: BoundCall, fitting: list[Layout], layout: Layout) -> bool:
    """Return whether a new dimension fits in one place only; what picks entries takes fewer of them anywhere."""
    places = [other for other in fitting if other.adds and other.before == layout.before]
    return len(places) == 1 and call.row.family not in PICKING


def _makes_table(operation: Operation) -> bool:
    """Return whether two rows are combined while the model is built: a table of positions and frequencies has all
    pairs of them.
    """
    return operation.phase is Phase.CONSTRUCT and all(tensor.rank == 1 for tensor in operation.tensors)


def without_maker(project: Project, call: BoundCall, tensor: Tensor) -> Iterator[Layout]:
    """Yield the operand without the operation that made it, or with the dimension that it reduced.

    Further back, where others worked on the result element by element, only what leaves every element in place, and a
    reduced dimension only for a call that aligns its operands.
    """
    maker, nearest = _shaper(project, tensor), project.producer(tensor)
    bound_call = None if maker is None else bound(project, maker)
    if maker is None or bound_call is None or not bound_call.operands:
        return
    aligns = call.row.family in _ALIGNING
    of_axes = (*other_axes(project, maker, tensor.shape, aligns=aligns), *moved_cuts(project, maker, tensor.shape))
    for layout in (*otherwise_made(project, maker, bound_call, tensor.shape), *of_axes):
        kept = layout.moves_nothing and (aligns or layout.change is LayoutChange.REMOVED)
        if maker is nearest or kept:
            keeps = layout.change is LayoutChange.REDUCED and layout.moves_nothing
            yield replace(layout, agrees=keeps and needs_reduced(project, call, maker))


def otherwise_made(project: Project, maker: Operation, bound_call: BoundCall, shape: Shape) -> Iterator[Layout]:
    """Yield a tensor without the operation that made it, and with other dimensions or letters of that."""
    before = bound_call.operands[0].tensor.shape
    edit = without_call(project, maker) if bound_call.row.family in _MOVING else None
    if edit is not None:
        yield left_alone(edit, shape, before, _is_handed(project, maker))
        for method, moved_shape in moves(before) if _folds(before, shape) else ():
            if sorted(moved_shape) == sorted(before):
                moved = replace(edit, text=f"{receiver(edit.text)}.{method}")
                words = f"leave {before} as it is, with its dimensions in another order: `{method}`"
                yield Layout(LayoutChange.REMOVED, moved, words, shape, moved_shape)
    if bound_call.row.family is Family.REDUCTION:
        yield from _reduced(project, maker, bound_call, shape)
    for equation, relettered_edit, other in relettered(project, maker):
        after = other.result()
        if after is not None and after != shape:
            yield Layout(LayoutChange.RELETTERED, relettered_edit, f"write `{equation}`", shape, after)


def _folds(before: Shape, after: Shape) -> bool:
    """Return whether dimensions were folded into the samples and others kept: ``(b, t, c)`` became ``(b * t, c)``."""
    folded = len(before) - len(after) + 1
    return folded > 1 < len(after) and after == (math.prod(before[:folded]), *before[folded:])


def _is_handed(project: Project, operation: Operation) -> bool:
    """Return whether the operand is a parameter that a caller in the project gave its value."""
    place = next(iter(operands(project, operation)), None)
    function = None if place is None else place.source.function_of(place.node)
    if place is None or function is None or len(operation.frames) < 2:
        return False
    return isinstance(place.node, ast.Name) and place.node.id in parameters(function)


def _shaper(project: Project, tensor: Tensor) -> Operation | None:
    """Return the operation that gave a tensor its shape, past those that work element by element."""
    for operation in project.ancestry(tensor):
        shapes = [operand.shape for operand in operation.tensors[:1]]
        if family(operation.target) not in _ELEMENT_BY_ELEMENT or shapes != [tensor.shape]:
            return operation
    return None


def _reduced(project: Project, maker: Operation, bound_call: BoundCall, shape: Shape) -> Iterator[Layout]:
    """Yield the reduction with the dimension kept, or of one dimension where all were reduced."""
    keeping = (
        bound_call.with_argument("keepdim", True),
        "keepdim",
        "True",
        f"keep the dimension that `{maker.operator}` reduces",
    )
    rank = bound_call.operands[0].tensor.rank
    single = [
        (bound_call.with_argument("dim", d), "dim", str(d - rank if d == rank - 1 else d), f"reduce dimension {d} only")
        for d in reversed(range(rank))
        if bound_call.call.get("dim") is None
    ]
    for other, name, value, words in (*single, keeping):
        after = other.result()
        for edit in argument_set(written(project, maker), name, value) if after not in (None, shape) else ():
            yield Layout(LayoutChange.REDUCED, edit, words, shape, after or ())


def kept(project: Project, operation: Operation) -> Iterator[Layout]:
    """Yield the first operand, a number for each row, with the dimension that was reduced before."""
    call, tensor = bound(project, operation), operation.tensors[0]
    if call is not None and tensor.rank == 1:
        makers = without_maker(project, call, tensor)
        yield from (layout for layout in makers if layout.change is LayoutChange.REDUCED and layout.moves_nothing)


def inserted(operand: WrittenOperand) -> Iterator[Layout]:
    """Yield the layouts of an operand with something written behind it."""
    tensor = operand.tensor
    for method, after in moves(tensor.shape):
        yield replace(operand.behind(f".{method}", after), suffix=f".{method}")
    yield from as_partners(operand)
    yield from looked_up(operand)
    yield from repeated_as_folded(operand)
    for place, other in operand.others:
        alike = _is_laid_out_alike(tensor.shape, other.shape) or _is_flat_mask(tensor, other)
        if alike and isinstance(place.node, (ast.Name, ast.Attribute, ast.Subscript)):
            words = f"pass {tensor.shape} as {other.shape}, which has as many elements"
            yield operand.behind(f".reshape_as({place.text})", other.shape, words)
    if family(operand.operation.target) is Family.JOIN:
        yield from _repeated(operand)
    yield from _in_rows(operand)
    if is_check(operand.operation):
        yield from _one_for_all(operand)
    if tensor.rank and _is_one_row(operand.project, tensor):
        words = f"take one of the {tensor.shape[0]}, which are all the same"
        yield replace(operand.behind("[0]", tensor.shape[1:], words), suffix="[0]")
    # Maps that meet flattened ones element by element bring these back.
    for at in range(1, min(tensor.rank - 1, 3)) if family(operand.operation.target) not in ELEMENTWISE else ():
        suffix, after = f".flatten({at})", (*tensor.shape[:at], math.prod(tensor.shape[at:]))
        yield replace(operand.behind(suffix, after), suffix=suffix)


def _is_one_row(project: Project, tensor: Tensor) -> bool:
    """Return whether one row was expanded to all that a tensor has."""
    maker = _shaper(project, tensor)
    if maker is None or family(maker.target) is not Family.EXPANSION or not maker.tensors:
        return False
    base = maker.tensors[0]
    return base.rank < tensor.rank or (base.rank == tensor.rank and base.shape[0] == 1 < tensor.shape[0])


def _in_rows(operand: WrittenOperand) -> Iterator[Layout]:
    """Yield a vector of several rows laid behind each other, in as many rows as another operand has."""
    shape = operand.tensor.shape
    for place, other in operand.others:
        is_read = isinstance(place.node, (ast.Name, ast.Attribute))
        rows = other.shape[0] if other.rank == 2 and is_read else 0
        if len(shape) == 1 and rows > 1 and shape[0] > rows and shape[0] % rows == 0:
            suffix = f".view({size_text(place.source, place.text, 0)}, -1)"
            yield operand.behind(suffix, (rows, shape[0] // rows), f"lay {shape} out in {rows} rows")


def raised(project: Project, operation: Operation, layout: Layout) -> Iterator[tuple[int, Layout]]:
    """Yield the same change of layout where the value of the operand was before: made, returned, passed, bound."""
    places = operands(project, operation)
    if layout.suffix and layout.index < len(places):
        values = readable_values(project, places[layout.index], operation.tensors[layout.index])
        yield from ((s, behind_value(value, layout.suffix, layout.before, layout.after)) for s, value in values)


def _repeated(operand: WrittenOperand) -> Iterator[Layout]:
    """Yield a vector for each sample, repeated for every step of a sequence, or place of maps, beside it in a join."""
    shape = operand.tensor.shape
    maps = [(p, t) for p, t in operand.others if t.rank > len(shape) + 1 > 2 and isinstance(p.node, ast.Name)]
    for place, other in maps[:1]:
        rank, after = len(shape), (*shape, *other.shape[len(shape) :])
        kept, new = [":"] * rank, ["None"] * (other.rank - rank)
        suffix = f"[{', '.join(kept + new)}].expand({'-1, ' * rank}*{place.text}.shape[{rank}:])"
        yield operand.behind(suffix, after, f"repeat {shape} at every place of {other.shape}")
    longer = [(p, t) for p, t in operand.others if t.rank == len(shape) + 1 and isinstance(p.node, ast.Name)]
    for place, other in longer[:1]:
        for at in (d for d in range(1, other.rank) if other.shape[d] != 1):
            sizes = ", ".join(size_text(place.source, place.text, d) if d == at else "-1" for d in range(other.rank))
            after = (*shape[:at], other.shape[at], *shape[at:])
            yield operand.behind(f".unsqueeze({at}).expand({sizes})", after, f"repeat {shape} along dimension {at}")


def _one_for_all(operand: WrittenOperand) -> Iterator[Layout]:
    """Yield one row expanded to as many as another tensor has that a check of the project compares it with."""
    shape = operand.tensor.shape
    named = [(p, t) for p, t in operand.others if isinstance(p.node, (ast.Name, ast.Attribute))]
    more = [(place, other) for place, other in named if other.rank and other.shape[0] > 1]
    for place, other in more[:1] if shape[:1] == (1,) else ():
        suffix = first_expanded(size_text(place.source, place.text, 0), len(shape))
        words = f"expand {shape} to the {other.shape[0]} rows of what it is compared with"
        yield replace(operand.behind(suffix, (other.shape[0], *shape[1:]), words), suffix=suffix)


def _is_laid_out_alike(shape: Shape, other: Shape) -> bool:
    """Return whether a shape begins as another and has as many elements in fewer dimensions: it was flattened."""
    return 1 < len(shape) < len(other) and shape[:2] == other[:2] and math.prod(shape) == math.prod(other)


def _is_flat_mask(tensor: Tensor, other: Tensor) -> bool:
    """Return whether a mask has in one row as many entries as what it picks from has in several dimensions."""
    return tensor.dtype == "bool" and tensor.rank == 1 < other.rank and tensor.shape == (math.prod(other.shape),)
