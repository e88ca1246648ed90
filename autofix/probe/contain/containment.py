"""While a program is probed, its processes, its pauses and its questions are not wanted.

Processes are refused by name or by an audit hook; files are for ``file_isolation``, connections for ``network``. This
catches accidents; it is no sandbox.
"""

from __future__ import annotations

import builtins
import functools
import multiprocessing.process
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch

from . import audit_hook
from .cuda_on_cpu import replacing
from .network import Refused

PROCESS = "the program starts another process, which a probe run does not do"
# What the audit hook refuses while a program is contained, by the interpreter's own names for it.
_PROCESSES = (
    "os.system",
    "os.fork",
    "os.forkpty",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "subprocess.Popen",
    "pty.spawn",
)


_running: list[bool] = []  # One while a program runs.


class AskedForInputError(EOFError):
    """The program waits for a line from the keyboard."""


def _input(prompt: object = "") -> str:
    raise AskedForInputError(
        f"the program asks for input ({str(prompt).strip()!r})" if prompt else "the program asks for input"
    )


def _no_process(*args: Any, **kwargs: Any) -> None:
    raise Refused(PROCESS)


def _sleep(seconds: float) -> None:
    """Return at once: a pause has no effect on shapes."""
    del seconds


def _uncompiled(model: Any = None, **kwargs: Any) -> Any:
    """Return the model as it is, for ``torch.compile(model)`` and ``@torch.compile(...)``: compiling
    has no effect on shapes.
    """
    del kwargs
    return _uncompiled if model is None else model


def _after_eager(export: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that calls the model on its example before it exports it: within an export a fault has neither
    its place nor its shapes.
    """

    @functools.wraps(export)
    def exporting(model: Any, *args: Any, **kwargs: Any) -> Any:
        example = args[0] if args else kwargs.get("args", ())
        inputs = example if isinstance(example, (tuple, list)) else (example,)
        named = inputs[-1] if inputs and isinstance(inputs[-1], dict) else kwargs.get("kwargs") or {}
        if isinstance(model, torch.nn.Module) and not isinstance(model, torch.jit.ScriptModule):
            model(*(inputs[:-1] if inputs and inputs[-1] is named else inputs), **named)
        return export(model, *args, **kwargs)

    return exporting


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    del event, arguments
    if _running:
        raise Refused(PROCESS)


@contextmanager
def contained() -> Iterator[None]:
    """Refuse processes inside the block, and let nothing wait; the interpreter is as it was afterwards."""
    audit_hook.listen(_PROCESSES, _audit)
    replaced: list[tuple[Any, str, Any]] = [
        (builtins, "input", _input),
        (time, "sleep", _sleep),
        (torch, "compile", _uncompiled),
        (torch.nn.Module, "compile", lambda module, *args, **kwargs: None),
        (torch.export, "export", _after_eager(torch.export.export)),
        (torch.onnx, "export", _after_eager(torch.onnx.export)),
        (multiprocessing.process.BaseProcess, "start", _no_process),
    ]
    before = os.environ.get("MPLBACKEND")
    os.environ["MPLBACKEND"] = "Agg"
    _running.append(True)
    try:
        with ExitStack() as stack:
            for owner, name, stand_in in replaced:
                stack.enter_context(replacing(owner, name, stand_in))
            yield
    finally:
        _running.pop()
        if before is None:
            os.environ.pop("MPLBACKEND", None)
        else:
            os.environ["MPLBACKEND"] = before
