"""Run a model of a repository once, in a process of its own: shapes of its outputs and parameters, and its values.

The texts of some files can be given in place of what stands on the disk; nothing of the repository is written.
"""

from __future__ import annotations

import multiprocessing
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from autofix.loading import find_target
from autofix.sample_inputs import grammar

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["torch", "autofix.sample_inputs.grammar", "autofix.loading.find_target"])
SECONDS = 120
EXPRESSION = "expr:"
_NUMBER = r"(?<![\w.])\d+(?![\w.])"


@dataclass(frozen=True, slots=True)
class Row:
    """A model of a repository and how it is run, as the manifest has it."""

    repository: str
    path: str
    model: str
    sample: str

    def __str__(self) -> str:
        return f"{self.repository} {self.path} {self.model} on {self.sample}"


@dataclass(frozen=True, slots=True)
class Run:
    """What one run gave. ``state`` has the name and shape of every parameter and buffer."""

    error: str = ""
    message: str = ""
    output: str = ""
    state: tuple[tuple[str, tuple[int, ...]], ...] = ()
    values_agree: bool | None = None
    parameters: int = 0

    @property
    def ok(self) -> bool:
        return not self.error


@dataclass(frozen=True)
class _Task:
    root: Path
    row: Row
    texts: Mapping[str, str] = field(default_factory=dict)
    reference: Path | None = None
    keep: bool = False


def run(root: Path, row: Row, texts: Mapping[str, str], reference: Path | None = None, keep: bool = False) -> Run:
    """Run the model with ``texts`` by path; keep its state and outputs in ``reference``, or compare with those kept."""
    receiver, sender = CONTEXT.Pipe()
    process = CONTEXT.Process(target=_child, args=(sender, _Task(root, row, texts, reference, keep)))
    process.start()
    sender.close()
    try:
        return receiver.recv() if receiver.poll(SECONDS) else Run("Timeout")
    except EOFError:
        return Run("Crash")
    finally:
        process.kill()
        process.join()
        receiver.close()


def other_sizes(row: Row) -> Iterator[Row]:
    """Yield the row with one number of its constructor doubled, wherever that number stands, in the sample or not.

    What fits by coincidence at one size does not fit at another. Whether a row works is found by running it.
    """
    for number in sorted({int(digits) for digits in re.findall(_NUMBER, row.model)} - {0, 1}):
        pattern, double = rf"(?<![\w.]){number}(?![\w.])", str(2 * number)
        model = re.sub(pattern, double, row.model)
        for sample in dict.fromkeys((re.sub(pattern, double, row.sample), row.sample)):
            yield replace(row, model=model, sample=sample)


def _child(answer: Connection, task: _Task) -> None:
    import sys
    import warnings

    warnings.filterwarnings("ignore")
    sys.dont_write_bytecode = True
    sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115
    os.chdir(task.root)
    try:
        result = _measured(task)
    except BaseException as error:
        lines = str(error).splitlines()
        result = Run(type(error).__name__, lines[0][:300] if lines else "")
    answer.send(result)
    os._exit(0)


def _measured(task: _Task) -> Run:
    import torch

    torch.set_num_threads(1)
    space = _imported(task)
    torch.manual_seed(0)
    model = eval(task.row.model, space)
    if isinstance(model, type):
        model = model()
    model.eval()
    state = tuple((name, tuple(value.shape)) for name, value in model.state_dict().items())
    known: Any = None
    if task.reference is not None and not task.keep:
        known = torch.load(task.reference, weights_only=False)
        if known["state"].keys() == dict(state).keys() and all(
            known["state"][name].shape == shape for name, shape in state
        ):
            model.load_state_dict(known["state"])
        else:
            known = None
    inputs = _inputs(task.row.sample, space)
    torch.manual_seed(2)
    with torch.no_grad():
        output = list(_tensors(model(*inputs)))
    if task.keep and task.reference is not None:
        kept = {name: value.clone() for name, value in model.state_dict().items()}
        torch.save({"state": kept, "output": output}, task.reference)
    agree = None if known is None else _equal(known["output"], output)
    shapes = ";".join(f"{tuple(tensor.shape)}" for tensor in output)
    return Run("", "", shapes, state, agree, sum(parameter.numel() for parameter in model.parameters()))


def _imported(task: _Task) -> dict[str, Any]:
    """Import the file as the program does, with the given texts instead of the disk's."""
    import importlib
    import sys
    from importlib.machinery import SourceFileLoader

    texts = {str(task.root / path): text for path, text in task.texts.items()}

    def get_code(loader: SourceFileLoader, fullname: str) -> Any:
        path = loader.get_filename(fullname)
        data = texts[path].encode() if path in texts else loader.get_data(path)
        return loader.source_to_code(data, path)

    setattr(SourceFileLoader, "get_code", get_code)  # noqa: B010  Compiled files on the disk are not read either.
    path = task.root / task.row.path
    module, parent = find_target.module_name(path)
    sys.path[:0] = [str(folder) for folder in dict.fromkeys((parent, task.root, path.parent))]
    sys.argv = [str(path)]
    if module == "autofix_target":
        import importlib.util

        spec = importlib.util.spec_from_file_location(module, path)
        assert spec is not None
        assert spec.loader is not None
        loaded = importlib.util.module_from_spec(spec)
        sys.modules[module] = loaded
        spec.loader.exec_module(loaded)
        return loaded.__dict__
    return importlib.import_module(module).__dict__


def _inputs(sample: str, space: dict[str, Any]) -> list[Any]:
    import torch

    torch.manual_seed(1)
    if sample.startswith(EXPRESSION):
        values = eval(sample.removeprefix(EXPRESSION), {"torch": torch, **space})
        return list(values) if isinstance(values, tuple) else [values]
    inputs: list[Any] = []
    for sample_input in grammar.parse_samples(sample.split(";")).inputs:
        dtype = getattr(torch, sample_input.dtype)
        if sample_input.dtype == "bool":
            inputs.append(torch.ones(sample_input.shape, dtype=dtype))
        elif dtype.is_floating_point:
            inputs.append(torch.randn(sample_input.shape, dtype=dtype))
        else:
            inputs.append(torch.randint(sample_input.low or 0, sample_input.high or 2, sample_input.shape, dtype=dtype))
    return inputs


def _tensors(value: Any) -> Iterator[Any]:
    import torch

    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _tensors(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _tensors(item)


def _equal(first: list[Any], second: list[Any]) -> bool:
    import torch

    return len(first) == len(second) and all(
        tensor.shape == other.shape and torch.allclose(tensor.float(), other.float(), 1e-3, 1e-4, equal_nan=True)
        for tensor, other in zip(first, second, strict=True)
    )
