"""What the ``backward`` of the user's autograd functions returned, beside what their ``forward`` was passed.

torch looks at both after ``backward`` has returned, where no frame of the user's is left. A return is compared with
finite differences once for each function, where that is asked for. It records and does not interpret.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

import torch
from torch.autograd.function import BackwardCFunction, Function

from .frames import USER
from .recorder import Recorder

MAX_ROWS = 200
PASSED = "_autofix_passed"
STEP = 1e-5
TOLERANCE = 1e-3


@contextmanager
def watched(recorder: Recorder, compares: bool) -> Iterator[list[Any]]:
    """Collect [function, frame of the return, inputs, gradients, agrees] of each ``backward`` inside the block.

    An input is [shape or None, whether it needs a gradient], a gradient its shape or None.
    """
    rows: list[Any] = []
    apply: Any = Function.__dict__["apply"]
    backward: Any = BackwardCFunction.apply
    compared: set[type] = set()

    def watched_apply(cls: Any, *args: Any, **kwargs: Any) -> Any:
        result = apply.__get__(None, cls)(*args, **kwargs)
        if recorder.stack.kind(_code(cls.backward).co_filename) == USER and not kwargs:
            for output in result if isinstance(result, (tuple, list)) else (result,):
                node = getattr(output, "grad_fn", None)
                if isinstance(node, BackwardCFunction):
                    shapes = [list(arg.shape) if isinstance(arg, torch.Tensor) else None for arg in args]
                    with recorder.quiet():
                        values = [arg.detach() if isinstance(arg, torch.Tensor) else arg for arg in args]
                    vars(node)[PASSED] = (cls, shapes, values if compares else None)
        return result

    def watched_backward(self: Any, *grads: Any) -> Any:
        passed = vars(self).get(PASSED)
        if passed is None or len(rows) >= MAX_ROWS:
            return backward(self, *grads)
        cls, shapes, values = passed
        with _returning(recorder, _code(cls.backward)) as frames:
            result = backward(self, *grads)
        if frames:
            gradients = result if isinstance(result, (tuple, list)) else (result,)
            returned = [list(part.shape) if isinstance(part, torch.Tensor) else None for part in gradients]
            inputs = [[shape, bool(needs)] for shape, needs in zip(shapes, self.needs_input_grad, strict=False)]
            agrees = None
            if values is not None and cls not in compared:
                compared.add(cls)
                with recorder.quiet():
                    agrees = _agrees(apply.__get__(None, cls), values, inputs, grads, gradients)
            rows.append([cls.__name__, frames[-1], inputs, returned, agrees])
        return result

    function: Any = Function
    of_backward: Any = BackwardCFunction
    function.apply, of_backward.apply = classmethod(watched_apply), watched_backward
    try:
        yield rows
    finally:
        function.apply, of_backward.apply = apply, backward


def _code(function: Any) -> CodeType:
    code: CodeType = getattr(inspect.unwrap(function), "__code__", watched.__code__)
    return code


@contextmanager
def _returning(recorder: Recorder, code: CodeType) -> Iterator[list[Any]]:
    """Collect the frame of each return of a function inside the block, unless somebody else looks at calls."""
    frames: list[Any] = []

    def look(frame: FrameType, event: str, argument: Any) -> None:
        if event == "return" and frame.f_code is code:
            frames.append(recorder.stack.describe(frame, frame.f_lasti, environments=False))

    if sys.getprofile() is not None:
        yield frames
        return
    sys.setprofile(look)
    try:
        yield frames
    finally:
        sys.setprofile(None)


def _agrees(apply: Any, passed: list[Any], inputs: list[Any], grads: Any, gradients: Any) -> bool | None:
    """Return whether gradients are those of finite differences in a random direction; None where that cannot be asked:
    what is computed is not the same twice, or not in double precision.
    """
    state = torch.random.get_rng_state()
    try:
        with torch.no_grad():
            values = [_double(value) for value in passed]
            weights = [_double(grad) for grad in grads]
            if _weighted(apply, values, weights) != _weighted(apply, values, weights):
                return None
            return all(
                _is_slope(apply, values, weights, index, gradients[index])
                for index, (_, needs) in enumerate(inputs)
                if needs and len(gradients) > index
            )
    except Exception:  # The user's own code, on operands that it was not written for.
        return None
    finally:
        torch.random.set_rng_state(state)


def _double(value: Any) -> Any:
    return value.double() if isinstance(value, torch.Tensor) and value.is_floating_point() else value


def _weighted(apply: Any, values: list[Any], weights: list[Any]) -> float:
    """Return the sum of the results, each weighted by the gradient that came in for it."""
    result = apply(*values)
    results = result if isinstance(result, (tuple, list)) else (result,)
    pairs = zip(results, weights, strict=False)
    return float(sum((part * weight).sum() for part, weight in pairs if isinstance(weight, torch.Tensor)))


def _is_slope(apply: Any, values: list[Any], weights: list[Any], index: int, gradient: Any) -> bool:
    direction = torch.randn_like(values[index])
    ends = []
    for step in (STEP, -STEP):
        moved = [*values[:index], values[index] + step * direction, *values[index + 1 :]]
        ends.append(_weighted(apply, moved, weights))
    slope = (ends[0] - ends[1]) / (2 * STEP)
    own = 0.0 if gradient is None else float((gradient.double().sum_to_size(direction.shape) * direction).sum())
    return abs(slope - own) <= TOLERANCE * (1 + abs(slope) + abs(own))
