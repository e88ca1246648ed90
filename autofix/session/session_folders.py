"""The folders of sessions: each says whose it is, and those whose owner is gone are removed by the next session.

What ends a process without a word (SIGKILL, no power) lets it remove nothing. The others of its session do that where
they can; this is for what is left where none of them could.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
import time
from pathlib import Path

from autofix.records.errors import ProbeError
from autofix.session import orphans

PREFIX = "autofix-"
_OWNER = "owner"
_MOST_SECONDS = 5.0  # A busy machine takes its time to end what was killed.
_YOUNG_SECONDS = 30.0  # One that young may still wait for its first line.


def create(prefix: str = PREFIX) -> Path:
    """Make a folder of this process among the temporary files, after those whose owner is gone were removed."""
    try:
        _sweep(Path(tempfile.gettempdir()))
        folder = Path(tempfile.mkdtemp(prefix=prefix))
        (folder / _OWNER).write_text(f"{os.getpid()} {_processes()}", "utf-8")
    except OSError as error:
        raise ProbeError(f"cannot make a temporary folder: {error.strerror}; set TMPDIR to one") from error
    return folder


def remove(folder: Path) -> None:
    """Remove the folder, though a signal comes while it does; the next one ends the process."""
    try:
        _remove(folder)
    except BaseException:
        _remove(folder)
        raise


def _remove(folder: Path) -> None:
    """Try until nothing is left, since a worker that was just killed may still have been making a file."""
    deadline = time.monotonic() + _MOST_SECONDS
    while folder.exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.01 * folder.exists())


def remove_if_empty(folder: Path) -> None:
    """Remove a folder in which nothing is but the note of whose it is."""
    with contextlib.suppress(OSError):
        if os.listdir(folder) == [_OWNER]:  # noqa: PTH208  # Names are enough.
            (folder / _OWNER).unlink()
        folder.rmdir()


def _sweep(above: Path) -> None:
    """Remove the folders of this user whose owner ran among the processes that we can see, and runs no more."""
    with contextlib.suppress(OSError), os.scandir(above) as entries:
        for entry in entries:
            if entry.name.startswith(PREFIX) and _is_left(entry):
                shutil.rmtree(entry.path, ignore_errors=True)


def _is_left(entry: os.DirEntry[str]) -> bool:
    with contextlib.suppress(OSError, ValueError):
        facts = entry.stat(follow_symlinks=False)
        is_ours = not hasattr(os, "getuid") or facts.st_uid == os.getuid()
        if not is_ours or not stat.S_ISDIR(facts.st_mode) or time.time() - facts.st_mtime < _YOUNG_SECONDS:
            return False
        if not os.listdir(entry.path):  # noqa: PTH208  # Whoever made it was killed before it could say so.
            return True
        process, processes = (Path(entry.path) / _OWNER).read_text("utf-8").split()
        return processes == _processes() and not orphans.is_alive(int(process))
    return False


def _processes() -> str:
    """Return what names the processes that we can see: those of another container have the same numbers."""
    with contextlib.suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot}-{os.stat('/proc/self/ns/pid').st_ino}"  # noqa: PTH116  # Path.stat says the same, longer.
    return "here"
