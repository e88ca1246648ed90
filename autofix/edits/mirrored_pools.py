"""The factor by which a decoder makes maps larger, where the encoder's pooling made them smaller by another.

``ConvTranspose3d(a, b, 2, stride=2)`` behind ``MaxPool3d((1, 2, 2))``: what the pooling kept, the decoder must keep. A
name of the function that holds the sizes of the pooling stands for them, else they are written out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import permutations

from autofix.edits.code_change import CodeChange
from autofix.facts.branches import branch, layers_of
from autofix.facts.call_sites import argument_of, layer_called
from autofix.facts.contracts import BoundCall, bound
from autofix.facts.project_view import Expression, Project
from autofix.operators.shape_functions import per_dimension
from autofix.provenance import Site, SiteKind, sites, together
from autofix.provenance.bindings import literals
from autofix.provenance.producers import argument_expression
from autofix.records.costs import Evidence
from autofix.records.trace import Layer, Operation
from autofix.records.values import Sequence, Tensor, Value, is_integer

MAX_STEPS = 8
FAR = 3
MEETING_MAPS = "the maps that it meets could be what is of another size than meant"
Sizes = tuple[int, ...]


def by_factors(project: Project, operation: Operation) -> tuple[CodeChange, ...]:
    """Return the factors and strides with which two branches give out maps of one size."""
    return (*_mirrored_pools(project, operation), *_smaller_strides(project, operation))


def _mirrored_pools(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield the factors with which maps get the size of those that they meet, for each dimension its own."""
    for own, other in permutations(operation.tensors[:2], 2):
        is_alike = own.rank == other.rank > 2 and own.shape[0] == other.shape[0] and own.shape[2:] != other.shape[2:]
        maker = _enlarging(project, own) if is_alike else None
        call = bound(project, maker) if maker is not None else None
        if maker is None or call is None or any(o > s for o, s in zip(other.shape[2:], own.shape[2:], strict=True)):
            continue
        before, after = maker.tensors[0].shape[2:], other.shape[2:]
        factors = tuple(size // each for size, each in zip(after, before, strict=True) if each and size % each == 0)
        name, names = _arguments(call, len(before))
        if len(factors) == len(before) and name and _fits(call, names, factors, after):
            yield from _written(project, maker, names, factors, _pool(project, other, factors))


def _enlarging(project: Project, tensor: Tensor) -> Operation | None:
    """Return the operation that last made the maps larger, behind which they kept their size."""
    for _ in range(MAX_STEPS):
        maker = project.producer(tensor)
        before = maker.tensors[0] if maker is not None and maker.tensors else None
        if maker is None or before is None or before.rank != tensor.rank:
            return None
        if before.shape[2:] != tensor.shape[2:]:
            return maker if all(a <= b for a, b in zip(before.shape[2:], tensor.shape[2:], strict=True)) else None
        tensor = before
    return None


def _arguments(call: BoundCall, count: int) -> tuple[str, tuple[str, ...]]:
    """Return the argument that is the factor, and those that are to have its value: a kernel as wide as its stride."""
    kernel, stride = (_sizes(call.call.get(name), count) for name in ("kernel_size", "stride"))
    is_transposed = any(
        each.startswith(("ConvTranspose", "conv_transpose")) for each in (*call.row.layers, *call.row.functions)
    )
    if is_transposed and stride is not None:
        return "stride", ("kernel_size", "stride") if kernel == stride else ("stride",)
    return ("scale_factor", ("scale_factor",)) if call.call.get("scale_factor") is not None else ("", ())


def _sizes(value: object, count: int) -> Sizes | None:
    sizes = value if isinstance(value, tuple) else per_dimension(value, count) if is_integer(value) else None
    return sizes if sizes is not None and all(map(is_integer, sizes)) else None


def _fits(call: BoundCall, names: tuple[str, ...], factors: Sizes, after: Sizes) -> bool:
    for name in names:
        call = call.with_argument(name, factors)
    result = (call.with_argument("weight", None) if "kernel_size" in names else call).result()
    return result is not None and result[2:] == after


def _pool(project: Project, tensor: Tensor, factors: Sizes) -> str:
    """Return the layer that made the maps smaller which are met, by just these factors; empty where none did."""
    for operation in project.trace.operations:
        layer = project.layer_of(operation)
        if layer is not None and operation.tensors[:1] and operation.tensors[0].producer == tensor.producer:
            stride = per_dimension(layer.setting("stride"), len(factors))
            if stride == factors:
                return layer.label
    return ""


def argument_place(project: Project, maker: Operation, name: str) -> Expression | None:
    """Return where an argument of an operation is written: in the call, or where its layer is built."""
    layer, call = layer_called(project, maker), bound(project, maker)
    if layer is not None:
        return argument_expression(project, layer, name)
    arguments = [argument.name for argument in call.row.arguments] if call is not None else []
    return argument_of(project, maker, arguments.index(name), name) if name in arguments else None


def _written(
    project: Project, maker: Operation, names: tuple[str, ...], factors: Sizes, pool: str
) -> Iterator[CodeChange]:
    layer = layer_called(project, maker)
    written = [place for name in names if (place := argument_place(project, maker, name)) is not None]
    if len(written) < len(names) or not written:
        return
    label = maker.operator if layer is None else layer.label
    texts = [text for text in _names(project, written[0], factors) if text not in {p.text for p in written}]
    for rank, text in enumerate((*texts, str(factors[0] if len(set(factors)) == 1 else factors))):
        is_name = rank < len(texts)
        edits = tuple(place.source.replace(place.node, text) for place in written)
        pieces = (
            *(Evidence.EXACT_FIT, Evidence.UPSTREAM, Evidence.AGREES * (is_name or bool(pool))),
            *(Evidence.RUNNER_UP * rank, Evidence.MORE_PLACES * (len(edits) > 1)),
        )
        words = f"set `{names[-1]}` of `{label}` to {text}" + (f", as `{pool}`" if pool else "")
        yield CodeChange(words, edits, pieces, MEETING_MAPS)


def _names(project: Project, place: Expression, factors: Sizes) -> Iterator[str]:
    """Yield the names of the function that hold the factors: a tuple of them, or a number where all are one."""
    local = project.names(place).local
    for name, value in local.items if local is not None else ():
        if name.isidentifier() and _items(value, len(factors)) == factors:
            yield name


def _items(value: Value, count: int) -> tuple[Value, ...]:
    if isinstance(value, Sequence):
        return value.items
    return (value,) * count if is_integer(value) and value > 1 else ()


def _smaller_strides(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield the stride of a layer of one branch alone that makes its maps a whole factor smaller than those they meet.

    A kernel as wide as the stride, that of patches, follows. What sets the stride is changed, wherever that is.
    """
    for own, other in permutations(operation.tensors[:2], 2):
        if not own.rank == other.rank > 3 or own.shape[0] != other.shape[0]:
            continue
        factors = {b // a for a, b in zip(own.shape[2:], other.shape[2:], strict=True) if a and b % a == 0}
        factor = factors.pop() if len(factors) == 1 else 1
        if factor == 1 or any(a * factor != b for a, b in zip(own.shape[2:], other.shape[2:], strict=True)):
            continue
        for rank, (_, layer) in enumerate(layers_of(project, branch(project, own, other), ("Conv2d", "Conv3d"))):
            kernel, stride = (per_dimension(layer.setting(name), own.rank - 2) for name in ("kernel_size", "stride"))
            if kernel is None or stride != kernel or any(size % factor for size in stride):
                continue
            yield from _divided(project, layer, tuple(size // factor for size in stride), rank)


def _divided(project: Project, layer: Layer, sizes: Sizes, rank: int) -> Iterator[CodeChange]:
    """Yield the places that make kernel and stride of a layer smaller, alike in all dimensions."""
    options: list[list[Site]] = []
    for name in ("kernel_size", "stride"):
        place = argument_expression(project, layer, name)
        entries = [] if place is None else _entries(project, place, len(sizes))
        if not entries:
            return
        options += [_settings(project, entry, size) for entry, size in zip(entries, sizes, strict=True)]
    for first in options[0]:
        alike = [min(each, key=lambda site: _unlike(site, first), default=None) for each in options]
        chosen = [site for site in alike if site is not None and _unlike(site, first) < FAR]
        if len(chosen) == len(alike):
            edits, evidence = together(chosen)
            further = Evidence.EXACT_FIT, Evidence.UPSTREAM, Evidence.AGREES, Evidence.RUNNER_UP * (rank > 0)
            text = str(sizes[0] if len(set(sizes)) == 1 else sizes)
            yield CodeChange(f"set `stride` of `{layer.label}` to {text}", edits, (*evidence, *further), MEETING_MAPS)


def _settings(project: Project, entry: Expression, size: int) -> list[Site]:
    """Return the places where a number is a setting by itself, and no part of what is computed."""
    kinds = (SiteKind.NAMED, SiteKind.ARGUMENT)
    return [site for site in sites(project, entry, size) if site.kind in kinds and not site.replaces_expression]


def _unlike(site: Site, first: Site) -> int:
    """Return how far a place is from being that of another entry: the same, the same text, the same kind, another."""
    if site.edits == first.edits:
        return 0
    is_there = (site.place.path, site.kind) == (first.place.path, first.kind)
    return FAR if not is_there else 1 if site.text == first.text else 2


def _entries(project: Project, place: Expression, count: int) -> list[Expression]:
    """Return what is written for each dimension: the entries of a tuple, or one number for all."""
    for literal in literals(project, place):
        if isinstance(literal.node, (ast.Tuple, ast.List)) and len(literal.node.elts) == count:
            return [Expression(literal.source, node, literal.frames) for node in literal.node.elts]
    return [place] * count if project.integer(place) is not None else []
