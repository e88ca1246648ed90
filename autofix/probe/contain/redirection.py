"""What Python code writes is kept from the disk where no overlay does it: it lands in a shadow, or it is refused.

Stand-ins take the functions' places, and an audit hook refuses the changes that they miss. What compiled code writes
passes both.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch

from . import audit_hook, shadow_files
from .cuda_on_cpu import replacing
from .network import Refused

CHANGE = "the code changes files in a way that cannot be redirected, which a run does not do"
# What the audit hook refuses, by the interpreter's own names for it.
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


@contextmanager
def redirected(data: dict[str, str]) -> Iterator[None]:
    """Have the code inside the block write below a folder that is removed afterwards.

    ``data`` are texts that stand in for files on disk: they are there as if the code had written them.
    """
    audit_hook.listen(("open", *_CHANGES), _audit)
    folder = os.path.realpath(tempfile.mkdtemp(prefix="autofix-shadow-"))
    own_temporary = os.path.join(folder, "tmp")
    os.mkdir(own_temporary)
    for path, text in data.items():
        shadow_files.stand_in(folder, path, text)
    replaced: list[tuple[Any, str, Any]] = [
        (tempfile, "tempdir", own_temporary),
        (torch, "save", _save(torch.save)),
        (torch, "load", _load(torch.load)),
        *shadow_files.STAND_INS,
    ]
    with shadow_files.cast(folder), ExitStack() as stack:
        for owner, name, function in replaced:
            stack.enter_context(replacing(owner, name, function))
        yield


def _save(save: Callable[..., Any]) -> Callable[..., Any]:
    def torch_save(value: Any, f: Any, *args: Any, **kwargs: Any) -> Any:
        return save(value, shadow_files.placed(f, writing=True), *args, **kwargs)

    return torch_save


def _load(load: Callable[..., Any]) -> Callable[..., Any]:
    def torch_load(f: Any, *args: Any, **kwargs: Any) -> Any:
        return load(shadow_files.placed(f), *args, **kwargs)

    return torch_load


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse what no stand-in caught."""
    files = shadow_files.now()
    if files is None:
        return
    if event == "open":
        path, _, flags = arguments
        if flags & shadow_files.WRITING_FLAGS and not files.holds(path):
            raise Refused(CHANGE)
    elif not files.holds(arguments[0]):
        raise Refused(CHANGE)
