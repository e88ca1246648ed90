"""Where the recorder listens: torch functions by a TorchFunctionMode, layers by wrapping ``nn.Module.__call__``.

It decides what is an operation of the user's and tells the recorder; it keeps nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import MethodType
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from ..contain import cuda_on_cpu
from ..main.wire import OperationKind, Phase
from ..meta import fast_init
from . import values
from .direct_calls import DirectCalls
from .frames import LAYERS, TORCH, current_frame
from .recorder import Recorder

_SILENT = frozenset({"__get__", "__set__", "__len__", "__repr__", "__format__", "__bool__", "__hash__", "__str__"})
_PROPERTIES = frozenset({"T", "mT", "H", "mH", "data", "real", "imag"})
_QUIET = frozenset({"size", "dim", "numel", "is_floating_point", "stride", "requires_grad_", "backward", "detach_"})
MAX_OPERATIONS = 60_000


class _FunctionMode(TorchFunctionMode):
    """Sees every torch function and tensor method that user code calls."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self.recorder = recorder

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        recorder = self.recorder
        args, kwargs = cuda_on_cpu.on_cpu(func, args, kwargs)
        if recorder.meter is not None:
            recorder.meter.asked(func, args, kwargs)
        if recorder.meta is not None and (replacement := recorder.meta.instead_of(func, args, kwargs)) is not None:
            return replacement
        if recorder.quick_weights and fast_init.is_large_initialisation(func, args, kwargs):
            return fast_init.tile(args, kwargs)
        if recorder.suppressed:
            return func(*args, **kwargs)
        name = _function_name(func)
        if name is None or not self._wanted(recorder):
            return func(*args, **kwargs)
        if recorder.paused or (name == "Tensor.setitem" and not recorder.scopes and not _fills_row(args)):
            return self._only_failure(recorder, func, name, args, kwargs)
        return self._record(recorder, func, name, args, kwargs)

    def _wanted(self, recorder: Recorder) -> bool:
        caller = recorder.stack.caller(current_frame())
        if len(recorder.operations) >= MAX_OPERATIONS or caller == TORCH:
            return False
        return caller != LAYERS or (recorder.phase is Phase.FORWARD and bool(recorder.scopes))

    def _only_failure(self, recorder: Recorder, func: Any, name: str, args: Any, kwargs: dict[str, Any]) -> Any:
        """Record an operation only if it fails: filling a table element by element changes no shape,
        and a long program repeats itself thousands of times.
        """
        try:
            with recorder.quiet():
                return func(*args, **kwargs)
        except Exception as error:
            recorder._function = func
            index = recorder.begin(OperationKind.CALL_METHOD, name, args, kwargs)
            recorder.fail(index, error, args, kwargs)
            if index not in recorder.past:
                raise
            return recorder.past_failure(index)

    def _record(self, recorder: Recorder, func: Any, name: str, args: Any, kwargs: dict[str, Any]) -> Any:
        recorder._function = func
        shown = args[:1] if name == "Tensor.deepcopy" else args  # The memo holds everything that was copied before.
        kind = OperationKind.CALL_METHOD if name.startswith("Tensor.") else OperationKind.CALL_FUNCTION
        index = recorder.begin(kind, name, shown, kwargs)
        try:
            with recorder.quiet():
                result = func(*args, **kwargs)
        except Exception as error:
            recorder.fail(index, error, shown, kwargs)
            if index not in recorder.past:
                raise
            return recorder.past_failure(index)
        short = name.rpartition(".")[2]
        if short == "backward":
            for counting in (recorder.meter, recorder.meta):
                if counting is not None:
                    counting.released()
        if short == "setitem":
            recorder.finish(index, args[0])
        elif short in _QUIET or not values.has_tensor(result):
            if index == len(recorder.operations) - 1:
                recorder.drop(index)
            else:
                recorder.finish(index, result)
        else:
            recorder.finish(index, result)
        return result


def _fills_row(args: Any) -> bool:
    """Return whether one number of a computation is written into a whole row."""
    target, key, value = args
    return isinstance(value, torch.Tensor) and not value.dim() and isinstance(key, int) and target.dim() == 2


_NAMES: dict[Any, str | None] = {}


def _function_name(func: Any) -> str | None:
    try:
        return _NAMES[func]
    except KeyError:
        name = _NAMES[func] = _public_name(func)
        return name
    except TypeError:
        return _public_name(func)


def _public_name(func: Any) -> str | None:
    """Return ``torch.cat``, ``torch.nn.functional.relu``, ``Tensor.view``; None for what is no operation."""
    name = getattr(func, "__name__", "")
    owner = getattr(func, "__self__", None)
    if name in {"__get__", "__set__"}:
        prop = getattr(owner, "__name__", "")
        return f"Tensor.{prop}" if name == "__get__" and prop in _PROPERTIES else None
    if name in _SILENT or not name:
        return None
    bare = name.strip("_") if name.startswith("__") else name.lstrip("_")
    if getattr(func, "__objclass__", None) is not None or getattr(torch.Tensor, name, None) is func:
        return f"Tensor.{bare}"
    module = getattr(func, "__module__", None) or ""
    if module in {"torch._C._nn", "torch.nn.functional"}:
        return f"torch.nn.functional.{bare}"
    if module.startswith(("torch._C._", "torch.linalg", "torch.fft", "torch.special")):
        part = module.removeprefix("torch._C._").removeprefix("torch.")
        return f"torch.{part}.{bare.removeprefix(f'{part}_')}"
    return f"torch.{bare}"


@contextmanager
def recording(recorder: Recorder) -> Iterator[None]:
    """Record everything inside the block; torch is as it was afterwards."""
    module_init, module_call, parameter_new = (
        torch.nn.Module.__init__,
        torch.nn.Module.__call__,
        torch.nn.Parameter.__new__,
    )

    def run(module: torch.nn.Module, function: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
        inside = bool(recorder.scopes) and recorder.scopes[-1] is module  # It calls its own or its parent's forward.
        if recorder.suppressed or inside:
            return function(*args, **kwargs)
        if recorder.on_forward is not None:
            recorder.on_forward(module)
        if recorder._is_leaf(module):
            return _leaf_call(recorder, module, function, args, kwargs)
        recorder.scopes.append(module)
        try:
            return function(*args, **kwargs)
        finally:
            recorder.scopes.pop()

    direct_calls = DirectCalls(recorder.stack, run)

    def init(module: torch.nn.Module, *args: Any, **kwargs: Any) -> None:
        recorder.constructed(module)
        direct_calls.watch(module)
        module_init(module, *args, **kwargs)

    def call(module: torch.nn.Module, *args: Any, **kwargs: Any) -> Any:
        return run(module, MethodType(module_call, module), args, kwargs)

    def new(cls: Any, data: Any = None, requires_grad: bool = True) -> Any:
        parameter = parameter_new(cls, data if recorder.meta is None else recorder.meta.emptied(data), requires_grad)
        if isinstance(data, torch.Tensor) and isinstance(parameter, torch.Tensor):
            recorder.adopt(data, parameter)
        return parameter

    torch.nn.Module.__init__ = init  # type: ignore[method-assign, assignment]
    torch.nn.Module.__call__ = call  # type: ignore[method-assign]
    torch.nn.Parameter.__new__ = staticmethod(new)  # type: ignore[method-assign]
    try:
        with _FunctionMode(recorder), _heard_in_backward(recorder):
            yield
    finally:
        direct_calls.restore()
        torch.nn.Module.__init__ = module_init  # type: ignore[method-assign]
        torch.nn.Module.__call__ = module_call  # type: ignore[method-assign]
        torch.nn.Parameter.__new__ = staticmethod(parameter_new)  # type: ignore[method-assign]


@contextmanager
def _heard_in_backward(recorder: Recorder) -> Iterator[None]:
    """Record what the user's autograd functions and hooks do in a backward pass inside the block."""
    autograd: Any = torch.autograd
    run_backward = autograd._engine_run_backward

    def backward(*args: Any, **kwargs: Any) -> Any:
        suppressed, recorder.suppressed = recorder.suppressed, 0
        try:
            with _FunctionMode(recorder):
                return run_backward(*args, **kwargs)
        finally:
            recorder.suppressed = suppressed

    autograd._engine_run_backward = backward
    try:
        yield
    finally:
        autograd._engine_run_backward = run_backward


def _leaf_call(recorder: Recorder, module: Any, function: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
    name = values.type_name(type(module))
    index = None if recorder.paused else recorder.begin(OperationKind.CALL_MODULE, name, args, kwargs, module)
    try:
        operands = args if recorder.meta is None else recorder.meta.entering(module, args)
        with recorder.quiet(), torch._C.DisableTorchFunction():
            result = function(*operands, **kwargs)
    except Exception as error:
        failed = recorder.begin(OperationKind.CALL_MODULE, name, args, kwargs, module) if index is None else index
        recorder.fail(failed, error, args, kwargs)
        if failed not in recorder.past:
            raise
        with recorder.quiet():
            return recorder.past_failure(failed)
    if index is not None:
        recorder.finish(index, result)
    return result
