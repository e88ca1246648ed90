"""Run a file as the program it is, recorded from its first line, and stop it when enough has been seen.

A program counts as healthy when it ends by itself; a long one once every model in it has done a forward and every
optimizer two steps, so that faults of the second step and of the last batch still show.
"""

from __future__ import annotations

import argparse
import builtins
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any

import torch
import torch.utils.data
from torch.optim.optimizer import register_optimizer_step_post_hook

from ..contain import network, stub_packages
from ..contain.containment import AskedForInputError, contained
from ..contain.cuda_on_cpu import replacing
from ..main.wire import Ending, Phase, RunRequest
from ..record import module_tree, values
from ..record.interception import recording
from ..record.recorder import Recorder
from . import messages, pytest_run

SOFT_SECONDS = 3.0
SOFT_SHARE = 0.4
HARD_SHARE = 0.7
MAX_RECORDED = 12_000
DRIVER = "<driver>"
_RELATIVE = re.compile(r"^[ \t]*from[ \t]+\.", re.MULTILINE)


class Enough(BaseException):
    """The program has shown what it had to; the message says what was seen."""


class _Bounds:
    """What the program has done so far, against what it has to do before it may be stopped."""

    def __init__(self, recorder: Recorder, seconds: float, *, is_whole: bool) -> None:
        self._recorder = recorder
        self._start = self._shown_since = time.monotonic()
        self._soft, self._hard = min(SOFT_SECONDS, seconds * SOFT_SHARE), seconds * HARD_SHARE
        if is_whole:  # Tests are cut short one by one.
            self._soft = self._hard = seconds
        self._steps: dict[int, int] = {}
        self._called: set[int] = set()

    def built(self, optimizer: Any) -> None:
        self._steps[id(optimizer)] = 0  # Another may have stood there in memory.

    def stepped(self, optimizer: Any, *args: Any, **kwargs: Any) -> None:
        self._steps[id(optimizer)] = self._steps.get(id(optimizer), 0) + 1
        self._check()

    def called(self, module: torch.nn.Module) -> None:
        is_outermost = not self._recorder.scopes
        if is_outermost and id(module) not in self._called:
            if not self._called:  # Imports and data may have taken long, and say nothing.
                self._shown_since = time.monotonic()
            self._called.add(id(module))
            self._recorder.adopt_model(module, len(self._called) > 1)
        elif is_outermost:
            self._check()  # What was called before is through.

    def _check(self) -> None:
        now = time.monotonic()
        elapsed, shown = now - self._start, now - self._shown_since
        if len(self._recorder.operations) > MAX_RECORDED:
            self._recorder.paused = True
        if elapsed > self._hard:
            raise Enough("the program still ran at the time limit, without an error until then")
        if shown > self._soft and min(self._steps.values(), default=2) >= 2 and self._all_called():
            steps = " and every optimizer two steps" if self._steps else ""
            raise Enough(f"every model has done a forward{steps}")

    def _all_called(self) -> bool:
        """Return whether no model with parameters is still waiting: each is called itself or is a part
        of one that was.
        """
        modules = self._recorder.modules
        reached = {id(part) for module in modules if id(module) in self._called for part in module_tree.modules(module)}
        parts = {id(child) for module in modules for child in module_tree.children(module)}
        roots = [module for module in modules if id(module) not in parts]
        return all(id(root) in reached or next(module_tree.parameters(root), None) is None for root in roots)


def run(request: RunRequest, recorder: Recorder, stand_ins: list[str], cut: list[str]) -> str:
    """Run the program and return how it ended, in words; raise what the program raises.

    ``stand_ins`` receives the names of absent packages that something silent stood for, ``cut`` those of tests that
    were cut short.
    """
    module = recorder.program = _program(request)
    text = dict(request.texts)[request.path]
    recorder.phase = Phase.FORWARD
    bounds = _Bounds(recorder, request.limits.run_seconds, is_whole=request.tests)
    recorder.on_forward = bounds.called
    before = sys.modules.get("__main__")
    sys.modules["__main__"] = module
    sys.argv = [request.path, *request.arguments]
    hook = register_optimizer_step_post_hook(bounds.stepped)
    try:
        with (
            _one_process(),
            contained(),
            stub_packages.silent(stand_ins),
            _explained_usage(),
            _counted(bounds),
            recording(recorder),
        ):
            if request.tests:
                return pytest_run.run(request, recorder, cut)
            exec(compile(text, request.path, "exec", dont_inherit=True), module.__dict__)
            if request.driver:
                exec(compile(request.driver, DRIVER, "exec"), module.__dict__)
                return "its training step ran on the batches of its data"
        return "the program ran to its end"
    except Enough as enough:
        return str(enough)
    except SystemExit as ended:
        if ended.code in (None, 0):
            return "the program ended by itself"
        raise
    finally:
        hook.remove()
        recorder.on_forward = None
        if before is not None:
            sys.modules["__main__"] = before


def failure_behind(error: BaseException) -> BaseException:
    """Return the failure that a program caught before it ended with an exit code other than 0, else the error itself:
    what frameworks print, or a ``main`` inside a ``try``, is what the program died of.
    """
    if not isinstance(error, SystemExit) or error.code in (None, 0) or getattr(error, "autofix_usage", None):
        return error
    caught = error.__cause__ or error.__context__
    return caught if isinstance(caught, Exception) else error


def ended_by(error: BaseException) -> tuple[Ending, str] | None:
    """Return the ending, and why in words, of a program that stopped for what it lacks; None for a fault of its own."""
    if isinstance(error, SystemExit):
        usage = getattr(error, "autofix_usage", "")
        if usage:
            return Ending.EXITED, f"the command line of the program is incomplete: {usage}; pass its arguments after --"
        return Ending.EXITED, f"the program called exit({values.spelled(error.code)})"
    refusal = network.cause_of(error)
    if refusal is not None:
        return Ending.REFUSED, str(refusal)
    if isinstance(error, AskedForInputError):
        return Ending.EXITED, messages.text(error)
    if isinstance(error, (FileNotFoundError, NotADirectoryError)) and error.filename is not None:
        name = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes, os.PathLike)) else error.filename
        return (
            Ending.EXITED,
            f"the program needs {messages.steady(str(name))}, which does not exist; run it where its data is",
        )
    if isinstance(error, ImportError):
        return Ending.IMPORT_FAILED, f"{type(error).__name__}: {messages.text(error)}"
    if isinstance(error, AssertionError) and "not compiled with CUDA" in str(error):
        return Ending.EXITED, "the program asks a GPU that is not there"
    return None


@contextmanager
def _explained_usage() -> Iterator[None]:
    """Have the exit of a parser that misses arguments say which."""
    original = argparse.ArgumentParser.error

    def explain(parser: argparse.ArgumentParser, message: str) -> Any:
        try:
            original(parser, message)
        except SystemExit as ended:
            ended.autofix_usage = message  # type: ignore[attr-defined]
            raise

    with ExitStack() as stack:
        stack.enter_context(replacing(argparse.ArgumentParser, "error", explain))
        yield


@contextmanager
def _counted(bounds: _Bounds) -> Iterator[None]:
    """Count the optimizers that are built, since each will step."""
    original = torch.optim.Optimizer.__init__

    def init(optimizer: Any, *args: Any, **kwargs: Any) -> None:
        original(optimizer, *args, **kwargs)
        bounds.built(optimizer)

    with ExitStack() as stack:
        stack.enter_context(replacing(torch.optim.Optimizer, "__init__", init))
        yield


def _program(request: RunRequest) -> ModuleType:
    module = ModuleType(request.module if request.driver else "__main__")
    module.__dict__.update(__file__=request.path, __builtins__=builtins)
    package = request.module.rpartition(".")[0]
    if package and _RELATIVE.search(dict(request.texts)[request.path]):
        module.__package__ = package  # It only runs as ``python -m``.
    return module


@contextmanager
def _one_process() -> Iterator[None]:
    """Have data loaders load in this process: a worker's error would lose its place in the source."""
    original = torch.utils.data.DataLoader.__init__

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("num_workers", args[5] if len(args) > 5 else 0):
            kwargs.update(num_workers=0, persistent_workers=False, pin_memory=False, prefetch_factor=None)
            kwargs.pop("multiprocessing_context", None)
            args = args[:5]
        elif len(args) <= 7:  # What belongs to workers is refused without them, as it is outside of here.
            kwargs["pin_memory"] = False
        original(self, *args, **kwargs)

    with ExitStack() as stack:
        stack.enter_context(replacing(torch.utils.data.DataLoader, "__init__", init))
        yield
