"""Turn the failure that ended a trace into a finding with a place in the source.

It asks the families of checks in turn and adds where a reader should look; it proposes nothing.
"""

from __future__ import annotations

import ast
from dataclasses import replace

from autofix.diagnosis import layers, losses, pointwise_and_views, python_errors, returned_gradients, sequences, tuples
from autofix.diagnosis.cause import Cause
from autofix.facts.checked_shapes import is_check
from autofix.facts.project_view import Project
from autofix.facts.refused_states import refused_state
from autofix.operators.families import Family
from autofix.operators.table import function, position
from autofix.operators.table import layer as find_layer
from autofix.records.finding import Detail, Finding, Mismatch
from autofix.records.locations import Location, Position, Range
from autofix.records.trace import Failure, Layer, Operation
from autofix.records.values import Tensor
from autofix.syntax.source import argument

_FLOATS = frozenset(("float16", "bfloat16", "float32", "float64"))
_ARITHMETIC = frozenset(("add", "sub", "mul", "truediv", "pow", "matmul"))
_PRODUCTS = (Family.MATRIX_PRODUCT, Family.CONVOLUTION, Family.LINEAR)


def diagnose(project: Project) -> Finding | None:
    """Return the finding for the failure of ``project.trace``; None for a run that did not fail."""
    failure = project.trace.failure
    if failure is None:
        return None
    operation = project.trace.failed_operation
    if (refused := returned_gradients.conclude(project)) is not None:
        return refused
    state = refused_state(project)
    if state is not None and (cause := sequences.conclude(*state, f"`{state[1].label}`", project.trace)) is not None:
        return _placed(project, failure, None, state[1], cause)
    if operation is None:
        cause = python_errors.conclude(failure, project) or _other(failure)
        return _placed(project, failure, None, _built_layer(failure), cause)
    operation = _refused_loss(project, operation) or operation
    layer = project.layer_of(operation)
    subject = _subject(operation, layer)
    cause = _conclude(project, operation, layer, subject) or _other(failure)
    if is_check(operation):  # Who wrote the check has said what is wrong.
        cause = replace(cause, mismatch=Mismatch.BROADCAST, detail=Detail.EQUATION)
    return _placed(project, failure, operation, layer, cause)


def _conclude(project: Project, operation: Operation, layer: Layer | None, subject: str) -> Cause | None:
    cause = losses.conclude(operation, layer) or tuples.argument(operation, subject)
    if cause is None and layer is not None:
        cause = layers.conclude(operation, layer, subject) or sequences.conclude(
            operation, layer, subject, project.trace
        )
    return cause or pointwise_and_views.conclude(operation, subject) or _dtype(operation, layer, subject)


def _refused_loss(project: Project, operation: Operation) -> Operation | None:
    """Return the loss whose target has a dtype that only its backward pass refuses."""
    if operation.target != "Tensor.backward" or not operation.tensors:
        return None
    earlier = project.ancestry(operation.tensors[0])
    return next(
        (ancestor for ancestor in earlier if losses.refuses_later(ancestor, project.layer_of(ancestor)) is not None),
        None,
    )


def _subject(operation: Operation, layer: Layer | None) -> str:
    if operation.layer:
        return f"`{operation.layer}`"
    return f"`{layer.label}`" if layer is not None else f"`{operation.operator}`"


def _other(failure: Failure) -> Cause:
    first = (failure.message.strip().splitlines() or [failure.type])[0]
    return Cause(Mismatch.OTHER, f"{failure.type}: {first}"[:300])


def _dtype(operation: Operation, layer: Layer | None, subject: str) -> Cause | None:
    """Return the cause where dtypes of the operands cannot be combined; asked where their shapes explain nothing."""
    dtypes = {t.dtype for t in operation.tensors}
    if layer is not None and layer.parameters:
        first = next((t for t in operation.tensors), None)
        if isinstance(first, Tensor) and first.dtype not in _FLOATS and not _looks_up(layer):
            return Cause(
                Mismatch.DTYPE, f"{subject} takes floating-point numbers but receives {first.dtype}", operand=0
            )
        if isinstance(first, Tensor) and first.dtype in _FLOATS - {"float32"}:
            return Cause(Mismatch.DTYPE, f"{subject} has float32 weights but receives {first.dtype}", operand=0)
        return None
    into = next(iter(operation.tensors), None)
    if into is not None and into.dtype not in _FLOATS and dtypes & _FLOATS and _is_in_place(operation):
        others = " and ".join(sorted(dtypes & _FLOATS))
        return Cause(Mismatch.DTYPE, f"{subject} writes {others} into {into.dtype}", operand=0)
    row = function(operation.target)
    if len(dtypes) > 1 and row is not None and row.family in _PRODUCTS:
        odd = next(i for i, t in enumerate(operation.tensors) if t.dtype != "float32")
        return Cause(Mismatch.DTYPE, f"{subject} got mixed dtypes: {' and '.join(sorted(dtypes))}", operand=odd)
    if len(dtypes & _FLOATS) > 1:
        return Cause(Mismatch.DTYPE, f"{subject} got mixed dtypes: {' and '.join(sorted(dtypes))}", operand=1)
    return None


def _is_in_place(operation: Operation) -> bool:
    """Return whether an operation writes its result into its first operand: ``a += b`` and ``a.add_(b)``."""
    name = operation.operator
    return name.endswith("_") or (name.startswith("i") and name[1:] in _ARITHMETIC)


def _looks_up(layer: Layer) -> bool:
    """Return whether a layer takes indices of its rows."""
    row = find_layer(layer.kind)
    return row is not None and row.family is Family.EMBEDDING


# -- places ------------------------------------------------------------------------------------------------------------


def _built_layer(failure: Failure) -> Layer | None:
    """Return a stand-in for the layer whose constructor failed: its class and the arguments it was given."""
    if not failure.callee.endswith(".__init__"):
        return None
    return Layer(None, None, failure.callee.removesuffix(".__init__"), failure.arguments, (), failure.frames, True)


def _placed(
    project: Project, failure: Failure, operation: Operation | None, layer: Layer | None, cause: Cause
) -> Finding:
    call = _call_location(project, failure, operation)
    location = _argument_location(project, layer, cause.parameter) or call
    path = layer.path if layer is not None else None
    subject = (operation.layer or path or operation.target) if operation is not None else (layer.type if layer else "")
    return Finding(
        mismatch=cause.mismatch,
        message=cause.message,
        location=location,
        call=call,
        subject=subject,
        expected=cause.expected,
        actual=cause.actual,
        operation=None if operation is None else operation.index,
        layer=None if layer is None else layer.identity,
        parameter=cause.parameter,
        operand=cause.operand,
        dimension=_dimension(operation, cause),
        detail=cause.detail,
        expression=cause.expression,
    )


def _dimension(operation: Operation | None, cause: Cause) -> int | None:
    """Return the dimension at fault, counted from the first; None where the operand has no such dimension."""
    dimension = cause.dimension
    if dimension is None or dimension >= 0:
        return dimension
    tensors = operation.tensors if operation is not None else ()
    rank = 0 if cause.operand is None or cause.operand >= len(tensors) else tensors[cause.operand].rank
    return dimension + rank if dimension + rank >= 0 else None


def _call_location(project: Project, failure: Failure, operation: Operation | None) -> Location:
    frames = operation.frames if operation is not None and operation.frames else failure.frames
    if frames:
        return Location(frames[0].path, frames[0].range)
    start = Position(1, 0)
    return Location(project.main, Range(start, start))


def _argument_location(project: Project, layer: Layer | None, parameter: str) -> Location | None:
    """Return the argument of the layer's construction that sets ``parameter``.

    None if that is no argument of the layer.
    """
    place = -1 if layer is None else position(layer.kind, parameter)
    call = None if layer is None or place < 0 else project.construction_call(layer)
    if call is None or not isinstance(call.node, ast.Call):
        return None
    return call.source.location(argument(call.node, place, parameter) or call.node)
