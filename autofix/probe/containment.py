"""While a program is probed, its files and its processes are not wanted.

What Python can redirect is redirected: the program's writes land in a folder of ours, and it reads them back from
there. The rest (processes, other changes of files) is refused by name or by an audit hook; connections are for
``network``. This catches accidents; it is no sandbox.
"""

from __future__ import annotations

import builtins
import multiprocessing.process
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch

from . import hook, shadow
from .devices import replacing
from .network import Refused

PROCESS = "the program starts another process, which a probe run does not do"
CHANGE = "the program changes files in a way that cannot be redirected, which a probe run does not do"
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
_CHANGES = (
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.symlink",
    "os.link",
    "os.truncate",
    "os.chmod",
    "os.chown",
)


class Asked(EOFError):
    """The program waits for a line from the keyboard."""


def _save(save: Callable[..., Any]) -> Callable[..., Any]:
    def torch_save(value: Any, f: Any, *args: Any, **kwargs: Any) -> Any:
        return save(value, shadow.placed(f, writing=True), *args, **kwargs)

    return torch_save


def _load(load: Callable[..., Any]) -> Callable[..., Any]:
    def torch_load(f: Any, *args: Any, **kwargs: Any) -> Any:
        return load(shadow.placed(f), *args, **kwargs)

    return torch_load


def _input(prompt: object = "") -> str:
    raise Asked(f"the program asks for input ({str(prompt).strip()!r})" if prompt else "the program asks for input")


def _no_process(*args: Any, **kwargs: Any) -> None:
    raise Refused(PROCESS)


def _sleep(seconds: float) -> None:
    """A pause shows nothing."""
    del seconds


def _uncompiled(model: Any = None, **kwargs: Any) -> Any:
    """``torch.compile(model)`` and ``@torch.compile(...)``: a compiler's time shows no shapes."""
    del kwargs
    return _uncompiled if model is None else model


# -- what nothing above caught ---------------------------------------------------------------------------------------


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    files = shadow.now()
    if files is None:
        return
    if event in _PROCESSES:
        raise Refused(PROCESS)
    if event == "open":
        path, _, flags = arguments
        if flags & shadow.WRITING_FLAGS and not files.holds(path):
            raise Refused(CHANGE)
    elif event in _CHANGES and not files.holds(arguments[0]):
        raise Refused(CHANGE)


@contextmanager
def contained(data: dict[str, str]) -> Iterator[None]:
    """Redirect and refuse inside the block; the interpreter is as it was afterwards.

    ``data`` are texts that stand in for files on disk: they are there as if the program had written them.
    """
    hook.listen(("open", *_PROCESSES, *_CHANGES), _audit)
    folder = os.path.realpath(tempfile.mkdtemp(prefix="autofix-script-"))
    own_temporary = os.path.join(folder, "tmp")
    os.mkdir(own_temporary)
    for path, text in data.items():
        shadow.stand_in(folder, path, text)
    replaced: list[tuple[Any, str, Any]] = [
        (builtins, "input", _input),
        (time, "sleep", _sleep),
        (tempfile, "tempdir", own_temporary),
        (torch, "save", _save(torch.save)),
        (torch, "load", _load(torch.load)),
        (torch, "compile", _uncompiled),
        (torch.nn.Module, "compile", lambda module, *args, **kwargs: None),
        (multiprocessing.process.BaseProcess, "start", _no_process),
        *shadow.STAND_INS,
    ]
    before = os.environ.get("MPLBACKEND")
    os.environ["MPLBACKEND"] = "Agg"
    try:
        with shadow.cast(folder), ExitStack() as stack:
            for owner, name, stand_in in replaced:
                stack.enter_context(replacing(owner, name, stand_in))
            yield
    finally:
        if before is None:
            os.environ.pop("MPLBACKEND", None)
        else:
            os.environ["MPLBACKEND"] = before
