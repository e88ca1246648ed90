"""What several rules ask about sizes: the sites of a layer's argument, and what a flattened dimension was made of."""

from __future__ import annotations

import math
from collections.abc import Iterator

from autofix.facts.contracts import became
from autofix.facts.joins import joined
from autofix.facts.project_view import Expression, Project
from autofix.operators.families import Family
from autofix.operators.table import find, position
from autofix.provenance import Site, sites
from autofix.records.trace import Layer, Operation
from autofix.records.values import Sequence, Tensor, is_integer
from autofix.syntax.source import argument

_STACKS = frozenset(("TransformerEncoder", "TransformerDecoder"))
_PRODUCTS = frozenset((Family.MATRIX_PRODUCT, Family.CONTRACTION))
_FLATTENING = frozenset(("flatten", "view", "reshape", "Flatten", "squeeze"))
_SAME_SHAPE = frozenset(
    (
        *("relu", "ReLU", "dropout", "Dropout", "LeakyReLU", "leaky_relu", "GELU", "gelu", "Tanh", "tanh", "Sigmoid"),
        *("sigmoid", "contiguous", "Identity", "ELU", "elu", "SiLU", "silu", "clone", "float", "to"),
    )
)


def repeated_layer(project: Project, layer: Layer) -> Layer:
    """Return the layer that a stack of Transformer layers repeats, which is given all sizes; else ``layer`` itself."""
    if layer.kind not in _STACKS:
        return layer
    return next((inner for inner in project.trace.layers if inner.path == f"{layer.path}.layers.0"), layer)


def argument_expression(project: Project, layer: Layer, parameter: str) -> Expression | None:
    """Return the expression that the layer's construction passes for ``parameter``; None where it is
    not written out.
    """
    call = project.construction_call(layer)
    if call is None:
        return None
    node = argument(call.node, position(layer.kind, parameter), parameter)  # type: ignore[arg-type]
    return None if node is None else call.at(node)


def argument_sites(
    project: Project, layer: Layer, parameter: str, target_size: int, hints: tuple[int, ...] = ()
) -> tuple[Site, ...]:
    """Return every place that could give the layer's ``parameter`` the size ``target_size``."""
    expression = argument_expression(project, layer, parameter)
    return () if expression is None else sites(project, expression, target_size, hints)


def flattened_from(project: Project, tensor: Tensor) -> tuple[int, ...]:
    """Return the sizes that were multiplied into the last dimension of ``tensor``, without the batch;
    empty if none were.
    """
    merged_sizes: tuple[int, ...] = ()
    for operation in project.ancestry(tensor):
        name = operation.operator
        source = operation.tensors[0] if operation.tensors else None
        if source is None:
            return merged_sizes
        if name in _FLATTENING and isinstance(operation.result, Tensor):
            merged_sizes = _merged(source.shape, operation.result.shape)
            if merged_sizes != source.shape[-1:]:
                return merged_sizes
        elif name not in _SAME_SHAPE and not (
            isinstance(operation.result, Tensor) and operation.result.shape == source.shape
        ):
            return merged_sizes
    return merged_sizes


def before_flattening(hints: tuple[int, ...], expected: int) -> int:
    """Return the channels that would make up ``expected`` with the sizes they are flattened with; 0 where none would.

    Nor where square maps of another size make it up with the channels there are: then the images are of another size.
    """
    rest = math.prod(hints[1:])
    return 0 if not rest or expected % rest or _is_square(expected, hints) else expected // rest


def _is_square(expected: int, hints: tuple[int, ...]) -> bool:
    if len(hints) != 3 or expected % hints[0]:
        return False
    area = expected // hints[0]
    return math.isqrt(area) ** 2 == area


def _merged(before: tuple[int, ...], after: tuple[int, ...]) -> tuple[int, ...]:
    """Return the trailing sizes of ``before`` whose product is the last size of ``after``."""
    product = 1
    for start in range(len(before) - 1, 0, -1):
        product *= before[start]
        if product == after[-1] and start < len(before):
            wider = next((s for s in range(start, 0, -1) if math.prod(before[s:]) == after[-1]), start)
            return before[wider:]
    return ()


def producing_layer(project: Project, tensor: Tensor) -> tuple[Operation, Layer] | None:
    """Return the nearest layer before ``tensor`` that sets the size of a feature dimension."""
    last = None
    for last in _ancestry(project, tensor):
        layer = project.layer_of(last)
        if layer is not None and output_parameter(layer):
            return last, layer
    return None if last is None else _packing_layer(project, last)


def _ancestry(project: Project, tensor: Tensor) -> Iterator[Operation]:
    """Yield what ``tensor`` came from by first operands; of a product by the one that its columns came from."""
    seen: set[int] = set()
    operation = project.producer(tensor)
    while operation is not None and operation.index not in seen:
        seen.add(operation.index)
        yield operation
        row, result, origin = find(operation.target), operation.result, None
        if row is not None and row.family in _PRODUCTS and isinstance(result, Tensor) and result.rank:
            origin = became(project, operation, result.rank - 1)
        tensors = operation.tensors if origin is None else origin[:1]
        operation = project.producer(tensors[0]) if tensors else None


def _packing_layer(project: Project, operation: Operation) -> tuple[Operation, Layer] | None:
    """Return the last layer before that gave out packed steps, where a tensor has no producer:
    unpacking leaves no trace.
    """
    if not operation.tensors or operation.tensors[0].producer is not None:
        return None
    for earlier in reversed(project.trace.operations[: operation.index]):
        result, layer = earlier.result, project.layer_of(earlier)
        items = result.items[:1] if isinstance(result, Sequence) else ()
        packed = any(getattr(item, "type", "") == "PackedSequence" for item in items)
        if packed and layer is not None and output_parameter(layer):
            return earlier, layer
    return None


def width(layer: Layer, names: tuple[str, ...]) -> int | None:
    """Return the first of the settings that is a number, or a sequence of one."""
    for name in names:
        value = layer.setting(name)
        if isinstance(value, Sequence) and len(value.items) == 1:
            value = value.items[0]
        if is_integer(value):
            return value
    return None


def output_parameter(layer: Layer) -> str:
    """Return the name of the argument that sets the size a layer gives out; empty if it keeps the size it gets."""
    names = ("out_features", "out_channels", "embedding_dim", "hidden_size")
    return next((name for name in names if layer.setting(name) is not None), "")


def set_output(layer: Layer, width: int | str) -> str:
    """Return the title of a fix that makes ``layer`` produce ``width`` features."""
    return f"set `{output_parameter(layer) or 'the width'}` of `{layer.label}` to {width}"


def _one_part(project: Project, tensor: Tensor, target_size: int) -> tuple[Tensor, int]:
    """Return a part of a join and what it has to be for the whole, where one layer made all parts; else the tensor."""
    parts = joined(project, tensor, -1)
    makers = {
        None if producing is None else producing[1].identity
        for producing in (producing_layer(project, part) for part in parts)
    }
    alike = len(parts) > 1 and len(makers) == 1 and None not in makers and target_size % len(parts) == 0
    return (parts[0], target_size // len(parts)) if alike else (tensor, target_size)


def producer_sites(project: Project, tensor: Tensor, target_size: int) -> Iterator[tuple[Layer, Site]]:
    """Yield places that would make the nearest producing layer give out ``target_size`` features."""
    tensor, target_size = _one_part(project, tensor, target_size)
    producing = producing_layer(project, tensor)
    if producing is None:
        return
    _, layer = producing
    directions = 2 if layer.setting("bidirectional") else 1
    if target_size % directions:
        return
    for site in argument_sites(project, layer, output_parameter(layer), target_size // directions):
        yield layer, site
