"""An argument of a call on the way to a fault, with another value: the contracts of all that ran since say whether the
call that failed would be content with what comes of it, and nothing is run for that.

Sizes that a layer is built for are left to provenance, which knows where they come from.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from autofix.edits.other_layouts import fits
from autofix.facts.call_sites import is_method, size_at_hand, written
from autofix.facts.contracts import BoundCall, bound
from autofix.facts.project_view import Expression, Project
from autofix.facts.replays import makers, replayed
from autofix.operators.operator import Parameter
from autofix.records.locations import Edit
from autofix.records.trace import Operation, OperationKind
from autofix.records.values import Tensor, is_integer
from autofix.syntax.call_edits import NotACall, with_argument

MOST = 8
_BUILT_FOR = frozenset(
    ("in_features", "out_features", "in_channels", "out_channels", "num_features", "num_channels", "normalized_shape")
) | frozenset(("input_size", "hidden_size", "num_embeddings", "embedding_dim", "embed_dim", "num_heads", "d_model"))


class ArgumentChange(Enum):
    """What the other value is."""

    SWITCH = "switch"
    DIMENSION = "dimension"
    SIZE = "size"


@dataclass(frozen=True, slots=True)
class ArgumentValue:
    """``name=text`` for the value that a call has; ``steps`` operations before the one that failed."""

    name: str
    text: str
    kind: ArgumentChange
    steps: int
    edit: Edit
    is_number: bool


def other_arguments(project: Project, operation: Operation) -> Iterator[ArgumentValue]:
    """Yield the arguments of calls on the way to a fault with which no contract is broken, the nearest first."""
    for steps, maker in ((0, operation), *makers(project, operation)):
        call, place = bound(project, maker), _place(project, maker)
        if call is None or place is None or maker.phase is not operation.phase or call.row.library != "torch":
            continue
        if steps and not isinstance(maker.result, Tensor):
            continue
        before = None if steps == 0 else call.result()
        for position, parameter in enumerate(_parameters(call, maker)):
            for kind, value in _values(call, parameter, operation):
                other = call.with_argument(parameter.name, value)
                if not fits(other):
                    continue
                if steps:
                    result = other.result()
                    changed = result is not None and result != before
                    after = replayed(project, maker, result, operation) if changed and result is not None else None
                    if after is None or not fits(after):
                        continue
                yield from _written(project, maker, place, parameter, position, (kind, value, steps))


def _place(project: Project, operation: Operation) -> Expression | None:
    """Return the call that has the arguments: of the function, or of the constructor of the layer."""
    if operation.kind is not OperationKind.CALL_MODULE:
        return written(project, operation)
    layer = project.layer_of(operation)
    return None if layer is None else project.construction_call(layer)


def _parameters(call: BoundCall, operation: Operation) -> tuple[Parameter, ...]:
    is_layer = operation.kind is OperationKind.CALL_MODULE
    return call.row.constructor if is_layer else call.row.arguments


def _values(call: BoundCall, parameter: Parameter, failed: Operation) -> Iterator[tuple[ArgumentChange, object]]:
    """Yield the other values that an argument could have, by what it is now."""
    now = call.call.get(parameter.name)
    if parameter.is_tensor or parameter.is_sequence or parameter.name in _BUILT_FOR:
        return
    if isinstance(now, bool):
        yield ArgumentChange.SWITCH, not now
    elif parameter.name == "dim":
        rank = max((len(operand.tensor.shape) for operand in call.operands), default=0)
        from_end = is_integer(now) and now < 0
        for dimension in range(rank) if is_integer(now) else ():
            spelled = dimension - rank if from_end else dimension
            if spelled != now:
                yield ArgumentChange.DIMENSION, spelled
    elif now is None and parameter.is_optional:
        yield from ((ArgumentChange.SIZE, size) for size in _sizes(failed))


def _sizes(failed: Operation) -> list[int]:
    """Return the sizes that meet in the call that failed."""
    return list(dict.fromkeys(size for tensor in failed.tensors for size in tensor.shape if size > 1))


def _written(
    project: Project,
    maker: Operation,
    place: Expression,
    parameter: Parameter,
    position: int,
    choice: tuple[ArgumentChange, object, int],
) -> Iterator[ArgumentValue]:
    kind, value, steps = choice
    node_position = position - (isinstance(place.node, ast.Call) and is_method(maker, place.node))
    text = str(value)
    is_number = kind is ArgumentChange.SIZE
    if is_number:
        name = size_at_hand(project, place, int(text))
        text, is_number = name or text, not name
    try:
        edited = with_argument(place.text, parameter.name, text, node_position)
    except NotACall:
        return
    if edited != place.text:
        yield ArgumentValue(parameter.name, text, kind, steps, place.source.replace(place.node, edited), is_number)
