"""The verification checks that need the model at hand: other samples and batches, mixing, later positions, gradients.

Each check answers passed, failed or not asked, with sizes in words. It judges only what it ran.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ..main.samples_request import SMALL_BATCH, SamplesRequest, batch_size, other_batch_sizes, with_batch
from ..main.wire import CheckKind, CheckOutcome, CheckRow, OperationRow, RunRequest
from ..record import module_tree
from . import batch_leakage, causality, evaluation_mode, global_state, inputs, messages
from .batch_leakage import leaves as _leaves

PASSED, FAILED, NOT_ASKED = CheckOutcome.PASSED, CheckOutcome.FAILED, CheckOutcome.NOT_ASKED
Outcome = tuple[CheckOutcome, str]
Call = Callable[[tuple[Any, ...], dict[str, Any]], Any]
TOLERANCE = 1e-4
NO_VALUES = "the model was run without storage, so its values are not known"
NO_ROWS = "the output has no rows that belong to a sample"


def run(
    model: torch.nn.Module,
    request: RunRequest,
    namespace: dict[str, Any],
    output: Any,
    called: set[int],
    seconds: float,
    recorded: list[OperationRow],
) -> list[CheckRow]:
    """Return [kind, outcome, detail] of each check after a forward that passed, and where samples were
    put together, the index among ``recorded`` of the operation that did it and the dimension they lay
    along.
    """

    call = _calling(model)
    also = [[CheckKind.ALSO, *_also(call, request, namespace)]]
    if not request.evaluation_mode and evaluation_mode.has_modes(model):
        also.append([CheckKind.EVALUATION, *_evaluated(model, call, request, namespace)])
    hides = causality.applies(model, recorded)
    if seconds * 12 > request.limits.run_seconds:
        slow = "one forward takes too long for it"
        return [
            *also,
            [CheckKind.BATCH, NOT_ASKED, slow],
            [CheckKind.ROWS, *_rows(request, output)],
            [CheckKind.INDEPENDENT, NOT_ASKED, slow],
            *([[CheckKind.CAUSAL, NOT_ASKED, slow]] if hides else ()),
            [
                CheckKind.BACKWARD,
                *(_backward(model, output, called) if seconds * 4 < request.limits.run_seconds else (NOT_ASKED, slow)),
            ],
        ]
    outcome, detail, small = _batch(call, request, namespace, output)
    independent = _independent(model, call, request, namespace, output, outcome == PASSED)
    place = _mixing(model, request, namespace, output, recorded) if _may_mix(independent, output) else None
    return [
        *also,
        [CheckKind.BATCH, outcome, detail],
        [CheckKind.ROWS, *_rows(request, output)],
        [CheckKind.INDEPENDENT, *independent, *(place or ())],
        *([[CheckKind.CAUSAL, *_causal(model, call, request, namespace)]] if hides else ()),
        [CheckKind.BACKWARD, *_backward(model, small, called)],
    ]


def run_without_values(
    model: torch.nn.Module,
    request: RunRequest,
    namespace: dict[str, Any],
    output: Any,
    called: set[int],
    recorded: list[OperationRow],
) -> list[CheckRow]:
    """Return the checks as ``run`` does, for tensors without values: what a change of values reaches is not asked."""
    call = _calling(model)
    outcome, detail, small = _batch(call, request, namespace, output)
    return [
        [CheckKind.ALSO, *_also(call, request, namespace)],
        [CheckKind.BATCH, outcome, detail],
        [CheckKind.ROWS, *_rows(request, output)],
        [CheckKind.INDEPENDENT, NOT_ASKED, NO_VALUES],
        *([[CheckKind.CAUSAL, NOT_ASKED, NO_VALUES]] if causality.applies(model, recorded) else ()),
        [CheckKind.BACKWARD, *_backward(model, small, called)],
    ]


def _calling(model: torch.nn.Module) -> Call:
    """Return a function that makes one more forward with the random numbers of the first.

    An exit is an error like any other.
    """

    def call(positional: tuple[Any, ...], named: dict[str, Any]) -> Any:
        global_state.seed_torch()
        try:
            return model(*positional, **named)
        except SystemExit as error:
            raise RuntimeError(f"the model called exit({error.code!r})") from error

    return call


def _also(call: Call, request: RunRequest, namespace: dict[str, Any]) -> Outcome:
    if not request.also:
        return NOT_ASKED, "no other sample was given"
    for samples in request.also:
        try:
            call(*inputs.build(samples, namespace))
        except Exception as error:
            return FAILED, f"{_shapes(samples)}: {messages.first_line(error)}"
    return PASSED, f"{len(request.also)} other sample{'s' if len(request.also) > 1 else ''}"


def _evaluated(model: torch.nn.Module, call: Call, request: RunRequest, namespace: dict[str, Any]) -> Outcome:
    """Return whether the model runs in evaluation mode too."""
    with evaluation_mode.evaluating(model), torch.no_grad():
        try:
            call(*inputs.build(request.samples, namespace))
        except Exception as error:
            return FAILED, messages.first_line(error)
    return PASSED, ""


def _batch(call: Call, request: RunRequest, namespace: dict[str, Any], output: Any) -> tuple[CheckOutcome, str, Any]:
    """Check that the first dimension of the output follows that of the input; also return the output of
    the smallest batch that ran.
    """
    batch = batch_size(request.samples)
    leaves = list(_leaves(output))
    if batch is None:
        return NOT_ASKED, "the inputs share no first dimension", output
    if not leaves or any(leaf.dim() == 0 or leaf.shape[0] % batch for leaf in leaves):
        return NOT_ASKED, "the output has no first dimension that follows the batch", output
    factors = [leaf.shape[0] // batch for leaf in leaves]
    sizes = other_batch_sizes(batch)
    small = output
    for size in sizes:
        try:
            small = call(*inputs.build(with_batch(request.samples, size), namespace))
        except Exception as error:
            return FAILED, f"a batch of {size}: {messages.first_line(error)}", output
        results = list(_leaves(small))
        if [leaf.shape[0] if leaf.dim() else 0 for leaf in results] != [size * factor for factor in factors]:
            return FAILED, f"a batch of {size} gives {', '.join(str(tuple(leaf.shape)) for leaf in results)}", output
    return PASSED, f"batches of {sizes[0]} and {sizes[1]}", small


def _rows(request: RunRequest, output: Any) -> Outcome:
    """Check that every result that follows the batch has one row for a sample: 4 clips of 5 frames do not become 20."""
    batch = batch_size(request.samples)
    leaves = [leaf for leaf in _leaves(output) if leaf.dim()]
    if batch is None or not leaves or any(leaf.shape[0] % batch for leaf in leaves):
        return NOT_ASKED, NO_ROWS
    rows = next((leaf.shape[0] for leaf in leaves if leaf.shape[0] != batch), batch)
    return (PASSED, "") if rows == batch else (FAILED, f"{rows} rows for a batch of {batch}")


def _independent(
    model: torch.nn.Module, call: Call, request: RunRequest, namespace: dict[str, Any], output: Any, any_batch: bool
) -> Outcome:
    """Check that a change of one sample reaches only its own rows of the output."""
    batch = batch_size(request.samples)
    leaves = list(_leaves(output))
    if batch is None or not leaves or any(leaf.dim() == 0 or leaf.shape[0] % batch for leaf in leaves):
        return NOT_ASKED, NO_ROWS
    size = SMALL_BATCH if any_batch else batch
    if size == 1:
        return NOT_ASKED, "a batch of one has no other sample"
    samples = with_batch(request.samples, size)
    with evaluation_mode.evaluating(model), torch.no_grad():
        try:
            before = [leaf.clone() for leaf in _leaves(call(*inputs.build(samples, namespace)))]
            positional, named = inputs.build(samples, namespace)  # Built again: a model may change its inputs in place.
            after = list(_leaves(call(*_perturbed(samples, positional, named, size // 2))))
        except Exception as error:
            return NOT_ASKED, messages.first_line(error)
    return _only_own_rows(before, after, size, size // 2)


def _may_mix(independent: Outcome, output: Any) -> bool:
    """Return whether rows were seen to mix, or the output's rows belong to no sample; a loss alone has no rows."""
    return independent[0] == FAILED or (independent[1] == NO_ROWS and any(leaf.dim() for leaf in _leaves(output)))


def _mixing(
    model: torch.nn.Module,
    request: RunRequest,
    namespace: dict[str, Any],
    output: Any,
    recorded: list[OperationRow],
) -> batch_leakage.Place | None:
    """Return the operation that puts samples together, found on a small batch where the model takes one."""
    batch = batch_size(request.samples)
    roots = tuple(dict.fromkeys((request.root, *request.search_paths)))
    for size in dict.fromkeys((SMALL_BATCH, batch or 1)):
        if batch is None or size == 1:
            continue
        samples, row = with_batch(request.samples, size), size // 2
        with evaluation_mode.evaluating(model):
            place = batch_leakage.locate(model, roots, recorded, _pair(samples, namespace, row), size, row)
        if place is not None:
            return place
    return None


def _pair(samples: SamplesRequest, namespace: dict[str, Any], row: int) -> Callable[[bool], batch_leakage.Inputs]:
    """Return a function that makes inputs anew at each call, since a model may write into them.

    True: with another sample ``row``.
    """

    def build(other: bool) -> batch_leakage.Inputs:
        positional, named = inputs.build(samples, namespace)
        return _perturbed(samples, positional, named, row) if other else (positional, named)

    return build


def _only_own_rows(before: list[torch.Tensor], after: list[torch.Tensor], size: int, row: int) -> Outcome:
    for old, new in zip(before, after, strict=True):
        if old.shape != new.shape or old.shape[0] % size:
            return NOT_ASKED, "the output changes its shape"
        factor = old.shape[0] // size
        changed = (old.double() - new.double()).abs() > TOLERANCE * (1 + old.double().abs())
        rows = changed.reshape(old.shape[0], -1).any(1).nonzero().flatten().tolist()
        strays = sorted({int(index) // factor for index in rows} - {row})
        if strays:
            return FAILED, f"a change of sample {row} reaches the output of sample {strays[0]}"
    return PASSED, ""


def _perturbed(
    samples: SamplesRequest, positional: tuple[Any, ...], named: dict[str, Any], row: int
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    bounds = {sample.name: sample for sample in samples.inputs if sample.name is not None}
    unnamed = [sample for sample in samples.inputs if sample.name is None]
    return (
        tuple(
            inputs.with_other_values(value, sample, (row,)) for value, sample in zip(positional, unnamed, strict=True)
        ),
        {name: inputs.with_other_values(value, bounds[name], (row,)) for name, value in named.items()},
    )


def _causal(model: torch.nn.Module, call: Call, request: RunRequest, namespace: dict[str, Any]) -> Outcome:
    """Return whether earlier outputs do not depend on later positions."""
    samples = request.samples
    bounds: dict[int | str, Any] = {sample.name: sample for sample in samples.inputs if sample.name is not None}
    bounds |= dict(enumerate(sample for sample in samples.inputs if sample.name is None))

    def change(value: Any, source: int | str, dimension: int, start: int) -> Any:
        places = (*(slice(None),) * dimension, slice(start, None))
        return inputs.with_other_values(value, bounds.get(source), places)

    with evaluation_mode.evaluating(model), torch.no_grad():
        try:
            return causality.check(lambda arguments: call(*arguments), lambda: inputs.build(samples, namespace), change)
        except Exception as error:
            return NOT_ASKED, messages.first_line(error)


def _backward(model: torch.nn.Module, output: Any, called: set[int]) -> Outcome:
    """Check that every trainable parameter of a layer that ran gets a gradient."""
    grads = [leaf for leaf in _leaves(output) if leaf.requires_grad and (leaf.is_floating_point() or leaf.is_complex())]
    if not grads:
        return NOT_ASKED, "the output carries no gradient"
    for weight in module_tree.parameters(model):
        weight.grad = None
    try:
        torch.autograd.backward(torch.stack([leaf.abs().pow(2).mean() for leaf in grads]).sum())
    except Exception as error:
        return FAILED, messages.first_line(error)
    for path, module in module_tree.named_modules(model):
        if id(module) not in called:
            continue
        for name, parameter in module.named_parameters(recurse=False):
            if parameter.requires_grad and parameter.grad is None:
                return FAILED, f"no gradient reaches {path + '.' if path else ''}{name}"
    return PASSED, ""


def _shapes(samples: SamplesRequest) -> str:
    return ";".join(",".join(map(str, sample.shape)) for sample in samples.inputs) or str(samples.expression)
