"""Packages that only watch a program (plots, progress bars, logs) may be absent: something silent stands for them.

Nothing they return reaches a tensor's shape; a package that could change what is computed has no stand-in.
"""

from __future__ import annotations

import ast
import functools
import importlib.abc
import importlib.machinery
import importlib.util
import linecache
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, ModuleType
from typing import Any

WATCHING = frozenset(
    (
        "matplotlib",
        "seaborn",
        "plotly",
        "tqdm",
        "wandb",
        "mlflow",
        "visdom",
        "tensorboard",
        "tensorboardX",
        "torchsummary",
        "torchinfo",
        "torchviz",
        "IPython",
        "colorama",
        "termcolor",
        "tabulate",
        "loguru",
    )
)
_TENSORBOARD = "torch.utils.tensorboard"


class _Silent:
    """Takes any call, attribute or item, and gives itself."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self

    def __getitem__(self, key: Any) -> Any:
        return self

    def __setitem__(self, key: Any, value: Any) -> None:
        """Ignore the value."""

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *args: Any) -> None:
        """Do nothing: nothing was opened."""


class _Progress(_Silent):
    """``tqdm(loader)``: the loop without its bar."""

    def __init__(self, iterable: Any = (), *args: Any, **kwargs: Any) -> None:
        self.iterable = iterable

    def __iter__(self) -> Iterator[Any]:
        return iter(self.iterable)

    def __len__(self) -> int:
        return len(self.iterable)


class _Module(ModuleType):
    """A module of which every public name is silent."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "subplots":
            return lambda *args, **kwargs: (_Silent(), _Silent())
        if name in {"tqdm", "tqdm_notebook"}:
            return _Progress
        if name in {"trange", "tnrange"}:
            return lambda *args, **kwargs: _Progress(range(*args))
        return _Silent()


def is_guarded(frame: FrameType | None) -> bool:
    """Return whether the import that ``frame`` is about stands in a ``try`` that handles its failure:
    then it should fail.
    """
    while frame is not None and "importlib" in frame.f_code.co_filename:
        if frame.f_code.co_name == "find_spec" and frame.f_code.co_filename == importlib.util.__file__:
            return True  # The code asks whether the package is there.
        frame = frame.f_back
    if frame is None:
        return False
    line = frame.f_lineno
    return any(first <= line <= last for first, last in _guarded_lines(frame.f_code.co_filename))


@functools.cache
def _guarded_lines(path: str) -> tuple[tuple[int, int], ...]:
    """Return the lines of a file that a ``try`` covers which catches a failed import, from first to last."""
    try:
        tree = ast.parse("".join(linecache.getlines(path)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    tries = [node for node in ast.walk(tree) if isinstance(node, ast.Try)]
    return tuple(
        (node.body[0].lineno, node.body[-1].end_lineno or node.body[-1].lineno)
        for node in tries
        if any(handler.type is None or _CAUGHT & _words(handler.type) for handler in node.handlers)
    )


_CAUGHT = frozenset(("ImportError", "ModuleNotFoundError", "Exception", "BaseException"))


def _words(node: ast.expr) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Asked last, for what no other finder has."""

    def __init__(self, used: list[str]) -> None:
        self._used = used

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name.partition(".")[0] not in WATCHING or is_guarded(sys._getframe(1)):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: Any) -> ModuleType:
        root = spec.name.partition(".")[0]
        if root not in self._used:
            self._used.append(root)
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: there is no code to run."""


@contextmanager
def silent(used: list[str]) -> Iterator[None]:
    """Make absent packages of this kind importable inside the block; ``used`` receives their names."""
    finder = _Finder(used)
    if _TENSORBOARD not in sys.modules and importlib.util.find_spec("tensorboard") is None:
        sys.modules[_TENSORBOARD] = _Module(_TENSORBOARD)
    sys.meta_path.append(finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name, module in sys.modules.items() if isinstance(module, _Module)]:
            del sys.modules[name]
