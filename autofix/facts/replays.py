"""What a failing call would be given if an operation before it had given another shape: shapes are carried forward
through what ran in between, by the contracts of its operators and without a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from autofix.facts.contracts import BoundCall, Shape, bound, fits
from autofix.facts.project_view import Project
from autofix.facts.read_sizes import with_followed
from autofix.records.locations import Location
from autofix.records.trace import Operation, OperationKind
from autofix.records.values import Tensor, tensors_of

Change = Callable[[BoundCall], BoundCall]
ChangeOf = Callable[[Operation, BoundCall], BoundCall]
Laid = Callable[[Shape], Shape]
MOST_BACK = 12
# How far back of a fault the same line is looked for that ran more than once.
_MOST_REPEATED = 1000
MOST_BETWEEN = 4000  # Of a program's operations; beyond it, one candidate would cost as much as a run.


def makers(project: Project, operation: Operation) -> Iterator[tuple[int, Operation]]:
    """Yield the operations that the operands came from through all their operands, the nearest first, with how many
    shapes further back each is: what leaves a shape as it is counts for nothing.
    """
    todo = [(1, maker) for maker in _producers(project, operation)]
    seen: set[int] = set()
    counted = 0
    for steps, maker in todo:
        if maker.index in seen or maker.kind is OperationKind.PLACEHOLDER:
            continue
        seen.add(maker.index)
        counted += maker.phase is operation.phase and maker.kind is not OperationKind.GET_ATTR
        if counted > MOST_BACK:
            return
        yield steps, maker
        keeps = isinstance(maker.result, Tensor) and any(t.shape == maker.result.shape for t in maker.tensors)
        todo += [(steps + (not keeps), earlier) for earlier in _producers(project, maker)]


def _producers(project: Project, operation: Operation) -> Iterator[Operation]:
    for tensor in operation.tensors:
        maker = project.producer(tensor)
        if maker is not None:
            yield maker


def replayed(project: Project, start: Operation, shape: Shape, until: Operation) -> BoundCall | None:
    """Return the call ``until`` as it would be if ``start`` had given ``shape``; None where a call in between would be
    refused or is not known, or there are too many.
    """
    return replayed_results(project, start, (shape,), until)


def replayed_results(
    project: Project, start: Operation, shapes: tuple[Shape | None, ...], until: Operation
) -> BoundCall | None:
    """Return the same for an operation that gives several tensors, each of which would have another shape."""
    return carried(project, _changed(start, shapes), start.index, until)


def is_content(project: Project, start: Operation, shapes: tuple[Shape | None, ...], until: Operation) -> bool:
    """Return whether the call ``until`` would fit if ``start`` had given other shapes; not where one is not known."""
    return bool(shapes) and None not in shapes and fits(replayed_results(project, start, shapes, until))


def replayed_with(project: Project, maker: Operation, change: Change, until: Operation) -> BoundCall | None:
    """Return the call ``until`` as it would be if what is written where ``maker`` ran were changed, each time that it
    ran on the way: in a loop the edit of one execution is that of all.
    """
    there = project.once(("ran there", maker.index, until.index), lambda: _ran_there(project, maker, until))
    return carried(project, {}, min(there) - 1, until, there, lambda _, call: change(call))


def replayed_built(
    project: Project, maker: Operation, change: ChangeOf, until: Operation, depth: int = 0
) -> BoundCall | None:
    """Return the same where the call that built the layer ``maker`` is changed, or one ``depth`` calls further out, for
    all layers that it built: each has values of its own for the names in it.
    """
    key = "built there", maker.index, until.index, depth
    there = project.once(key, lambda: _built_there(project, maker, until, depth))
    return carried(project, {}, min(there) - 1, until, there, change)


def replayed_laid(project: Project, maker: Operation, laid: Laid, until: Operation) -> BoundCall | None:
    """Return the call ``until`` as it would be if what ``maker`` gave lay in another way, each time that it ran."""
    there = project.once(("ran there", maker.index, until.index), lambda: _ran_there(project, maker, until))
    return carried(project, {}, min(there) - 1, until, there, laid=laid)


def _ran_there(project: Project, maker: Operation, until: Operation) -> frozenset[int]:
    """Return the operations on the way that the place of ``maker`` ran, itself among them."""
    place, near = _place(project, maker), project.trace.operations[max(0, until.index - _MOST_REPEATED) : until.index]
    alike = (o for o in near if o.target == maker.target and _place(project, o) == place)
    return frozenset((maker.index, *(operation.index for operation in alike)))


def _built_there(project: Project, maker: Operation, until: Operation, depth: int) -> frozenset[int]:
    """Return the operations on the way of the layers that were built where that of ``maker`` was."""
    near = project.trace.operations[max(0, until.index - _MOST_REPEATED) : until.index]
    first = _built_at(project, maker, depth)
    alike = (o.index for o in near if o.target == maker.target and first and _built_at(project, o, depth) == first)
    return frozenset((maker.index, *alike))


def _built_at(project: Project, operation: Operation, depth: int) -> tuple[Location, ...]:
    """Return the calls that built the layer of an operation, as far out as one of them; empty where there is none."""
    layer = project.layer_of(operation)
    frames = layer.construction[: depth + 1] if layer is not None else ()
    return tuple(frame.place for frame in frames) if len(frames) > depth else ()


def _place(project: Project, operation: Operation) -> object:
    """Return where an operation is written, or which layer it is: what builds several reads other numbers for each."""
    layer = project.layer_of(operation)
    if layer is not None:
        return layer.identity
    return operation.frames[0].place if operation.frames else operation.index


def replayed_since(project: Project, old: Tensor, new: Tensor, until: Operation) -> BoundCall | None:
    """Return the call ``until`` as it would be if what ran since ``new`` was made had read that in place of ``old``."""
    if new.producer is None:
        return None
    return carried(project, {(old.producer, old.shape): new.shape}, new.producer, until)


def carried(
    project: Project,
    changed: dict[tuple[int | None, Shape], Shape],
    since: int,
    until: Operation,
    there: frozenset[int] = frozenset(),
    change: ChangeOf = lambda _, call: call,
    laid: Laid = lambda shape: shape,
) -> BoundCall | None:
    """Return the call ``until`` as it would be if all that ran after ``since`` had read other shapes: ``changed`` has
    the producer and the shape of each tensor that was read, with the shape in its place. The calls ``there`` are
    changed themselves, or what they give is laid in another way.
    """
    if until.index - since > MOST_BETWEEN:
        return None
    for operation in project.trace.operations[since + 1 : until.index]:
        is_there = operation.index in there
        if is_there or any((tensor.producer, tensor.shape) in changed for tensor in operation.tensors):
            call = _with(project, operation, changed)
            call = change(operation, call) if call is not None and is_there else call
            results = () if call is None else call.results
            if not results or len(results) != len(tensors_of((operation.result,))) or None in results:
                return None
            known = [shape for shape in results if shape is not None]
            changed |= _changed(operation, tuple(map(laid, known)) if is_there else results)
    last = _with(project, until, changed)
    return change(until, last) if last is not None and until.index in there else last


def _changed(operation: Operation, results: tuple[Shape | None, ...]) -> dict[tuple[int | None, Shape], Shape]:
    """Return the shapes that an operation gave and would not give now, each with the one it would give instead."""
    pairs = zip(tensors_of((operation.result,)), results, strict=False)
    return {(operation.index, old.shape): new for old, new in pairs if new is not None and new != old.shape}


def _with(project: Project, operation: Operation, changed: dict[tuple[int | None, Shape], Shape]) -> BoundCall | None:
    call = bound(project, operation)
    for operand in call.operands if call is not None else ():
        key = operand.tensor.producer, operand.tensor.shape
        if call is not None and key in changed:
            call = call.with_shape(operand, changed[key])
    return None if call is None else with_followed(project, operation, call, changed)


def is_refused_since(project: Project, start: Operation, shape: Shape) -> bool:
    """Return whether what ran after ``start`` would refuse what follows from another shape of its result; what a
    contract does not tell is not followed.
    """
    changed = _changed(start, (shape,))
    for operation in project.trace.operations[start.index + 1 : start.index + 1 + MOST_BETWEEN]:
        if operation.raised or not any((tensor.producer, tensor.shape) in changed for tensor in operation.tensors):
            continue
        call = _with(project, operation, changed)
        if call is None:
            continue
        if not call.is_accepted:
            return True
        results = call.results
        if len(results) == len(tensors_of((operation.result,))) and None not in results:
            changed |= _changed(operation, results)
    return False
