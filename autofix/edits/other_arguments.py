"""An argument of a call on the way to a fault, with another value: the contracts of all that ran since say whether the
call that failed would be content with what comes of it, and nothing is run for that.

Sizes that a layer is built for are left to provenance, which knows where they come from.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from autofix.edits.computed_options import reach, with_text, worked_out
from autofix.edits.other_dimensions import other_dimensions, spread
from autofix.edits.set_arguments import argument_set
from autofix.edits.unequal_parts import unequal_parts
from autofix.edits.verdicts import recorded_at, verdict_of
from autofix.facts.call_sites import argument_of, is_method, size_at_hand, written
from autofix.facts.contracts import BoundCall, bound, fits
from autofix.facts.project_view import Expression, Project
from autofix.facts.replays import ChangeOf, makers, replayed_built, replayed_with
from autofix.operators.families import Family
from autofix.operators.operator import Parameter
from autofix.provenance import sites
from autofix.records.costs import Counted, Evidence
from autofix.records.locations import Edit
from autofix.records.trace import Operation, OperationKind
from autofix.records.values import is_integer
from autofix.syntax.source import below

MOST = 8
# What they take are sizes, which are looked for where they come from.
_SIZED = frozenset((Family.VIEW, Family.RESHAPE, Family.FACTORY, Family.EXPANSION, Family.REPETITION))
BUILT_FOR = frozenset(
    ("in_features", "out_features", "in_channels", "out_channels", "num_features", "num_channels", "normalized_shape")
) | frozenset(("input_size", "hidden_size", "num_embeddings", "embedding_dim", "embed_dim", "num_heads", "d_model"))


# Which dimensions are made one is looked for where that is the fault.
_FLATTENED = ("start_dim", "end_dim")
_PADDINGS = ("padding", "output_padding")


class ArgumentChange(Enum):
    """What the other value is."""

    SWITCH = "switch"
    DIMENSION = "dimension"
    ORDER = "order"
    SIZE = "size"
    EXPRESSION = "expression"
    TOGETHER = "together"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class ArgumentValue:
    """``name=text`` for the value that a call has; ``steps`` operations before the one that failed."""

    name: str
    text: str
    kind: ArgumentChange
    steps: int
    edits: tuple[Edit, ...]
    is_number: bool = False
    evidence: tuple[Counted, ...] = ()

    @property
    def words(self) -> str:
        """What is done."""
        is_read = self.kind is ArgumentChange.NUMBER
        return f"make `{self.name}` {self.text}" if is_read else f"pass `{self.name}={self.text}`"


def other_arguments(project: Project, operation: Operation) -> Iterator[ArgumentValue]:
    """Yield the arguments of calls on the way to a fault with which no contract is broken, the nearest first."""
    yield from _together(project, operation)
    for steps, text, edit in unequal_parts(project, operation):
        yield ArgumentValue("split_size", text, ArgumentChange.EXPRESSION, steps, (edit,))
    for steps, maker in ((0, operation), *makers(project, operation)):
        call, place = bound(project, maker), _place(project, maker)
        if call is None or place is None or maker.phase is not operation.phase or call.row.library != "torch":
            continue
        for position, parameter in enumerate(_parameters(call, maker)):
            for kind, value, text in _values(project, call, parameter, place, operation):
                other = call.with_argument(parameter.name, value)
                if steps and (
                    not fits(other) or len(other.results) != len(call.results) or other.results == call.results
                ):
                    continue
                if kind is ArgumentChange.EXPRESSION:
                    replayed = replayed_built(project, maker, with_text(project, parameter.name, text), operation)
                elif maker.kind is OperationKind.CALL_MODULE:  # What is written there holds for all layers it builds.
                    replayed = replayed_built(project, maker, _for_all(parameter.name, value), operation)
                else:
                    replayed = replayed_with(project, maker, _with_value(parameter.name, value), operation)
                if fits(replayed):
                    yield from _written(project, maker, place, parameter, position, (kind, text, steps))
    yield from _numbers(project, operation)


def _with_value(name: str, value: object) -> Callable[[BoundCall], BoundCall]:
    return lambda call: call.with_argument(name, value)


def _for_all(name: str, value: object) -> ChangeOf:
    return lambda _, call: call.with_argument(name, value)


def _numbers(project: Project, operation: Operation) -> Iterator[ArgumentValue]:
    """Yield a number near the one that a call on the way works with, wherever that is written: one more for the default
    ``padding=0`` with which ``F.pad(x, [self.padding] * 4)`` is called.
    """
    at = recorded_at(project)
    for steps, maker in makers(project, operation):
        call = bound(project, maker)
        if call is None or call.row.family in _SIZED or maker.kind is OperationKind.CALL_MODULE:
            continue
        for position, parameter in enumerate(call.row.arguments):
            if parameter.is_tensor or parameter.names_dimension:
                continue
            for read, value in _integers_read(project, argument_of(project, maker, position, parameter.name)):
                for other in _near(value):
                    is_accepted = verdict_of(project, operation, read, (value, str(other), other), at)
                    for site in sites(project, read, other) if is_accepted else ():
                        pieces = ArgumentChange.NUMBER, steps, site.edits
                        yield ArgumentValue(read.text, str(other), *pieces, evidence=site.evidence)


def _integers_read(project: Project, argument: Expression | None) -> Iterator[tuple[Expression, int]]:
    """Yield the names and attributes in an argument that are whole numbers, with those."""
    for node in below(argument.node) if argument is not None else ():
        if argument is not None and isinstance(node, (ast.Name, ast.Attribute)):
            read = argument.at(node)
            value = project.value(read)
            if is_integer(value):
                yield read, value


def _near(value: int) -> list[int]:
    """Return the numbers that are most often meant for another one."""
    near = dict.fromkeys((value + 1, value - 1, value + 2, value * 2, value // 2))
    return [number for number in near if number != value and number >= 0]


def _place(project: Project, operation: Operation) -> Expression | None:
    """Return the call that has the arguments: of the function, or of the constructor of the layer."""
    if operation.kind is not OperationKind.CALL_MODULE:
        return written(project, operation)
    layer = project.layer_of(operation)
    return None if layer is None else project.construction_call(layer)


def _parameters(call: BoundCall, operation: Operation) -> tuple[Parameter, ...]:
    is_layer = operation.kind is OperationKind.CALL_MODULE
    return call.row.constructor if is_layer else call.row.arguments


def _values(
    project: Project, call: BoundCall, parameter: Parameter, place: Expression, failed: Operation
) -> Iterator[tuple[ArgumentChange, object, str]]:
    """Yield the other values that an argument could have, by what it is now, with what would be written."""
    now = call.call.get(parameter.name)
    if parameter.is_tensor or parameter.name in BUILT_FOR:
        return
    first = now[0] if isinstance(now, tuple) and now else now
    if parameter.name in _PADDINGS and is_integer(first) and (now == first or set(now) == {first}):
        computed = worked_out(project, place, parameter.name, first)
        yield from ((ArgumentChange.EXPRESSION, value, text) for value, text in computed if value <= reach(call))
        yield from ((ArgumentChange.NUMBER, near, str(near)) for near in _near(first) if near <= reach(call))
    if parameter.is_sequence:
        return
    if isinstance(now, bool):
        yield ArgumentChange.SWITCH, not now, str(not now)
    elif parameter.names_dimension and parameter.name not in _FLATTENED and now is not None:
        is_order = call.row.family is Family.JOIN or parameter.is_variadic
        kind = ArgumentChange.ORDER if is_order else ArgumentChange.DIMENSION
        others = other_dimensions(call, parameter)
        yield from ((kind, d, text) for d, text in others if not _is_taken(project, call, parameter.name, d))
    elif now is None and parameter.is_optional:
        yield from ((ArgumentChange.SIZE, size, str(size)) for size in _sizes(failed))


def _is_taken(project: Project, call: BoundCall, name: str, dimension: int | tuple[int, ...]) -> bool:
    """Return whether a dimension is that of the samples, or the one with which it would be exchanged."""
    shape = next((operand.tensor.shape for operand in call.operands), ())
    if isinstance(dimension, tuple) or not shape:
        return False
    beside = [call.call.get(other) for other in ("dim0", "dim1") if other != name]
    others = [other % len(shape) for other in beside if is_integer(other)] if name in ("dim0", "dim1") else []
    own = dimension % len(shape)
    return own in others or (own == 0 and project.is_batch(shape[0]))


def _together(project: Project, operation: Operation) -> Iterator[ArgumentValue]:
    """Yield another dimension for a call and for those in its arguments that name the same one:
    ``y.scatter_(-1, i.unsqueeze(-1), 1)`` for ``y.scatter_(1, i.unsqueeze(1), 1)``.
    """
    call, place = bound(project, operation), written(project, operation)
    now = None if call is None else call.call.get("dim")
    if call is None or place is None or not is_integer(now):
        return
    inner = [maker for maker in (project.producer(o.tensor) for o in call.operands) if maker is not None]
    inner = [maker for maker in inner if _is_inside(project, maker, place)]
    rank = max((len(operand.tensor.shape) for operand in call.operands), default=0)
    parameter = next(parameter for parameter in call.row.arguments if parameter.name == "dim")
    for dimension in (d for d, _ in other_dimensions(call, parameter) if is_integer(d)):
        other, edits = (
            call.with_argument("dim", dimension),
            [_dimension_edit(project, operation, call, dimension, rank)],
        )
        for maker in inner:
            within = bound(project, maker)
            if within is None or within.call.get("dim") != now:
                continue
            result = within.with_argument("dim", dimension).result()
            for operand in other.operands if result is not None else ():
                if project.producer(operand.tensor) is maker and result is not None:
                    other = other.with_shape(operand, result)
                    edits.append(_dimension_edit(project, maker, within, dimension, rank))
        if len(edits) > 1 and fits(other):
            known = tuple(edit for edit in edits if edit is not None)
            if len(known) == len(edits):
                text = str(-1 if dimension == rank - 1 else dimension)
                yield ArgumentValue("dim", text, ArgumentChange.TOGETHER, 0, known)


def _is_inside(project: Project, maker: Operation, place: Expression) -> bool:
    inner = written(project, maker)
    return inner is not None and inner.source.path == place.source.path and inner.node in below(place.node)


def _dimension_edit(project: Project, operation: Operation, call: BoundCall, dimension: int, rank: int) -> Edit | None:
    """Return the edit of a dimension that is written as a number; the last one is written as ``-1``."""
    position = next((i for i, parameter in enumerate(call.row.arguments) if parameter.name == "dim"), None)
    argument = None if position is None else argument_of(project, operation, position, "dim")
    if argument is None or not isinstance(argument.node, ast.Constant):
        return None
    return argument.source.replace(argument.node, str(-1 if dimension == rank - 1 else dimension))


def _sizes(failed: Operation) -> list[int]:
    """Return the sizes that meet in the call that failed."""
    return list(dict.fromkeys(size for tensor in failed.tensors for size in tensor.shape if size > 1))


def _written(
    project: Project,
    maker: Operation,
    place: Expression,
    parameter: Parameter,
    position: int,
    choice: tuple[ArgumentChange, str, int],
) -> Iterator[ArgumentValue]:
    kind, text, steps = choice
    node_position = position - (isinstance(place.node, ast.Call) and is_method(maker, place.node))
    is_number = kind is ArgumentChange.SIZE
    joins_samples = kind is ArgumentChange.ORDER and _joins_samples(project, maker)
    evidence = (Evidence.AGREES * joins_samples,)
    steps *= not joins_samples
    if is_number:
        name = size_at_hand(project, place, int(text))
        text, is_number = name or text, not name
    apart = spread(maker, place, position, text)
    if apart is not None:
        yield ArgumentValue(parameter.name, text, kind, steps, (apart,), evidence=evidence)
        return
    edits = argument_set(place, parameter.name, text, node_position)
    if edits and edits[0].text != place.text:
        yield ArgumentValue(parameter.name, text, kind, steps, edits, is_number, evidence)


def _joins_samples(project: Project, maker: Operation) -> bool:
    """Return whether tensors of all samples are laid behind each other, so that there seem to be more samples."""
    call = bound(project, maker)
    is_first = call is not None and call.row.family is Family.JOIN and call.call.get("dim") == 0
    return (
        is_first and len(maker.tensors) > 1 and all(t.rank > 1 and project.is_batch(t.shape[0]) for t in maker.tensors)
    )
