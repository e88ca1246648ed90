"""Shapes of inputs that end up at a layer, in the order in which they are likely, and how wide the parts of a joined
input may be.

Whether the rest of a model takes them is for ``from_layers``.
"""

from __future__ import annotations

import ast
import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from autofix.records.samples import SampleInput
from autofix.records.values import is_integer
from autofix.sample_inputs.abstract_interpreter.values import AbstractLayer, Instance
from autofix.syntax.source import Source

BATCH, LENGTH, FRAMES = 2, 12, 5
# A model that takes any size is cheapest on a small one; where the text leaves that open, the usual size is likelier.
SMALL_FIRST = {
    0: (LENGTH,),
    1: (64, 128, 32, 256, 100, 512, 1000, 1024),
    2: (64, 224, 32, 28, 84, 96, 128, 256, 299),
    3: (32, 16, 64),
}
USUAL_FIRST = {
    1: (128, 64, 32, 256, 100, 512, 1000, 1024),
    2: (224, 32, 28, 64, 84, 96, 128, 256, 299),
    3: (32, 64, 16),
}
SCANNED = {0: range(2, 260), 1: range(8, 520), 2: range(8, 321), 3: range(8, 97, 2)}
MAX_COMBINATIONS = 24
MAX_NUMBERS, MAX_JOINED, MAX_NAMED = 8, 2000, 3
_NAMES_A_SIZE = re.compile(r"(input|img|image)_?(size|shape|res|resolution)$", re.IGNORECASE)


def named_sizes(source: Source) -> tuple[int, ...]:
    """Return the sizes of images that a file writes down: ``'input_size': [3, 331, 331]``."""
    sizes = (_last(value) for name, value in _named_values(source) if _NAMES_A_SIZE.search(name))
    return tuple(dict.fromkeys(size for size in sizes if size is not None))[:MAX_NAMED]


def small_first(named: tuple[int, ...]) -> dict[int, tuple[int, ...]]:
    """Return the sizes to try for each number of spatial dimensions; those that the file names come second."""
    small = SMALL_FIRST[2]
    return {**SMALL_FIRST, 2: tuple(dict.fromkeys((*small[:1], *named, *small[1:])))}


def _named_values(source: Source) -> Iterator[tuple[str, ast.expr]]:
    for node in source.nodes:
        if isinstance(node, ast.Dict):
            keys = (key.value if isinstance(key, ast.Constant) else None for key in node.keys)
            yield from ((key, value) for key, value in zip(keys, node.values, strict=True) if isinstance(key, str))
        elif isinstance(node, ast.keyword) and node.arg is not None:
            yield node.arg, node.value
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            yield getattr(target, "id", getattr(target, "attr", "")), node.value


def _last(value: ast.expr) -> int | None:
    """Return the last of three numbers, or of two."""
    items = value.elts if isinstance(value, (ast.List, ast.Tuple)) and len(value.elts) in (2, 3) else ()
    numbers = [item.value for item in items if isinstance(item, ast.Constant) and is_integer(item.value)]
    return numbers[-1] if numbers and len(numbers) == len(items) and numbers[-1] > 1 else None


def candidates(
    needs: list[AbstractLayer], sizes: Mapping[int, Sequence[int]]
) -> Iterator[tuple[int, tuple[SampleInput, ...]]]:
    """Yield inputs in the order in which they are likely, with the number of their form.

    They come as the layers take them, then in other forms.
    """
    count = max(_spatial(layer) for layer in needs)
    for form, chosen in enumerate(itertools.islice(_forms(needs), MAX_COMBINATIONS)):
        for size in sizes[count]:
            yield form, tuple(_variants(layer, size)[at] for layer, at in zip(needs, chosen, strict=True))


def _forms(needs: list[AbstractLayer]) -> Iterator[tuple[int, ...]]:
    """Yield the number of a form for each input: those first in which inputs of alike layers have the same one."""
    kinds = [(layer.kind, _width(layer)) for layer in needs]
    counts = {kind: len(_variants(layer, LENGTH)) for kind, layer in zip(kinds, needs, strict=True)}
    seen = set()
    for chosen in itertools.product(*map(range, counts.values())):
        form = dict(zip(counts, chosen, strict=True))
        seen.add(alike := tuple(form[kind] for kind in kinds))
        yield alike
    yield from (choice for choice in itertools.product(*(range(counts[kind]) for kind in kinds)) if choice not in seen)


def joined_widths(
    needs: list[AbstractLayer], inputs: tuple[SampleInput, ...], numbers: list[int]
) -> Iterator[tuple[int, tuple[SampleInput, ...]]]:
    """Yield inputs that have but a part of the layer's width, since they are joined with others before it.

    ``numbers`` are those that the model knows: parts that it has a number for come first.
    """
    width = _width(needs[0]) if all(layer is needs[0] for layer in needs) else None
    if width is not None:
        parts = [part for part in itertools.product(numbers, repeat=len(needs)) if sum(part) == width]
        parts += [(part, width - part) for part in range(1, width)] if len(needs) == 2 else []
        for widths in parts[:MAX_JOINED]:
            yield 0, tuple(_narrowed(needs[0], sample, size) for sample, size in zip(inputs, widths, strict=True))
    for at, layer in enumerate(needs):
        for part in range(1, layer.size("in_features") or 1):
            yield 0, (*inputs[:at], SampleInput((BATCH, part)), *inputs[at + 1 :])


def _narrowed(layer: AbstractLayer, sample: SampleInput, width: int) -> SampleInput:
    return SampleInput((BATCH, width, *sample.shape[2:]) if _spatial(layer) else (BATCH, width))


def numbers_of(model: Any) -> list[int]:
    """Return the numbers that a model keeps or was given, in the order in which it came to know them."""
    known = [*model.arguments.values(), *model.attributes.values()] if isinstance(model, Instance) else []
    return list(dict.fromkeys(number for number in known if is_integer(number) and number > 0))[:MAX_NUMBERS]


def of_any(count: int) -> Iterator[tuple[int, tuple[SampleInput, ...]]]:
    """Yield inputs for a model without a layer, all alike: images, signals, rows."""
    for form, shape in enumerate(((BATCH, 3, 32, 32), (BATCH, 3, 32), (BATCH, 32), (BATCH, 3, 16, 32, 32))):
        yield form, (SampleInput(shape),) * count


def _spatial(layer: AbstractLayer) -> int:
    """Return how many spatial dimensions the layer's input has."""
    if layer.kind in {"GroupNorm", "Backbone"}:
        return 2
    return int(layer.kind[-2]) if layer.kind[-1] == "d" and layer.kind[-2].isdigit() else 0


def _variants(layer: AbstractLayer, size: int) -> list[SampleInput]:
    """Return the shapes that end up at the layer: as it takes them, then in the other forms that a
    forward may expect.
    """
    kind = layer.kind
    if kind == "Backbone":
        return [SampleInput((BATCH, 3, 224, 224))]
    if kind in {"Embedding", "EmbeddingBag"}:
        high = layer.size("num_embeddings")
        return [SampleInput(shape, "int64", 0, high) for shape in ((BATCH, LENGTH), (BATCH,))]
    if kind == "State":
        count, hidden = layer.size("count"), layer.size("hidden_size") or 1
        return [SampleInput((count, BATCH, hidden) if count else (BATCH, hidden))]
    count = _spatial(layer)
    width = _width(layer)
    if width is None:
        return []
    shapes = _images(kind, width, count, size) if count else _vectors(layer, width, size)
    return [SampleInput(shape) for shape in shapes]


def _width(layer: AbstractLayer) -> int | None:
    names = ("in_channels", "num_features", "num_channels", "in_features", "input_size", "embed_dim", "d_model")
    inner = layer.settings.get("encoder_layer", layer.settings.get("decoder_layer"))
    if isinstance(inner, AbstractLayer):
        return _width(inner)
    shape = layer.settings.get("normalized_shape")
    last = shape[-1] if isinstance(shape, (tuple, list)) and shape else shape
    size = next((layer.size(name) for name in names if layer.size(name) is not None), None)
    width = last if size is None and isinstance(last, int) else size
    return width if width is not None and width > 0 else None


def _images(kind: str, width: int, count: int, size: int) -> list[tuple[int, ...]]:
    spatial = (size,) * count
    shapes: list[tuple[int, ...]] = [(BATCH, width, *spatial)]
    if kind == "BatchNorm1d":
        shapes.insert(0, (BATCH, width))
    if width == 1:
        shapes.append((BATCH, *spatial))
    flat = [(BATCH, width, size)] if count > 1 else []  # A signal that the model folds into a map.
    return [*shapes, (BATCH, *spatial, width), (BATCH, FRAMES, width, *spatial), (width, *spatial), *flat]


def _vectors(layer: AbstractLayer, width: int, length: int) -> list[tuple[int, ...]]:
    row, rows, swapped = (BATCH, width), (BATCH, length, width), (length, BATCH, width)
    if layer.kind in {"LSTM", "GRU", "RNN"}:
        first = [rows] if layer.flag("batch_first") else [swapped, rows]
        narrow: list[tuple[int, ...]] = (
            [(BATCH, length)] if width == 1 else [(BATCH, width, width), (BATCH, 1, width, width)]
        )
        return [*first, *narrow]
    if layer.kind.startswith(("Multihead", "Transformer")):
        inner = layer.settings.get("encoder_layer", layer.settings.get("decoder_layer", layer))
        return [rows, swapped] if isinstance(inner, AbstractLayer) and inner.flag("batch_first") else [swapped, rows]
    if layer.kind in {"LayerNorm", "RMSNorm"}:
        shape = layer.settings.get("normalized_shape")
        whole = [(BATCH, *shape)] if isinstance(shape, (tuple, list)) and len(shape) > 1 else []
        return [*whole, rows, row]
    signal = (BATCH, width, length)  # What is transposed before the layer.
    return [row, rows, swapped, *([(BATCH, length)] if width == 1 else [signal, *_squares(width)])]


def _squares(width: int) -> list[tuple[int, ...]]:
    """Return the shapes of square images that have so many values: a layer receives them flattened."""
    shapes: list[tuple[int, ...]] = []
    for channels in (1, 3):
        side = math.isqrt(width // channels)
        if side > 1 and side * side * channels == width:
            shapes += [(BATCH, channels, side, side), *([(BATCH, side, side)] if channels == 1 else [])]
    return shapes
