"""A sample chosen to fit the layers: the first layer an input meets says its rank and width, the others its size.

It interprets the model with candidate shapes and keeps the first that fits; nothing is run, so the sample is
a guess and is labelled as one.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autofix.records.samples import SampleInput, SampleOrigin, Samples
from autofix.sample_inputs import borrowed_layers
from autofix.sample_inputs.abstract_interpreter import execution
from autofix.sample_inputs.abstract_interpreter.values import (
    UNKNOWN,
    AbstractLayer,
    AbstractTensor,
    Function,
    Instance,
    Interpretation,
    Modules,
    ShapeMismatch,
    Undetermined,
)
from autofix.syntax.source import Source

BATCH, LENGTH, FRAMES = 2, 12, 5
# A model that takes any size is cheapest on a small one; where the text leaves that open, the usual size is likelier.
_SMALL_FIRST = {
    0: (LENGTH,),
    1: (64, 128, 32, 256, 100, 512, 1000, 1024),
    2: (64, 224, 32, 28, 84, 96, 128, 256, 299),
    3: (32, 16, 64),
}
_USUAL_FIRST = {
    1: (128, 64, 32, 256, 100, 512, 1000, 1024),
    2: (224, 32, 28, 64, 84, 96, 128, 256, 299),
    3: (32, 64, 16),
}
_SCANNED = {0: range(2, 260), 1: range(8, 520), 2: range(8, 321), 3: range(8, 97, 2)}
BUILD_STEPS = 400_000
WALK_STEPS = 100_000
ALL_STEPS = 200_000
MAX_COMBINATIONS = 24

Pattern = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class _Walk:
    """One candidate: ``uncertainty`` is 0 if it gave the output, 1 if it could not, 2 if it does not fit; ``form`` is 0
    for the likeliest form.
    """

    uncertainty: int
    misfits: int
    batch_folds: int
    layers_applied: int
    form: int
    inputs: tuple[SampleInput, ...]

    @property
    def fits(self) -> bool:
        return self.uncertainty == self.misfits == self.batch_folds == 0

    @property
    def is_possible(self) -> bool:
        return self.uncertainty < 2 and self.misfits == self.batch_folds == 0


def solve(
    source: Source, expression: str, patterns: Sequence[Pattern | None] = (), modules: Modules | None = None
) -> Samples | None:
    """Return inputs that the model's layers ask for; None where the text does not tell.

    ``patterns`` are sizes that the inputs must have, a name standing for any size; ``modules`` are the files of the
    project, where parts of the model may stand.
    """
    run = execution.start(source, BUILD_STEPS, modules)
    model = execution.value(ast.parse(expression, mode="eval").body, run)
    count = _inputs_of(model, run)
    if not count:
        return None
    needs = _needs(model, count, run)
    needs |= borrowed_layers.borrowed(borrowed_layers.names(model, count, run), needs, run.joined)
    if len(needs) < count:
        return None
    walk = _best(model, [needs[at] for at in range(count)], run, patterns)
    return None if walk is None else Samples(walk.inputs, None, SampleOrigin.SOLVED)


def _inputs_of(model: Any, run: Interpretation) -> int:
    """Return how many inputs the forward of the model must be given; 0 where that is not evident."""
    if isinstance(model, AbstractLayer):
        return 1
    if not isinstance(model, Instance):
        return 0
    forward = execution.forward_of(model, run)
    if not isinstance(forward, Function) or isinstance(forward.node, ast.Lambda):
        return 1 if forward is UNKNOWN else 0
    parameters = forward.node.args
    named_only = any(default is None for default in parameters.kw_defaults)
    positional = len(parameters.posonlyargs) + len(parameters.args) - 1 - len(parameters.defaults)
    return 0 if named_only or parameters.vararg is not None else max(positional, 1 if len(parameters.args) > 1 else 0)


def _needs(model: Any, count: int, run: Interpretation) -> dict[int, AbstractLayer]:
    """Return the first layer that each input reaches."""
    run.lenient, run.steps = True, WALK_STEPS
    _walk(model, [AbstractTensor(None, source=at) for at in range(count)], run)
    run.lenient = False
    return run.needs


def _walk(model: Any, inputs: list[AbstractTensor], run: Interpretation) -> tuple[int, Any]:
    try:
        output = execution.call(model, list(inputs), {}, run)
    except ShapeMismatch:
        return 2, UNKNOWN
    except (Undetermined, RecursionError, ArithmeticError, TypeError, ValueError, LookupError, AttributeError):
        return 1, UNKNOWN
    return (0 if _is_told(output) else 1), output


def _is_told(output: Any) -> bool:
    if isinstance(output, (tuple, list)):
        return any(_is_told(part) for part in output)
    return isinstance(output, AbstractTensor) and output.shape is not None


def _best(
    model: Any, needs: list[AbstractLayer], run: Interpretation, patterns: Sequence[Pattern | None]
) -> _Walk | None:
    """Return the first candidate that fits, else the one with the fewest misfits that gets furthest."""
    # A batch norm takes no single sample, and a batch of channels in its place would hide that.
    batched = "BatchNorm" in run.source.text

    def may_be(inputs: tuple[SampleInput, ...]) -> bool:
        return _matches(inputs, patterns) and not (batched and any(BATCH not in sample.shape[:2] for sample in inputs))

    usual = _first(model, run, (candidate for candidate in _candidates(needs, _SMALL_FIRST) if may_be(candidate[1])))
    if usual is None or usual.is_possible:
        return usual
    scanned = _first(model, run, (candidate for candidate in _candidates(needs, _SCANNED) if may_be(candidate[1])))
    # An unusual size is taken only if it is the answer: there is no reason to prefer it among sizes that do not fit.
    if scanned is None or scanned.is_possible or len(needs) == 1:
        return scanned if scanned is not None and scanned.is_possible else usual
    joined = _first(model, run, _joined_widths(needs, min(usual, scanned, key=_preference).inputs))
    return joined if joined is not None and joined.is_possible else usual


def _first(model: Any, run: Interpretation, candidates: Iterator[tuple[int, tuple[SampleInput, ...]]]) -> _Walk | None:
    budget = ALL_STEPS
    walks: list[_Walk] = []
    for form, inputs in candidates:
        run.steps, run.layers_applied, run.misfits, run.batch_folds = WALK_STEPS, 0, 0, 0
        uncertainty, _ = _walk(model, [_tensor(sample) for sample in inputs], run)
        budget -= WALK_STEPS - max(run.steps, 0)
        walks.append(_Walk(uncertainty, run.misfits, run.batch_folds, run.layers_applied, form, inputs))
        if walks[-1].fits or budget < 0:
            break
    return min(walks, key=_preference) if walks else None


def _preference(walk: _Walk) -> tuple[bool, int, int, int, int, int, int]:
    order = _USUAL_FIRST[2] if walk.uncertainty else _SMALL_FIRST[2]
    last = walk.inputs[0].shape[-1]
    size = sum(sum(sample.shape) for sample in walk.inputs)
    rank = order.index(last) if last in order else len(order)
    return walk.uncertainty > 1, walk.misfits, walk.batch_folds, -walk.layers_applied, walk.form, rank, size


def _tensor(sample: SampleInput) -> AbstractTensor:
    return AbstractTensor(sample.shape, sample.dtype)


def _matches(inputs: Sequence[SampleInput], patterns: Sequence[Pattern | None]) -> bool:
    names: dict[str, int] = {}
    for sample, pattern in zip(inputs, patterns, strict=False):
        if pattern is None:
            continue
        if len(pattern) != len(sample.shape):
            return False
        for pattern_size, size in zip(pattern, sample.shape, strict=True):
            if (pattern_size if isinstance(pattern_size, int) else names.setdefault(pattern_size, size)) != size:
                return False
    return True


# -- candidates --------------------------------------------------------------------------------------------------------


def _candidates(
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


def _joined_widths(
    needs: list[AbstractLayer], inputs: tuple[SampleInput, ...]
) -> Iterator[tuple[int, tuple[SampleInput, ...]]]:
    """Yield inputs that have but a part of the layer's width, since they are joined with others before it."""
    width = needs[0].size("in_features") if all(layer is needs[0] for layer in needs) else None
    if width is not None and len(needs) == 2:
        yield from ((0, (SampleInput((BATCH, part)), SampleInput((BATCH, width - part)))) for part in range(1, width))
    for at, layer in enumerate(needs):
        for part in range(1, layer.size("in_features") or 1):
            yield 0, (*inputs[:at], SampleInput((BATCH, part)), *inputs[at + 1 :])


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
    return [*shapes, (BATCH, *spatial, width), (BATCH, FRAMES, width, *spatial), (width, *spatial)]


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
    return [row, rows, swapped, *([(BATCH, length)] if width == 1 else [])]
