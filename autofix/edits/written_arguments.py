"""Two arguments that one call of a library has in each other's place: of the call that failed, and of the one that made
an operand with its sizes, or the factors of a product, in the wrong order. Or of the project, where both are indices.

It spells the exchanges; whether one is meant is for the rule.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations, pairwise

from autofix.edits.code_change import CodeChange
from autofix.edits.other_arguments import BUILT_FOR
from autofix.edits.verdicts import recorded_at
from autofix.facts.call_sites import argument_of, is_method, lineage, operands, written
from autofix.facts.contracts import ELEMENTWISE, bound, fits
from autofix.facts.passed_arguments import PassedArgument, passed_calls
from autofix.facts.project_view import Expression, Project
from autofix.operators.families import Family
from autofix.records.costs import Evidence
from autofix.records.locations import Location
from autofix.records.trace import Operation, OperationKind
from autofix.records.values import Tensor, is_integer

MOST_ARGUMENTS = 4
_SIZED = frozenset(("view", "reshape", "repeat", "tile", "expand", "zeros", "ones", "rand", "randn", "empty"))
_PRODUCTS = frozenset(("matmul", "mm", "bmm"))
_SYMMETRIC = ELEMENTWISE | {Family.JOIN, Family.MATRIX_PRODUCT}
_MULTIPLIES = frozenset(("repeat", "tile"))


def of_failed_call(project: Project, operation: Operation | None) -> Iterator[CodeChange]:
    """Yield the exchanges of two positional arguments of the call that raised; of many, those of neighbours."""
    failure = project.trace.failure
    frames = failure.frames if failure is not None else ()
    call = written(project, operation) if operation is not None else project.call(frames)
    if call is None or not isinstance(call.node, ast.Call):
        return
    arguments = call.node.args
    if not any(isinstance(argument, ast.Starred) for argument in arguments):
        for pair in combinations(arguments, 2) if len(arguments) <= MOST_ARGUMENTS else pairwise(arguments):
            yield from _exchanged(call, *pair)


def of_options(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield the exchanges of two options with which the layer that failed was built, after which it takes its input:
    ``nn.Conv2d(8, 8, 3, 0, 1)`` steps by nothing.
    """
    layer, call = project.layer_of(operation), bound(project, operation)
    place = None if layer is None else project.construction_call(layer)
    if call is None or place is None or not isinstance(place.node, ast.Call):
        return
    if any(isinstance(argument, ast.Starred) for argument in place.node.args):
        return
    written_ones = zip(call.row.constructor, place.node.args, strict=False)
    call = call.with_argument("weight", None)  # It has the size of the kernel that was exchanged.
    options = [(parameter.name, node) for parameter, node in written_ones if parameter.name not in BUILT_FOR]
    for (first, node), (second, other) in combinations(options, 2):
        exchanged = call.with_argument(first, call.call.get(second)).with_argument(second, call.call.get(first))
        if fits(exchanged):
            for change in _exchanged(place, node, other):
                yield replace(change, title=f"exchange `{first}` and `{second}`")


def of_tensors(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield the exchanges of two tensors after which the call that failed takes them: the state of a cell before its
    input, ``F.linear(weight, x)``; not of what is symmetric, nor of the factors of a product, which has a rule.
    """
    call, places = bound(project, operation), operands(project, operation)
    if call is None or call.row.family in _SYMMETRIC or len(places) != len(call.operands):
        return
    for (place, operand), (beside, other) in combinations(list(zip(places, call.operands, strict=True)), 2):
        shapes = operand.tensor.shape, other.tensor.shape
        if operand.item is other.item is None and fits(
            call.with_shape(operand, shapes[1]).with_shape(other, shapes[0])
        ):
            for change in _exchanged(place, place.node, beside.node):
                yield replace(change, evidence=(Evidence.EXACT_FIT, Evidence.OTHER_NAME))


def of_sizes(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield the exchanges of two sizes with which an operand was made, after which it fits beside the others."""
    for tensor in operation.tensors if len(operation.tensors) > 1 else ():
        maker = next((o for o in lineage(project, tensor) if not _keeps_its_shape(o, tensor)), None)
        call = written(project, maker) if maker is not None and maker.operator in _SIZED else None
        since = [o for o in lineage(project, tensor) if maker is not None and o.index > maker.index]
        if maker is None or call is None or not isinstance(call.node, ast.Call) or not _is_written_out(call.node):
            continue
        first = 1 if is_method(maker, call.node) else 0
        count = tensor.rank
        places = [argument_of(project, maker, first + index, "") for index in range(count)]
        for low, other in combinations(range(count), 2):
            pair = places[low], places[other]
            shape = _with_exchange(maker, tensor, low, other)
            if pair[0] is None or pair[1] is None or shape == tensor.shape:
                continue
            if _fits(project, operation, tensor, shape):
                # A layer has taken it as it lies.
                evidence = (Evidence.AGAINST * any(o.kind is OperationKind.CALL_MODULE for o in since),)
                for change in _exchanged(call, pair[0].node, pair[1].node):
                    yield replace(change, evidence=(*change.evidence, *evidence))


def of_products(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield the exchange of the two factors of a matrix product that gave an operand its shape, after which it fits."""
    for tensor in operation.tensors if len(operation.tensors) > 1 else ():
        maker = next((o for o in lineage(project, tensor) if not _keeps_its_shape(o, tensor)), None)
        if maker is None or maker.operator not in _PRODUCTS or len(maker.tensors) != 2:
            continue
        first, second = (factor.shape for factor in maker.tensors)
        places, call = operands(project, maker), written(project, maker)
        if call is None or len(places) != 2 or len(first) != len(second) or first[:-2] != second[:-2]:
            continue
        shape = (*first[:-2], *second[-2:-1], *first[-1:])
        multiplies = len(shape) > 1 and second[-1] == first[-2] and shape != tensor.shape
        if multiplies and _fits(project, operation, tensor, shape):
            yield from _exchanged(call, places[0].node, places[1].node)


def of_indices(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield the exchanges of two tensors of indices, of one shape, in a call that led to the look-up that failed: only
    where they are looked up says which is which.
    """
    at, failed = recorded_at(project), operation.tensors[0]
    for passed in passed_calls(project, operation, None):
        tensors = [(a, _tensor(project, a, at)) for a in passed.arguments if passed.on_stack]
        alike = [(a, t) for a, t in tensors if t is not None and t.dtype == failed.dtype]
        for (first, each), (second, other) in combinations(alike, 2):
            if each.shape == other.shape and failed.producer in (each.producer, other.producer):
                yield from _exchanged(first.expression, first.expression.node, second.expression.node)


def _tensor(project: Project, passed: PassedArgument, at: Mapping[Location, Operation]) -> Tensor | None:
    place = passed.expression
    recorded = at.get(place.source.location(place.node))
    value = recorded.result if recorded is not None else project.value(place)
    return value if isinstance(value, Tensor) else None


def _keeps_its_shape(operation: Operation, tensor: Tensor) -> bool:
    """Return whether an operation took a tensor of the shape that it gave: it is not what made the shape."""
    is_same = any(taken.shape == tensor.shape for taken in operation.tensors)
    return is_same and operation.operator not in _PRODUCTS


def _is_written_out(call: ast.Call) -> bool:
    return not any(isinstance(argument, (ast.Starred, ast.Tuple, ast.List)) for argument in call.args)


def _with_exchange(maker: Operation, tensor: Tensor, low: int, other: int) -> tuple[int, ...]:
    """Return the shape that the maker would give with two of its sizes exchanged."""
    shape = list(tensor.shape)
    if maker.operator in _MULTIPLIES:
        factors = [value for value in maker.arguments[1:] if is_integer(value)]
        if len(factors) != len(shape) or 0 in factors:
            return tensor.shape
        before = [size // factor for size, factor in zip(shape, factors, strict=True)]
        factors[low], factors[other] = factors[other], factors[low]
        return tuple(size * factor for size, factor in zip(before, factors, strict=True))
    shape[low], shape[other] = shape[other], shape[low]
    return tuple(shape)


def _fits(project: Project, operation: Operation, tensor: Tensor, shape: tuple[int, ...]) -> bool:
    """Return whether the call that failed takes an operand that is made with another shape."""
    call = bound(project, operation)
    operand = None if call is None else next((o for o in call.operands if o.tensor == tensor), None)
    return call is not None and operand is not None and fits(call.with_shape(operand, shape))


def _exchanged(call: Expression, first: ast.expr, second: ast.expr) -> Iterator[CodeChange]:
    texts = call.source.text_of(first), call.source.text_of(second)
    if texts[0] != texts[1]:
        edits = call.source.replace(first, texts[1]), call.source.replace(second, texts[0])
        words = f"exchange the arguments of the call: {texts[1]} before {texts[0]}"
        yield CodeChange(
            words, edits, (Evidence.RUNNER_UP,), "that two arguments are exchanged is told by the run alone"
        )
