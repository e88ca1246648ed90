"""Which data files of the project a run opens: its result depends on what is in them, or on their absence.

It watches through an audit hook, so whoever opens them in Python is seen; what a library opens in C is not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import audit_hook

_CODE = (".py", ".pyc", ".pyi", ".so", ".pth")
_WRITING = os.O_WRONLY | os.O_RDWR
MAX_FILES = 500
_seen: list[dict[str, None]] = []  # One while somebody watches.


@contextmanager
def watched() -> Iterator[dict[str, None]]:
    """Yield the absolute paths, in order, of the files that are opened to be read inside the block."""
    audit_hook.listen(("open",), _audit)
    _seen[:] = [{}]
    try:
        yield _seen[0]
    finally:
        _seen.clear()


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if not _seen:
        return
    path, _, flags = arguments
    if isinstance(path, (str, bytes)) and not flags & _WRITING and len(_seen[0]) < MAX_FILES:
        name = os.fsdecode(path)
        if not name.endswith(_CODE):
            _seen[0][os.path.abspath(name)] = None
