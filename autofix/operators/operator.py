"""What one row of the table says of an operator: its names, its arguments, what it needs and what it gives.

Contracts of single operators stand in ``rows/``; nothing here knows one.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from autofix.operators.equations import Equation, Requirement, at_least, solutions
from autofix.operators.families import Family
from autofix.operators.terms import Argument, Call, Dimensions, Leaf, Rank, leaves, solve, with_value
from autofix.records.values import Sequence, Tensor

_MOST_CONSEQUENCES = 8
# Other names that single operators and overloads have for the same argument.
ALIASES = {"axis": "dim", "keepdims": "keepdim", **dict.fromkeys(("self", "x", "A", "tensor", "log_input"), "input")}
DIMENSION_NAMES = frozenset(
    ("dim", "dims", "axis", "dim0", "dim1", "dim2", "start_dim", "end_dim", "dimension", "source", "destination")
)
# The least that an argument of a name may be, whatever the operator.
_LEAST = {
    **dict.fromkeys(("stride", "dilation", "groups", "num_groups", "num_layers"), 1),
    **dict.fromkeys(("num_heads", "nhead", "heads", "upscale_factor", "downscale_factor"), 1),
    **dict.fromkeys(("chunks", "indices_or_sections", "num_encoder_layers", "num_decoder_layers"), 1),
    **dict.fromkeys(("padding", "output_padding", "output_size", "out_features", "out_channels"), 0),
    **dict.fromkeys(("embedding_dim", "dim_feedforward", "k", "repeats"), 0),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument: its name, whether tensors are passed as it, and what it is where nothing is passed.

    ``is_sequence``: a sequence of tensors. ``is_variadic``: sizes that may be passed as arguments of their own.
    """

    name: str
    is_tensor: bool = False
    is_sequence: bool = False
    is_variadic: bool = False
    is_optional: bool = False
    default: Any = None

    @property
    def names_dimension(self) -> bool:
        """Return whether the argument tells one or several dimensions of a tensor."""
        return self.name in DIMENSION_NAMES


@dataclass(frozen=True, slots=True)
class Contract:
    """What a call needs, and the shape of each tensor that it gives; a shape is None where no size tells it."""

    requires: Callable[[Call], Iterable[Requirement]]
    result: Callable[[Call], Iterable[Dimensions | None]]


@dataclass(frozen=True, slots=True)
class Assignment:
    """Dimensions and arguments with the values that they would have to have together."""

    values: tuple[tuple[Leaf, int], ...]


@dataclass(frozen=True, slots=True)
class Operator:
    """One row: an operator of a library under all of its names.

    ``functions`` are the names of functions and tensor methods, ``layers`` those of classes. ``parameters`` are
    written as in torch's schemas (``Tensor input, Tensor? bias=None, stride=1``), ``settings`` are the parameters of
    the constructor. ``examples`` are calls in which tuples stand for tensors.
    """

    family: Family
    contract: Contract
    parameters: str
    examples: tuple[str, ...]
    functions: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    settings: str = ""
    library: str = "torch"

    @property
    def arguments(self) -> tuple[Parameter, ...]:
        return parse(self.parameters)

    def argument_at(self, position: int) -> Parameter | None:
        """Return the parameter that an argument at a position is passed as; None where there is none."""
        names = self.arguments
        if position < len(names):
            return names[position]
        return names[-1] if names and names[-1].is_variadic else None

    @property
    def names_dimension(self) -> bool:
        """Return whether an argument tells a dimension of the first operand."""
        names = self.arguments if self.family is not Family.REPETITION else ()  # The ``dims`` of ``tile`` are counts.
        return bool(names) and names[0].name == "input" and any(argument.names_dimension for argument in names)

    def ranks(self, operand: str = "input") -> tuple[int, ...]:
        """Return how many dimensions an operand may have, ascending; none where that does not follow from the row."""
        equations = (
            requirement
            for requirement in self.requires(self.bind(()))
            if isinstance(requirement, Equation) and requirement.choices
        )
        return next((tuple(sorted(equation.choices)) for equation in equations if equation.left == Rank(operand)), ())

    @property
    def constructor(self) -> tuple[Parameter, ...]:
        return parse(self.settings)

    def bind(
        self,
        arguments: Iterable[object],
        keywords: Mapping[str, object] | None = None,
        settings: Mapping[str, object] | None = None,
    ) -> Call:
        """Return the call with each value under the name of its parameter."""
        values = {parameter.name: parameter.default for parameter in (*self.constructor, *self.arguments)}
        values.update({name: _plain(value) for name, value in (settings or {}).items()})
        positional = [_plain(value) for value in arguments]
        for position, parameter in enumerate(self.arguments):
            if position >= len(positional):
                break
            value = positional[position]
            loose = parameter.is_variadic and _is_loose(value, parameter)
            values[parameter.name] = tuple(positional[position:]) if loose else value
            if loose:
                break
        names = {parameter.name for parameter in self.arguments}
        for name, value in (keywords or {}).items():
            values[name if name in names else ALIASES.get(name, name)] = _plain(value)
        return Call(values)

    def requires(self, call: Call) -> tuple[Requirement, ...]:
        """Return all that the call needs."""
        return (*self._least(call), *self.contract.requires(call))

    def _least(self, call: Call) -> Iterator[Requirement]:
        for name, least in _LEAST.items():
            if (
                name in call.values
                and call.integers(name) is not None
                and (self.family is not Family.PADDING or name != "padding")
            ):
                yield from (at_least(term, least) for term in argument(name, call))

    def refused(self, call: Call) -> tuple[Requirement, ...]:
        """Return what the call needs and does not have."""
        return tuple(requirement for requirement in self.requires(call) if requirement.holds(call) is False)

    def result_terms(self, call: Call) -> tuple[Dimensions | None, ...]:
        """Return the shape of each result as terms; the call has to be accepted."""
        return tuple(self.contract.result(call))

    def result(self, call: Call) -> tuple[tuple[int, ...] | None, ...] | None:
        """Return the shape of each tensor that the call gives; None where the operator refuses the call."""
        return None if self.refused(call) else self.shapes(call)

    def shapes(self, call: Call) -> tuple[tuple[int, ...] | None, ...]:
        """Return the shape of each tensor that an accepted call gives."""
        return tuple(_numbers(shape, call) for shape in self.result_terms(call))

    def inverse(self, call: Call, dimension: int, target_size: int, output: int = 0) -> Iterator[Assignment]:
        """Yield what would make a dimension of a result ``target_size``, with all that has to change with it."""
        shape = self.result_terms(call)[output]
        if shape is None:
            return
        for leaf in leaves(shape[dimension]):
            for value in solve(shape[dimension], leaf, target_size, call):
                assignment = None if value < 0 else self._followed(call, leaf, value)
                if assignment is not None and self._gives(assignment, call, output, dimension, target_size):
                    yield assignment
                    break

    def agreements(self, call: Call) -> Iterator[Call]:
        """Yield a refused call as it would be with what one of its requirements asks for, all others held as well."""
        for broken in self.refused(call):
            for leaf, value in solutions(broken, call) if isinstance(broken, Equation) else ():
                assignment = self._followed(call, leaf, value)
                if assignment is not None:
                    yield assigned(call, assignment)

    def _followed(self, call: Call, leaf: Leaf, value: int) -> Assignment | None:
        """Return the assignment with those that it entails; None where the call cannot be made to agree."""
        values: dict[Leaf, int] = {leaf: value}
        changed = with_value(call, leaf, value)
        for _ in range(_MOST_CONSEQUENCES):
            refused = self.refused(changed)
            if not refused:
                return Assignment(tuple(values.items()))
            consequences = (
                solution
                for broken in refused
                if isinstance(broken, Equation)
                for solution in solutions(broken, changed)
            )
            following = next(((place, size) for place, size in consequences if place not in values), None)
            if following is None:
                return None
            values[following[0]] = following[1]
            changed = with_value(changed, *following)
        return None

    def _gives(self, assignment: Assignment, call: Call, output: int, dimension: int, target_size: int) -> bool:
        shapes = self.result(assigned(call, assignment))
        shape = None if shapes is None or output >= len(shapes) else shapes[output]
        return shape is not None and dimension < len(shape) and shape[dimension] == target_size


def assigned(call: Call, assignment: Assignment) -> Call:
    """Return the call with the values of an assignment."""
    for leaf, value in assignment.values:
        call = with_value(call, leaf, value)
    return call


def _is_loose(value: Any, parameter: Parameter) -> bool:
    """Return whether a value is the first of several that are passed as arguments of their own."""
    return (
        value is not None and not isinstance(value, tuple) and (parameter.is_sequence or not isinstance(value, Tensor))
    )


def _numbers(shape: Dimensions | None, call: Call) -> tuple[int, ...] | None:
    if shape is None:
        return None
    numbers = [term.value_in(call) for term in shape]
    return None if None in numbers else tuple(size for size in numbers if size is not None)


def _plain(value: object) -> Any:
    if isinstance(value, Sequence):
        if value.type == "slice":
            return slice(*value.items)
        packed = value.type == "PackedSequence" and value.items
        return _plain(value.items[0]) if packed else tuple(_plain(item) for item in value.items)
    return tuple(_plain(item) for item in value) if isinstance(value, (tuple, list)) else value


@cache
def parse(text: str) -> tuple[Parameter, ...]:
    """Return the parameters that a row writes: ``Tensor input, Tensor[] tensors, *dims, bias=True``."""
    return tuple(_parameter(part) for part in text.split(", ") if part)


def _parameter(text: str) -> Parameter:
    kind, _, rest = text.rpartition(" ")
    name, is_given, default = rest.partition("=")
    return Parameter(
        name.removeprefix("*"),
        is_tensor=kind.startswith("Tensor"),
        is_sequence=kind == "Tensor[]",
        is_variadic=name.startswith("*"),
        is_optional=kind == "Tensor?" or bool(is_given),
        default=ast.literal_eval(default) if is_given else None,
    )


def argument(name: str, call: Call) -> tuple[Argument, ...]:
    """Return a term for each entry of an argument that is a sequence of numbers, one for a number."""
    value = call.get(name)
    if isinstance(value, tuple):
        return tuple(Argument(name, index) for index in range(len(value)))
    return (Argument(name),)
