"""While a program is probed, its files, its network and its processes are not wanted.

What Python can redirect is redirected: files opened for writing go to a temporary folder and are read back from there;
connections and new processes are refused. This catches accidents; it is no sandbox.
"""

from __future__ import annotations

import builtins
import io
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch

from .devices import replacing

_WRITES = frozenset("wax+")
REFUSED = "a probe run makes no connections and starts no processes"


class _Files:
    """Where the program's written files really are."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.moved: dict[str, str] = {}
        self._open = io.open

    def place(self, path: Any, *, writing: bool) -> Any:
        """The path to use instead: the redirected copy if there is one, a new one where the program writes."""
        if not isinstance(path, (str, bytes, os.PathLike)):
            return path
        name = os.path.abspath(os.fsdecode(os.fspath(path)))
        if name not in self.moved and writing and not name.startswith(tempfile.gettempdir() + os.sep):
            if name == os.devnull:
                return path
            copy = os.path.join(self.folder, f"{len(self.moved)}-{os.path.basename(name)}")
            if os.path.isfile(name):
                shutil.copyfile(name, copy)
            self.moved[name] = copy
        return self.moved.get(name, path)

    def open(self, file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        return self._open(self.place(file, writing=bool(_WRITES & set(mode))), mode, *args, **kwargs)

    def save(self, save: Any) -> Any:
        def torch_save(value: Any, f: Any, *args: Any, **kwargs: Any) -> Any:
            return save(value, self.place(f, writing=True), *args, **kwargs)

        return torch_save

    def load(self, load: Any) -> Any:
        def torch_load(f: Any, *args: Any, **kwargs: Any) -> Any:
            return load(self.place(f, writing=False), *args, **kwargs)

        return torch_load

    def make_folder(self, path: Any, *args: Any, **kwargs: Any) -> None:
        """A folder the program makes exists only in its mind: files in it are redirected one by one."""


def _refuse(*args: Any, **kwargs: Any) -> Any:
    raise PermissionError(REFUSED)


@contextmanager
def contained() -> Iterator[None]:
    """Redirect and refuse inside the block; the interpreter is as it was afterwards."""
    folder = tempfile.mkdtemp(prefix="autofix-script-")
    files = _Files(folder)
    replaced: list[tuple[Any, str, Any]] = [
        (builtins, "open", files.open),
        (io, "open", files.open),
        (torch, "save", files.save(torch.save)),
        (torch, "load", files.load(torch.load)),
        (os, "mkdir", files.make_folder),
        (os, "makedirs", files.make_folder),
        (os, "system", _refuse),
        (subprocess, "Popen", _refuse),
        (socket.socket, "connect", _refuse),
    ]
    before = os.environ.get("MPLBACKEND")
    os.environ["MPLBACKEND"] = "Agg"
    try:
        with ExitStack() as stack:
            for owner, name, stand_in in replaced:
                stack.enter_context(replacing(owner, name, stand_in))
            yield
    finally:
        if before is None:
            os.environ.pop("MPLBACKEND", None)
        else:
            os.environ["MPLBACKEND"] = before
        shutil.rmtree(folder, ignore_errors=True)
