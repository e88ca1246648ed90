"""Packages that a project imports and that cannot be imported here: something that refuses to be used stands for them.

A file may import what the model does not need, so that the rest runs; what is used names the package. An import that
the code itself guards fails as it does for its user, and so does one that a library makes.
"""

from __future__ import annotations

import builtins
import importlib.util
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, NoReturn

from ..main.wire import AbsentRow
from . import network, pretrained_weights
from .stub_packages import is_guarded

_FAILURES = (ImportError, OSError, RuntimeError, AttributeError, TypeError)
MAX_REASON = 300
_CALLED = ("bool", "len", "iter", "next", "index", "int", "float", "enter", "exit", "contains", "setitem", "delitem")
_COMPUTED = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "xor", "lshift", "rshift")
_RAISED = ("Error", "Exception", "Warning", "Timeout", "Interrupt")
_NO_EXCEPTION = ("catching classes that do not inherit", "exceptions must derive from", "exceptions must be")
_COMPARED = ("lt", "le", "gt", "ge", "neg", "abs", "invert")


class _Absent(type):
    """The type of everything that is taken out of an absent package: it can be named, subclassed and subscripted."""

    _reason = ""
    _package = ""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = _named(name, cls._package, cls._reason)
        setattr(cls, name, value)
        return value

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and isinstance(args[0], type):
            return args[0]  # It decorates a class, as registries do.
        return cls._refuse()

    def __getitem__(cls, key: Any) -> Any:
        return cls

    def __or__(cls, other: Any) -> Any:
        return cls

    def __ror__(cls, other: Any) -> Any:
        return cls

    def __instancecheck__(cls, instance: Any) -> bool:
        return False

    def _refuse(cls, *args: Any, **kwargs: Any) -> NoReturn:
        raise ImportError(f"{cls._reason} (the model uses it)", name=cls._package)


for _name in (*_CALLED, *_COMPUTED, *(f"r{name}" for name in _COMPUTED), *_COMPARED):
    setattr(_Absent, f"__{_name}__", _Absent._refuse)


def _named(name: str, package: str, reason: str) -> _Absent:
    # What is named like an exception can be caught: nothing raises it, so nothing is.
    bases = (Exception,) if name.endswith(_RAISED) else ()
    return _Absent(name, bases, {"_package": package, "_reason": reason})


class AbsentModule(ModuleType):
    """Stands for a module that could not be imported, for ``reason``; whatever is used of it raises an ImportError."""

    def __init__(self, name: str, reason: str, *, is_own: bool = False) -> None:
        super().__init__(name)
        self._reason, self._is_own = reason, is_own

    def __getattr__(self, name: str) -> Any:
        if name == "__version__" and not self._is_own:
            raise ImportError(f"{self._reason} (the model uses it)", name=self.__name__)
        if name.startswith("__") and name != "__version__":
            raise AttributeError(name)
        value = _named(name, self.__name__, self._reason)
        setattr(self, name, value)
        return value


class _Incomplete(ModuleType):
    """A module for one import of names of which it has not all; those that it lacks refuse to be used."""

    def __init__(self, module: ModuleType, lacking: dict[str, str]) -> None:
        super().__init__(module.__name__)
        self._module = module
        self.__dict__.update({name: _named(name, f"{module.__name__}.{name}", why) for name, why in lacking.items()})

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


def beside(module: str, importer: str) -> bool:
    """Return whether a file imports a neighbour by its bare name, which Python 2 took for a relative import."""
    first = os.path.join(os.path.dirname(importer), module.partition(".")[0])
    return bool(importer) and (os.path.isfile(f"{first}.py") or os.path.isfile(os.path.join(first, "__init__.py")))


def package(module: str, importer: str, error: BaseException) -> str:
    """Return what is lacking by its name: a package, a part of one that is there, or a neighbour, with a dot."""
    first = module.partition(".")[0]
    if beside(module, importer):
        return f".{first}"
    if _is_own_absence(module, error):
        return module if first in sys.modules else first
    return _behind(error) or first


def _is_own_absence(module: str, error: BaseException) -> bool:
    """Return whether an import failed since the module, or a package above it, is not there."""
    missing = getattr(error, "name", None)
    is_absent = isinstance(error, ModuleNotFoundError) and bool(missing)
    return is_absent and (module == missing or module.startswith(f"{missing}."))


def _root(error: BaseException) -> BaseException:
    """Return the error that the others were raised over."""
    seen = {id(error)}
    while (inner := error.__cause__ or error.__context__) is not None and id(inner) not in seen:
        seen.add(id(inner))
        error = inner
    return error


def _behind(error: BaseException) -> str:
    """Return the package for which an import failed that another one needs: the one that is not there, or the innermost
    one whose code was loading, torch left out; '' where none shows.
    """
    root = _root(error)
    missing = getattr(root, "name", None)
    if isinstance(root, ModuleNotFoundError) and missing:
        return str(missing).partition(".")[0]
    names = []
    trace = root.__traceback__
    while trace is not None:
        _, mark, inner = trace.tb_frame.f_code.co_filename.rpartition(f"-packages{os.sep}")
        names += [inner.partition(os.sep)[0].removesuffix(".py")] if mark else []
        trace = trace.tb_next
    return next((name for name in reversed(names) if name != "torch"), "")


def reason(module: str, error: BaseException, importer: str = "") -> str:
    """Return why ``module`` could not be imported: it is absent itself, or something that it needs."""
    if beside(module, importer):
        return f"No module named '{module}', which stands beside {os.path.basename(importer)}: an import of Python 2"
    if _is_own_absence(module, error):
        return f"No module named '{getattr(error, 'name', module)}'"
    root, first = _root(error), module.partition(".")[0]
    if isinstance(root, ModuleNotFoundError) and getattr(root, "name", None):
        return f"No module named '{root.name}', which {first} needs"
    words = f"{root}".partition("\n")[0][:MAX_REASON] or type(root).__name__
    behind = _behind(error)
    needed = "" if behind in {"", first} else f", which {first} needs,"
    return f"{behind or first}{needed} is installed and does not load: {words}"


def told(error: BaseException, absent: list[AbsentRow]) -> BaseException:
    """Return the failed import that an error is about, else the error itself: Python refuses what stands for a class of
    exceptions, and torch what stands for a number.
    """
    if type(error) is not TypeError:  # The words of any other may be made by the code, and raise.
        return error
    message = str(error)
    if not (_Absent.__name__ in message or message.startswith(_NO_EXCEPTION)):
        return error
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else trace.tb_frame.f_code.co_filename
    row = next((row for row in absent if row[1] == place or _Absent.__name__ in message), None)
    return error if row is None else ImportError(f"{row[3]} (the model uses it)", name=row[0])


@contextmanager
def refusing(absent: list[AbsentRow], is_own_file: Callable[[str], bool]) -> Iterator[None]:
    """Let imports of own files go on where a package is absent or broken; ``absent`` receives each with its place."""
    original = builtins.__import__

    def importing(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> ModuleType:
        try:
            module = original(name, globals, locals, fromlist, level)
        except _FAILURES as error:
            frame = sys._getframe(1)
            path = frame.f_code.co_filename
            if not is_own_file(path) or is_guarded(frame) or network.cause_of(error) is not None:
                raise
            part = _own_part(name, level, globals, error) if level else ""
            behind = outdated(error, is_own_file)
            if behind:
                absent.append([behind[0], path, frame.f_lineno, behind[1]])
                known = sys.modules.get(importlib.util.resolve_name(f"{'.' * level}{name}", _package_of(globals)))
                lacking = {lacked: behind[1] for lacked in fromlist or () if not hasattr(known, lacked)}
                return AbsentModule(name, behind[1], is_own=True) if known is None else _Incomplete(known, lacking)
            if (level and not part) or _passes(error, is_own_file):
                raise
            whole = part or name
            why = reason(whole, error, path)
            absent.append([package(whole, path, error), path, frame.f_lineno, why])
            return AbsentModule(whole if fromlist else name.partition(".")[0], why, is_own=bool(part))
        frame = sys._getframe(1)
        if is_own_file(frame.f_code.co_filename):
            pretrained_weights.adopt()
        lacking = _lacking(module, fromlist or (), is_own_file)
        if not lacking or not is_own_file(frame.f_code.co_filename) or is_guarded(frame):
            return module
        for lacked, why in lacking.items():
            absent.append([f"{module.__name__}.{lacked}", frame.f_code.co_filename, frame.f_lineno, why])
        return _Incomplete(module, lacking)

    builtins.__import__ = importing
    try:
        yield
    finally:
        builtins.__import__ = original


def _own_part(name: str, level: int, globals: Any, error: BaseException) -> str:
    """Return the module of the importing package that is not there, as what a build makes; '' for another failure."""
    whole = importlib.util.resolve_name(f"{'.' * level}{name}", _package_of(globals))
    return whole if isinstance(error, ModuleNotFoundError) and error.name == whole else ""


def _package_of(globals: Any) -> str:
    return (globals or {}).get("__package__") or ""


def outdated(error: BaseException, is_own_file: Callable[[str], bool]) -> tuple[str, str] | None:
    """Return the package that an own module was made for in another release, and why in words: the module fails in it
    while it is imported, as code does that a generator wrote. None for any other error.
    """
    own, inside, trace = None, "", error.__traceback__
    while trace is not None:
        path = trace.tb_frame.f_code.co_filename
        if is_own_file(path):
            own, inside = trace, ""
        elif own is not None and (mark := path.rpartition(f"-packages{os.sep}"))[1]:
            inside = mark[2].partition(os.sep)[0].removesuffix(".py")
        trace = trace.tb_next
    if own is None or own.tb_frame.f_code.co_name != "<module>" or inside in {"", "torch"}:
        return None
    words = f"{error}".partition("\n")[0][:MAX_REASON]
    place = f"{os.path.basename(own.tb_frame.f_code.co_filename)}:{own.tb_lineno}"
    return inside, f"{place} is for another {inside}: {type(error).__name__}: {words}"


def _lacking(module: ModuleType, names: Iterable[str], is_own_file: Callable[[str], bool]) -> dict[str, str]:
    """Return the names that an import takes of a module which has none of them, each with the reason.

    What a module of the project lacks is a mistake of the code, but for a part of a package that a build makes.
    """
    whole = module.__name__
    lacked = [name for name in names if not hasattr(module, name) and f"{whole}.{name}" not in sys.modules]
    if lacked and is_own_file(str(getattr(module, "__file__", None) or "")):
        lacked = [name for name in lacked if name.startswith("_") and hasattr(module, "__path__")]
    return {name: f"cannot import name '{name}' from '{whole}'" for name in lacked if name != "*"}


def _passes(error: BaseException, is_own_file: Callable[[str], bool]) -> bool:
    """Return whether own code raised the error or called what did."""
    trace = error.__traceback__
    while trace is not None:
        if is_own_file(trace.tb_frame.f_code.co_filename):
            return True
        trace = trace.tb_next
    return False
