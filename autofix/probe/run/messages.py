"""What an exception says, without what is another in every process: addresses of objects, names of temporary folders.

Equal runs have equal replies by it. It changes words alone, and no others.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator

LONGEST = 4000


def _session_folder() -> str:
    """Return the folder that goes with the session: user code has a part of it for what is temporary."""
    folder = tempfile.gettempdir()
    above = os.path.dirname(folder)
    return above if os.path.basename(above).startswith("autofix-") else folder


FOLDER = _session_folder()  # Whatever user code makes of it later.
# How Python and torch tell of an object that has no better words: ``<__main__.Net object at 0x7f2b8c>``.
_ADDRESS = re.compile(r"(?<= at )0x[0-9a-fA-F]+")


def text(error: BaseException) -> str:
    """Return what ``error`` says, its type where that raises."""
    try:
        return steady(str(error))
    except Exception:
        return type(error).__name__


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error itself, then what it was raised from or while, each once."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def first_line(error: BaseException) -> str:
    return (text(error).strip().splitlines() or [type(error).__name__])[0][:200]


def steady(message: str, folder: str = FOLDER) -> str:
    """Return ``message`` with dots, or with the path that the user knows, for what differs from process to process."""
    message = _ADDRESS.sub("0x...", message[: 2 * LONGEST])
    if os.path.basename(folder) in message:
        message = _below(folder).sub(_known, message)
    return message[:LONGEST]


def _below(folder: str) -> re.Pattern[str]:
    """Return a pattern for a path in the session's folder: what a program wrote stands under ``shadow``
    by its own path, and files without a given name are called by ``tempfile``.
    """
    systems = "|".join(re.escape(os.path.dirname(path)) for path in {folder: 0, os.path.realpath(folder): 0})
    slash, end = r"[/\\]", "(?![a-z0-9_])"
    program = f"{slash}autofix-shadow-[a-z0-9_]{{8}}(?:{slash}tmp{end}|(?P<shadow>{slash}shadow(?={slash})))?"
    unnamed = f"(?P<unnamed>{slash}tmp)[a-z0-9_]{{8}}{end}"
    own = f"(?P<system>{systems}){slash}{re.escape(os.path.basename(folder))}{end}(?:{slash}tmp{end})?"
    return re.compile(f"{own}(?:{program})?(?:{unnamed})?")


def _known(match: re.Match[str]) -> str:
    if match["shadow"]:
        return ""
    return match["system"] + (f"{match['unnamed']}..." if match["unnamed"] else "")
