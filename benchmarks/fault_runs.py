"""Run a copy of a case once, in a process forked from one that has torch: what it raised and whether its check holds.

A case is run as its user runs it: the program with its arguments, or the file and then its model on the sample. The
text of its check is executed afterwards, in the names of the program.
"""

from __future__ import annotations

import ast
import contextlib
import io
import math
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
import time
import traceback
import types
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from fault_cases import DATA, Case, Options

CONTEXT = multiprocessing.get_context("forkserver")
PRELOADED = ("torch", "torch._dynamo", "torch.utils.data", "torch.distributions", "numpy", "fault_runs")
CONTEXT.set_forkserver_preload(list(PRELOADED))
SECONDS = 120
NUMBER = re.compile(r"[-+]?\d+\.\d+(?:[eE][-+]?\d+)?|[-+]?\d+[eE][-+]?\d+")
PRINTED, TOLERANCE = 2e-3, 1e-4  # Printed numbers are rounded.


@dataclass(frozen=True, slots=True)
class Run:
    """What one run gave. ``frames``: file and line of the project, the innermost last; ``values``: what is compared
    with the accepted repair.
    """

    error: str = ""
    message: str = ""
    frames: tuple[tuple[str, int], ...] = ()
    values: tuple[Any, ...] = ()
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return not self.error


@contextlib.contextmanager
def copied(case: Case, texts: Mapping[str, str] | None = None) -> Iterator[Path]:
    """Yield a folder with the case and nothing that says what is right."""
    with tempfile.TemporaryDirectory(prefix="fault-") as scratch:
        folder = Path(scratch) / "project"
        shutil.copytree(case.folder, folder, ignore=shutil.ignore_patterns(DATA, "__pycache__"))
        for file, text in (texts or {}).items():
            (folder / file).write_text(text, "utf-8")
        yield folder


def run(case: Case, texts: Mapping[str, str] | None = None, *, check: bool = True) -> Run:
    """Run a case with the texts of some files changed, and its check."""
    with copied(case, texts) as folder:
        return run_in(folder, case, check=check)


def run_in(folder: Path, case: Case, *, check: bool = True) -> Run:
    text, equal = (str(case.data["check"]), str(case.data["equal"])) if check else ("", "")
    return forked(_execute, folder, case.main, case.options(), text, equal)


def holds(case: Case, texts: Mapping[str, str] | None, reference: Run | None) -> Run:
    """Run with the check and return an error if it fails, or if the values differ from those of the accepted repair."""
    result = run(case, texts)
    if result.ok and case.data["equal"] and reference is not None and not agree(result.values, reference.values):
        return replace(result, error="Different", message="the values differ from those of the accepted repair")
    return result


def forked(function: Callable[..., Any], *arguments: object, seconds: float = SECONDS) -> Any:
    """Return what a function sends from a process of its own."""
    receiving, sending = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=function, args=(sending, *arguments))
    start = time.perf_counter()
    process.start()
    sending.close()
    try:
        if not receiving.poll(seconds):
            return Run("Timeout", f"{seconds:.0f} s", seconds=seconds)
        return replace(receiving.recv(), seconds=time.perf_counter() - start)
    except EOFError:
        return Run("Crash", "the process ended", seconds=time.perf_counter() - start)
    finally:
        if process.is_alive():
            process.join(0.5)
        if process.is_alive():
            process.kill()
        process.join()


# -- in the process ----------------------------------------------------------------------------------------------------


def _execute(connection: Connection, folder: Path, main: str, options: Options, check: str, equal: str) -> None:
    printed = io.StringIO()
    values: list[Any] = []
    try:
        with silenced(printed):
            module = entered(folder, main, options)
            with _recorded(values) if equal == "values" else contextlib.nullcontext():
                started(module, folder / main)
            if options.shapes:
                values += _modelled(module, options)
            if check:
                exec(compile(check, "<check>", "exec"), module.__dict__)
        result = Run(values=(printed.getvalue(), *values))
    except BaseException as error:
        lines = str(error).strip().splitlines() or [""]
        result = Run(type(error).__name__, lines[0], tuple(project_frames(error, folder)))
    connection.send(result)
    connection.close()


@contextlib.contextmanager
def silenced(printed: io.StringIO) -> Iterator[None]:
    """Keep what is printed, and let nothing out that C code writes."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        yield


def entered(folder: Path, main: str, options: Options) -> types.ModuleType:
    """Make this process one that was started for the file, and return its empty module."""
    import torch

    os.chdir(folder)
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(folder))
    sys.argv = [main, *options.script]
    torch.set_num_threads(1)
    torch.manual_seed(0)
    module = types.ModuleType("__main__")
    module.__file__ = str(folder / main)
    sys.modules["__main__"] = module
    return module


def started(module: types.ModuleType, path: Path) -> None:
    """Execute the file as a program; an exit with 0 is none."""
    try:
        exec(compile(path.read_text("utf-8"), str(path), "exec"), module.__dict__)
    except SystemExit as stop:
        if stop.code not in {None, 0}:
            raise


def model_of(module: types.ModuleType, options: Options) -> Any:
    """Return the model that is named, else of the last class of the file."""
    import torch

    if options.model:
        model = eval(options.model, module.__dict__)
    else:
        classes = [value for value in vars(module).values() if isinstance(value, type) and _is_own(value)]
        model = classes[-1]
    if not isinstance(model, torch.nn.Module) and callable(model):
        model = model()
    return model.eval() if options.evaluation_mode else model


def _is_own(value: type) -> bool:
    import torch

    return issubclass(value, torch.nn.Module) and value.__module__ == "__main__"


def inputs_of(options: Options) -> list[Any]:
    return [tensor(shape) for shape in options.shapes]


def tensor(text: str) -> Any:
    """Return the tensor that ``[DTYPE:]D,D[@LOW..HIGH]`` names."""
    import torch

    dtype, _, sizes = text.rpartition(":")
    sizes, _, limits = sizes.partition("@")
    shape = [int(size) for size in sizes.split(",") if size]
    kind = getattr(torch, dtype or "float32")
    if kind is torch.bool:
        return torch.rand(shape) < 0.7
    if kind.is_floating_point:
        return torch.randn(shape, dtype=kind)
    low, _, high = limits.partition("..")
    return torch.randint(int(low or 0), int(high or 2), shape, dtype=kind)


@contextlib.contextmanager
def _recorded(values: list[Any]) -> Iterator[None]:
    """Keep the sums of what each outermost module returns and of what gradients are asked for, not their shapes."""
    import torch
    from torch.utils._pytree import tree_leaves

    call, backward, depth = torch.nn.Module.__call__, torch.Tensor.backward, [0]

    def keep(value: Any) -> None:
        floats = [leaf.detach().double() for leaf in tree_leaves(value) if isinstance(leaf, torch.Tensor)]
        values.append([float(part) for leaf in floats for part in (leaf.sum(), leaf.abs().sum())])

    def recorded_call(module: Any, *inputs: Any, **named: Any) -> Any:
        depth[0] += 1
        try:
            output = call(module, *inputs, **named)
        finally:
            depth[0] -= 1
        if not depth[0]:
            keep(output)
        return output

    def recorded_backward(tensor: Any, *inputs: Any, **named: Any) -> Any:
        keep(tensor)
        return backward(tensor, *inputs, **named)

    torch.nn.Module.__call__, torch.Tensor.backward = recorded_call, recorded_backward  # type: ignore[method-assign]
    try:
        yield
    finally:
        torch.nn.Module.__call__, torch.Tensor.backward = call, backward  # type: ignore[method-assign]


def _modelled(module: types.ModuleType, options: Options) -> list[Any]:
    """Run the model on its sample as it is, and return what it gives for parameters that depend on their names only."""
    import torch
    from torch.utils._pytree import tree_leaves

    torch.manual_seed(0)
    model, inputs = model_of(module, options), inputs_of(options)
    model(*inputs)
    shapes = []
    for name, parameter in model.named_parameters():
        generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
        with torch.no_grad():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.2)
        shapes.append((name, tuple(parameter.shape)))
    torch.manual_seed(1)
    with torch.no_grad():
        outputs = tree_leaves(model.eval()(*inputs))
    return [shapes, [value.tolist() if isinstance(value, torch.Tensor) else repr(value) for value in outputs]]


def project_frames(error: BaseException, folder: Path) -> Iterator[tuple[str, int]]:
    """Yield file and line of the frames of a traceback that lie in a folder, the innermost last."""
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith(f"{folder}{os.sep}"):
            yield Path(frame.filename).relative_to(folder).as_posix(), frame.lineno or 0
    if isinstance(error, SyntaxError) and error.filename and error.filename.startswith(str(folder)):
        yield Path(error.filename).relative_to(folder).as_posix(), error.lineno or 0


# -- comparison --------------------------------------------------------------------------------------------------------


def agree(first: Any, second: Any, tolerance: float = TOLERANCE) -> bool:
    """Return whether two values are the same, numbers of a text or a tensor within a tolerance."""
    if isinstance(first, str) and isinstance(second, str):
        texts = [NUMBER.sub("#", text) for text in (first, second)]
        numbers = [[float(number) for number in NUMBER.findall(text)] for text in (first, second)]
        return texts[0] == texts[1] and agree(*numbers, PRINTED)
    if isinstance(first, float) and isinstance(second, float):
        if math.isnan(first) or math.isinf(first):
            return repr(first) == repr(second)
        return abs(first - second) <= tolerance * max(1.0, abs(first), abs(second))
    if isinstance(first, list | tuple) and isinstance(second, list | tuple):
        return len(first) == len(second) and all(agree(a, b, tolerance) for a, b in zip(first, second, strict=True))
    return bool(first == second)


def same_code(first: str, second: str) -> bool:
    """Return whether two texts are the same but for comments and layout; other files are compared as they are."""
    try:
        return ast.dump(ast.parse(first)) == ast.dump(ast.parse(second))
    except SyntaxError:
        return first.split() == second.split()
