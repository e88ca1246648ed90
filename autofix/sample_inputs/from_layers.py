"""A sample chosen to fit the layers: the first layer an input meets says its rank and width, the others its size.

It interprets the model with candidate shapes and keeps the first that fits; nothing is run, so the sample is
a guess and is labelled as one.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autofix.records.samples import SampleInput, SampleOrigin, Samples
from autofix.sample_inputs import borrowed_layers, companion_inputs, input_shapes
from autofix.sample_inputs.abstract_interpreter import execution
from autofix.sample_inputs.abstract_interpreter.values import (
    UNKNOWN,
    AbstractLayer,
    AbstractTensor,
    Foreign,
    Function,
    Instance,
    Interpretation,
    Modules,
    ShapeMismatch,
    Undetermined,
)
from autofix.syntax.source import Source, dotted

BUILD_STEPS = 400_000
WALK_STEPS = 100_000
ALL_STEPS = 200_000

Pattern = tuple[int | str, ...]
Candidate = tuple[int, tuple[SampleInput, ...]]


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
    names = borrowed_layers.names(model, count, run)
    roles = companion_inputs.roles(names, frozenset(needs), source)
    needs |= borrowed_layers.borrowed(names, needs, run.joined)
    if not needs and not patterns and not roles:
        return _without_layers(model, count, run)
    layered = [at for at in range(count) if at in needs and at not in roles]
    if len(layered) + len(roles) < count:
        return None

    def whole(inputs: tuple[SampleInput, ...]) -> tuple[SampleInput, ...]:
        return (
            companion_inputs.filled(count, dict(zip(layered, inputs, strict=True)), roles, source) if roles else inputs
        )

    if not layered:
        return Samples(whole(()), None, SampleOrigin.SOLVED)
    walk = _best(model, [needs[at] for at in layered], run, patterns, whole)
    return None if walk is None else Samples(walk.inputs, None, SampleOrigin.SOLVED)


def _without_layers(model: Any, count: int, run: Interpretation) -> Samples | None:
    """Return inputs for a model of functions alone, where they compute something and nothing else is called."""
    walk = _first(model, run, input_shapes.of_any(count), ())
    forward = execution.forward_of(model, run) if isinstance(model, Instance) else None
    nodes = ast.walk(forward.node) if isinstance(forward, Function) else ()
    if walk is None or not any(isinstance(node, (ast.Call, ast.BinOp, ast.Subscript)) for node in nodes):
        return None
    _, output = _walk(model, [_tensor(sample) for sample in walk.inputs], run)
    is_told = walk.fits or (isinstance(output, AbstractTensor) and _calls_torch_alone(model, run))
    return Samples(walk.inputs, None, SampleOrigin.SOLVED) if is_told else None


def _calls_torch_alone(model: Any, run: Interpretation) -> bool:
    """Return whether a model calls nothing but torch, Python and what it has itself."""
    nodes = ast.walk(model.class_) if isinstance(model, Instance) else ()
    paths = {dotted(node.func) for node in nodes if isinstance(node, ast.Call)}
    unknown = {f"self.{name}" for name, value in getattr(model, "attributes", {}).items() if value is UNKNOWN}
    called = {path.partition(".")[0] for path in paths}
    known = [execution.value(ast.Name(name, ast.Load()), run) for name in called - {"", "self", "super"}]
    homes = {value.name.partition(".")[0] if isinstance(value, Foreign) else "" for value in known}
    return not paths & unknown and homes <= {"torch", "math", "random", "numpy", *dir(builtins)}


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
    model: Any,
    needs: list[AbstractLayer],
    run: Interpretation,
    patterns: Sequence[Pattern | None],
    whole: Callable[[tuple[SampleInput, ...]], tuple[SampleInput, ...]],
) -> _Walk | None:
    """Return the first candidate that fits, else the one with the fewest misfits that gets furthest.

    ``whole`` adds the inputs that meet no layer.
    """
    # A batch norm takes no single sample, and a batch of channels in its place would hide that.
    batched = "BatchNorm" in run.source.text
    named = input_shapes.named_sizes(run.source)

    def may_be(inputs: tuple[SampleInput, ...]) -> bool:
        has_batch = all(input_shapes.BATCH in sample.shape[:2] for sample in inputs)
        return _matches(inputs, patterns) and (has_batch or not batched)

    def first(candidates: Iterator[Candidate]) -> _Walk | None:
        full = ((form, whole(inputs)) for form, inputs in candidates)
        return _first(model, run, (candidate for candidate in full if may_be(candidate[1])), named)

    usual = first(input_shapes.candidates(needs, input_shapes.small_first(named)))
    if usual is None or usual.is_possible:
        return usual
    scanned = first(input_shapes.candidates(needs, input_shapes.SCANNED))
    # An unusual size is taken only if it is the answer: there is no reason to prefer it among sizes that do not fit.
    if scanned is None or scanned.is_possible or len(needs) == 1:
        return scanned if scanned is not None and scanned.is_possible else usual
    nearest = min(usual, scanned, key=lambda walk: _preference(walk, named)).inputs
    if len(nearest) != len(needs):
        return usual
    parts = input_shapes.joined_widths(needs, nearest, input_shapes.numbers_of(model))
    joined = _first(model, run, parts, named)
    return joined if joined is not None and joined.is_possible else usual


def _first(model: Any, run: Interpretation, candidates: Iterator[Candidate], named: tuple[int, ...]) -> _Walk | None:
    budget = ALL_STEPS
    walks: list[_Walk] = []
    for form, inputs in candidates:
        run.steps, run.layers_applied, run.misfits, run.batch_folds = WALK_STEPS, 0, 0, 0
        uncertainty, _ = _walk(model, [_tensor(sample) for sample in inputs], run)
        budget -= WALK_STEPS - max(run.steps, 0)
        walks.append(_Walk(uncertainty, run.misfits, run.batch_folds, run.layers_applied, form, inputs))
        if walks[-1].fits or budget < 0:
            break
    return min(walks, key=lambda walk: _preference(walk, named)) if walks else None


def _preference(walk: _Walk, named: tuple[int, ...]) -> tuple[bool, int, int, int, int, int, int]:
    order = (*named, *input_shapes.USUAL_FIRST[2]) if walk.uncertainty else input_shapes.SMALL_FIRST[2]
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
