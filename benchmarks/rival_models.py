"""What torch itself says of a case: ``torch.export``, ``fx.ShapeProp``, ``FakeTensorMode`` and ``torch.compile``.

Each is given what it needs: the model that a case names and its sample, and of a program every outermost module that
it calls, with the inputs that it calls it with. Where it says that it cannot handle the code, that is no finding.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import fault_runs
from fault_cases import Options

# What these raise over code that they do not handle, right or wrong.
CANNOT = frozenset(
    {
        "BackendCompilerFailed",
        "DataDependentOutputException",
        "DynamicOutputShapeException",
        "GuardOnDataDependentSymNode",
        "InternalTorchDynamoError",
        "NotImplementedError",
        "TraceError",
        "Unsupported",
        "UnsupportedFakeTensorException",
        "UnsupportedMutationAliasingException",
        "UnsupportedOperatorException",
        "UserError",
    }
)
MESSAGE_FRAME = re.compile(r'File "([^"]+)", line (\d+)')


@dataclass(frozen=True, slots=True)
class Said:
    """What a rival said: ``cannot`` why it says nothing; ``lines``: file and line that it names."""

    detected: bool = False
    lines: tuple[tuple[str, int], ...] = ()
    message: str = ""
    cannot: str = ""
    seconds: float = 0.0


class Found(Exception):
    """A module that a rival refuses, in the middle of a program."""


def asked(connection: Connection, name: str, folder: Path, main: str, options: Options) -> None:
    """Send what a rival of this file says; it runs in a process of its own."""
    try:
        with fault_runs.silenced(io.StringIO()):
            RIVALS[name](folder, main, options)
        said = Said()
    except BaseException as error:
        said = _said(error.__cause__ if isinstance(error, Found) and error.__cause__ else error, folder)
    connection.send(said)
    connection.close()


def _said(error: BaseException, folder: Path) -> Said:
    names = [type(one).__name__ for one in _chain(error)]
    text = f"{type(error).__name__}: {error}"
    unable = next((name for name in names if name in CANNOT), "")
    if unable:
        return Said(cannot=f"{unable}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"[:200])
    lines = [line for one in _chain(error) for line in fault_runs.project_frames(one, folder)]
    lines += [
        (Path(file).relative_to(folder).as_posix(), int(line))
        for one in _chain(error)
        for file, line in MESSAGE_FRAME.findall(str(one))
        if Path(file).is_relative_to(folder)
    ]
    return Said(True, tuple(dict.fromkeys(lines)), text[:300])


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and those that it was raised from."""
    one: BaseException | None = error
    while one is not None:
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


# -- what each is given ------------------------------------------------------------------------------------------------

Look = Callable[[Any, tuple[Any, ...], dict[str, Any]], None]


def _at_modules(look: Look) -> Callable[[Path, str, Options], None]:
    """Return how a rival is asked that takes a module and its inputs."""

    def ask(folder: Path, main: str, options: Options) -> None:
        module = fault_runs.entered(folder, main, options)
        if options.shapes:
            fault_runs.started(module, folder / main)
            look(fault_runs.model_of(module, options), tuple(fault_runs.inputs_of(options)), {})
            return
        # What the program dies of outside its modules, the rival does not see.
        with _looked_at(look), contextlib.suppress(Exception, SystemExit):
            fault_runs.started(module, folder / main)

    return ask


@contextlib.contextmanager
def _looked_at(look: Look) -> Iterator[None]:
    """Ask the rival about every outermost module before the program calls it for the first time with these shapes."""
    import torch
    from torch.utils._pytree import tree_leaves

    call, depth, known, found = torch.nn.Module.__call__, [0], set(), []

    def looked_at(module: Any, *inputs: Any, **named: Any) -> Any:
        shapes = tuple(getattr(leaf, "shape", None) for leaf in tree_leaves((inputs, named)))
        if not depth[0] and (id(module), shapes) not in known:
            known.add((id(module), shapes))
            depth[0] += 1
            try:
                look(module, inputs, named)
            except Exception as error:
                if not any(type(one).__name__ in CANNOT for one in _chain(error)):
                    found.append(error)
            finally:
                depth[0] -= 1
        depth[0] += 1
        try:
            return call(module, *inputs, **named)
        finally:
            depth[0] -= 1

    torch.nn.Module.__call__ = looked_at  # type: ignore[method-assign]
    try:
        yield
    finally:
        torch.nn.Module.__call__ = call  # type: ignore[method-assign]
        if found:
            raise Found from found[0]


def _export(model: Any, inputs: tuple[Any, ...], named: dict[str, Any]) -> None:
    import torch

    torch.export.export(model, inputs, named)


def _propagate(model: Any, inputs: tuple[Any, ...], named: dict[str, Any]) -> None:
    import torch
    from torch.fx.passes.shape_prop import ShapeProp

    tracer = torch.fx.Tracer()
    tracer.record_stack_traces = True
    try:
        graph = torch.fx.GraphModule(model, tracer.trace(model))
    except Exception as error:
        # Whatever stops the tracing: a proxy has no sizes, so it is never a fault of the shapes.
        raise NotImplementedError(f"symbolic_trace: {error}") from None
    if named:
        raise NotImplementedError("ShapeProp takes no inputs by name")
    ShapeProp(graph).propagate(*inputs)


def _fake(folder: Path, main: str, options: Options) -> None:
    from torch._subclasses.fake_tensor import FakeTensorMode

    module = fault_runs.entered(folder, main, options)
    with FakeTensorMode(allow_non_fake_inputs=True):
        fault_runs.started(module, folder / main)
        if options.shapes:
            fault_runs.model_of(module, options)(*fault_runs.inputs_of(options))


def _compiled(folder: Path, main: str, options: Options) -> None:
    """Run the case with every outermost module compiled; the backend that runs the graph as it is needs no compiler."""
    import torch

    call = torch.nn.Module.__call__

    def compiled(module: Any, *inputs: Any, **named: Any) -> Any:
        torch.nn.Module.__call__ = call  # type: ignore[method-assign]
        try:
            return torch.compile(module, backend="eager")(*inputs, **named)
        finally:
            torch.nn.Module.__call__ = compiled  # type: ignore[method-assign]

    entry = fault_runs.entered(folder, main, options)
    if options.shapes:
        fault_runs.started(entry, folder / main)
        torch.compile(fault_runs.model_of(entry, options), backend="eager")(*fault_runs.inputs_of(options))
        return
    torch.nn.Module.__call__ = compiled  # type: ignore[method-assign]
    fault_runs.started(entry, folder / main)


def _traceback(folder: Path, main: str, options: Options) -> None:
    module = fault_runs.entered(folder, main, options)
    fault_runs.started(module, folder / main)
    if options.shapes:
        fault_runs.model_of(module, options)(*fault_runs.inputs_of(options))


RIVALS: dict[str, Callable[[Path, str, Options], None]] = {
    "traceback": _traceback,
    "torch.export": _at_modules(_export),
    "fx ShapeProp": _at_modules(_propagate),
    "FakeTensorMode": _fake,
    "torch.compile": _compiled,
}
