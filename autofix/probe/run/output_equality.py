"""Whether two texts make models that do the same: equal outputs on the sample, with the same seed and the same weights.

Both are built from nothing. The first forward of each is not looked at: it gives lazy layers their parameters, so that
a state dict fits both. It judges only what it ran.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import torch

from ..contain import cuda_on_cpu
from ..main.wire import CheckOutcome, RunRequest
from . import global_state, inputs, loading, messages
from .batch_leakage import leaves
from .checks import Outcome

Construct = Callable[[RunRequest, ModuleType], torch.nn.Module]
# Two ways to write one sum may round differently in the last places; another result differs in the first.
RELATIVE, ABSOLUTE = 1e-5, 1e-6


def compare(request: RunRequest, construct: Construct, sliced: bool) -> Outcome:
    """Return the outcome of the check, with the reason where the models differ."""
    assert request.against is not None
    try:
        expected, state = _outputs(replace(request, texts=request.against), construct, sliced, None)
        actual, _ = _outputs(request, construct, sliced, state)
    except Exception as error:
        return CheckOutcome.FAILED, messages.first_line(error)
    if len(expected) != len(actual):
        return CheckOutcome.FAILED, f"{len(actual)} tensors instead of {len(expected)}"
    for before, after in zip(expected, actual, strict=True):
        if before.shape != after.shape or before.dtype != after.dtype:
            shapes = f"{after.dtype} {tuple(after.shape)} instead of {before.dtype} {tuple(before.shape)}"
            return CheckOutcome.FAILED, f"the output is {shapes}".replace("torch.", "")
        if not torch.allclose(before, after, rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True):
            return CheckOutcome.FAILED, "the outputs have other values"
    return CheckOutcome.PASSED, ""


def _outputs(
    request: RunRequest, construct: Construct, sliced: bool, state: dict[str, Any] | None
) -> tuple[list[torch.Tensor], dict[str, Any]]:
    """Return the tensors of one output, and the weights that it was made with: those of ``state``, or
    the model's own.
    """
    with warnings.catch_warnings(), global_state.restored(), cuda_on_cpu.tolerated(), loading.project(request):
        warnings.simplefilter("ignore")
        global_state.seed()
        module = loading.import_slice(request)[0] if sliced else loading.import_target(request)
        global_state.seed()
        model = construct(request, module)
        if request.evaluation_mode:
            model.eval()
        positional, named = inputs.build(request.samples, module.__dict__)
        global_state.seed()
        with torch.no_grad():
            model(*positional, **named)
        if state is not None:
            model.load_state_dict(state)
        used = {name: _copy(value) for name, value in model.state_dict().items()}
        positional, named = inputs.build(request.samples, module.__dict__)
        global_state.seed()
        with torch.no_grad():
            output = model(*positional, **named)
        return [leaf.detach().clone() for leaf in leaves(output)], used


def _copy(value: Any) -> Any:
    return value.detach().clone() if isinstance(value, torch.Tensor) else value
