"""Import the user's module from overlay texts; where that fails or would train, load its definition slice.

The texts are served by an import hook, so a candidate or an unsaved buffer runs exactly like a saved file. Nothing
is written into the user's tree, bytecode included.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import linecache
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from types import CodeType, ModuleType
from typing import Any, ClassVar

from ..contain.file_isolation import redirected
from ..main import versions
from ..main.wire import AbsentRow, RunRequest
from . import slicing

MAX_COMPILED = 1 << 24  # Characters of the texts; their code takes eight times as many bytes.
# The code of each text, since a run imports every file of a project and a candidate changes one of them.
_compiled: dict[tuple[Any, str | bytes], CodeType] = {}
_characters = [0]
_before: list[set[str]] = [set()]  # The names of the modules that were there before the run.


class WouldRun(BaseException):
    """Module-level code called a model: the file trains (or evaluates) when it is imported."""


class OverlayLoader(importlib.machinery.SourceFileLoader):
    """Reads a file's text from the overlay, which no cache on disk knows; files outside the overlay load as always."""

    overlay: ClassVar[dict[str, str]] = {}

    def get_data(self, path: str) -> bytes:
        text = self.overlay.get(os.path.abspath(path))
        return super().get_data(path) if text is None else text.encode("utf-8", "surrogatepass")

    def path_stats(self, path: str) -> Any:
        if os.path.abspath(path) in self.overlay:
            raise OSError("served from the overlay")
        return super().path_stats(path)

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> Any:  # type: ignore[override]
        text = self.overlay.get(os.path.abspath(os.fspath(path))) if isinstance(path, (str, os.PathLike)) else None
        content = data if text is None else text
        if not isinstance(content, (str, bytes)):
            return compile(content, path, "exec", dont_inherit=True)
        known = _compiled.get((path, content))
        if known is None:
            _characters[0] += len(content)
            if _characters[0] > MAX_COMPILED:
                _compiled.clear()
                _characters[0] = len(content)
            known = _compiled[path, content] = compile(content, path, "exec", dont_inherit=True)
        return known


class _OverlayFinder:
    """Finds project modules first and gives them the overlay's loader."""

    def __init__(self, search_paths: tuple[str, ...], shadowing: Iterable[str]) -> None:
        self._known: dict[str, importlib.machinery.FileFinder] = {}
        self._shadowing = frozenset(shadowing)
        self._search_paths = search_paths
        self._finders = [self._finder(path) for path in search_paths]
        self._initial = frozenset((*sys.path, *search_paths))

    def _finder(self, folder: str) -> importlib.machinery.FileFinder:
        """Return one finder for a folder, since it lists the folder when it is first asked."""
        if folder not in self._known:
            details = (OverlayLoader, importlib.machinery.SOURCE_SUFFIXES)
            self._known[folder] = importlib.machinery.FileFinder(folder, details)
        return self._known[folder]

    def invalidate_caches(self) -> None:
        """Forget the listed folders, which ``importlib`` asks for when a program writes a module and imports it."""
        for finder in self._known.values():
            finder.invalidate_caches()

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if path is None:
            if name in sys.stdlib_module_names and name not in self._shadowing:
                return None
            finders = [*self._finders_before(), *self._finders]
        else:
            finders = [self._finder(entry) for entry in path if "site-packages" not in entry]
        for finder in finders:
            spec = finder.find_spec(name)
            if spec is not None and spec.loader is not None:
                return spec
        return self._behind(name) if path is None else None

    def _finders_before(self) -> list[importlib.machinery.FileFinder]:
        """Return the finders of what a program has put before its own folder: ``sys.path.insert(0, "models")``."""
        first = next((i for i, entry in enumerate(sys.path) if entry in self._search_paths), 0)
        return [self._finder(os.path.abspath(entry)) for entry in sys.path[:first] if self._is_added(entry)]

    def _behind(self, name: str) -> Any:
        """Return a module from a folder that a program has put behind the others: ``sys.path.append("..")``."""
        if not any(map(self._is_added, sys.path)):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name)
        if spec is None or spec.origin is None or os.path.abspath(spec.origin) not in OverlayLoader.overlay:
            return None
        spec.loader = OverlayLoader(name, spec.origin)
        return spec

    def _is_added(self, entry: str) -> bool:
        return entry not in self._initial and "site-packages" not in entry


@contextmanager
def project(request: RunRequest) -> Iterator[None]:
    """Make project files importable and serve them from the overlay; afterwards the interpreter is as before."""
    _before[:] = [set(sys.modules)]
    path_before, argv_before = list(sys.path), list(sys.argv)
    folder_before = os.getcwd()
    OverlayLoader.overlay = {os.path.abspath(path): text for path, text in request.texts}
    shadowing = _shadowing(request)
    finder = _OverlayFinder(request.search_paths, shadowing)
    shadowed = {name: sys.modules.pop(name) for name in shadowing if name in sys.modules}
    sys.path[:0] = [path for path in request.search_paths if path not in sys.path]
    sys.argv = [request.path]
    sys.meta_path.insert(0, finder)
    for path, text in OverlayLoader.overlay.items():
        linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
    try:
        with _working_directory(request), redirected(OverlayLoader.overlay):
            yield
    finally:
        sys.meta_path.remove(finder)
        sys.path[:], sys.argv[:] = path_before, argv_before
        os.chdir(folder_before)
        for path in OverlayLoader.overlay:
            linecache.cache.pop(path, None)
        OverlayLoader.overlay = {}
        _forget(request)
        sys.modules.update(shadowed)


def _shadowing(request: RunRequest) -> set[str]:
    """Return the modules of the project that Python finds before those of the library with the same name.

    What torch has loaded stays the library's.
    """
    names: set[str] = set()
    for folder in request.search_paths:
        with suppress(OSError):
            names.update(name.removesuffix(".py") for name in os.listdir(folder))
    return {name for name in names & sys.stdlib_module_names if not versions.loaded_with_torch(name)}


@contextmanager
def _working_directory(request: RunRequest) -> Iterator[None]:
    """Enter the file's folder or, where that is asked for, an empty one that is removed afterwards."""
    if not request.limits.temporary_directory:
        os.chdir(request.folder or (request.root if request.tests else os.path.dirname(request.path)))
        yield
        return
    folder = os.path.realpath(tempfile.mkdtemp(prefix="autofix-cwd-"))
    try:
        os.chdir(folder)
        yield
    finally:
        os.chdir(os.path.dirname(folder))  # No system removes the folder that a process stands in.
        shutil.rmtree(folder, ignore_errors=True)


def _forget(request: RunRequest) -> None:
    """Drop the user's modules so that the next run imports them afresh; third-party ones stay warm."""
    for name in (*(name for name, _, _ in project_modules(request)), *_namespace_packages(request)):
        del sys.modules[name]


def _namespace_packages(request: RunRequest) -> list[str]:
    """Return the packages of the project that are folders without a file of their own."""
    roots = (request.root, *request.search_paths)
    # The path of a namespace package is worked out anew from its parent's: only those that are new are asked for it.
    new = [name for name in sys.modules if name not in _before[0]]
    modules = ((name, sys.modules[name]) for name in new if getattr(sys.modules[name], "__file__", None) is None)
    return [
        name
        for name, module in modules
        if any(isinstance(path, str) and is_project_file(path, roots) for path in getattr(module, "__path__", ()))
    ]


def project_modules(request: RunRequest) -> list[tuple[str, str, ModuleType]]:
    """Return the name, file and module of each project file that this run imported."""
    roots = (request.root, *request.search_paths)
    names = [name for name in sys.modules if name not in _before[0]]  # A thousand of torch's were there before.
    files = ((name, getattr(sys.modules[name], "__file__", None)) for name in names)
    return [
        (name, path, sys.modules[name])
        for name, path in files
        if isinstance(path, str) and is_project_file(path, roots)
    ]


def is_project_file(path: str, roots: tuple[str, ...]) -> bool:
    if not os.path.isabs(path) or f"{os.sep}site-packages{os.sep}" in path or f"{os.sep}dist-packages{os.sep}" in path:
        return False
    return os.path.abspath(path).startswith(tuple(root.rstrip(os.sep) + os.sep for root in roots))


def is_own_file(request: RunRequest, path: str) -> bool:
    """Return whether a file is of the project of a request."""
    return is_project_file(path, (request.root, *request.search_paths))


def within(request: RunRequest, paths: Iterable[str]) -> list[str]:
    """Return those of the paths that lie in the project."""
    return sorted(path for path in paths if is_own_file(request, path))


def project_files(request: RunRequest) -> list[str]:
    """Return every project file that was imported, the target first."""
    paths = sorted({path for _, path, _ in project_modules(request) if path.endswith(".py")})
    return [request.path, *(path for path in paths if path != request.path)]


def import_target(request: RunRequest) -> ModuleType:
    """Import the whole file as the module it is in its package; raise whatever its code raises."""
    module = _new_module(request)
    assert module.__spec__ is not None
    assert module.__spec__.loader is not None
    module.__spec__.loader.exec_module(module)
    return module


def import_slice(request: RunRequest) -> tuple[ModuleType, list[AbsentRow]]:
    """Import the slice: imports, functions, classes and the assignments they need; return the module
    and what could not be imported.
    """
    module = _new_module(request)
    text = dict(request.texts).get(request.path)
    if text is None:
        with open(request.path, "rb") as file:
            text = importlib.util.decode_source(file.read())
    return module, slicing.execute(text, request.path, module.__dict__, request.model)


def _new_module(request: RunRequest) -> ModuleType:
    name = request.module
    package = name.rpartition(".")[0]
    if package:
        importlib.import_module(package)
    loader = OverlayLoader(name, request.path)
    spec = importlib.util.spec_from_file_location(name, request.path, loader=loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    return module
