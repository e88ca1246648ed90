"""Replace files on disk: all of a patch or nothing of it, never half a file, and never a save of somebody else's.

It does not decide what is written; a front-end has asked the user for that.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import stat
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

from autofix.frontends.cli import replacement, write_journal
from autofix.frontends.cli.replacement import Replacement, SavedMeanwhileError
from autofix.patch.unified_diff import FileChange
from autofix.records.errors import ConflictError
from autofix.system import exchange, regular_files
from autofix.system.project_paths import linked, within

READER_SECONDS = 2.0
_ENDING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGPIPE")


def write(changes: Sequence[FileChange], root: Path) -> None:
    """Write every change below ``root``.

    Raises ConflictError, with every file as it was, if one changed since it was analysed or cannot be written.
    """
    # A link is followed, so that its target changes instead of the link becoming a file.
    paths = [_real(change, root) for change in changes]
    for change, path in zip(changes, paths, strict=True):
        _check(change, path)
    _in_own_process(lambda: _write_all(changes, paths))


def write_file(path: Path, data: bytes) -> None:
    """Create or replace one file of ours, such as the patch of ``--output``.

    Raises ConflictError if its folder is missing or it cannot be written.
    """
    try:
        is_device = path.exists() and not path.is_file()
        if is_device or (path.is_absolute() and path.parts[1:2] in {("dev",), ("proc",)}):
            # A device or a pipe (/dev/stdout, a process substitution) cannot be replaced, only written to.
            _write_through(path, data)
            return
    except OSError as error:
        raise ConflictError(f"cannot write {path}: {error.strerror}") from error
    if link := linked(path):
        raise ConflictError(f"cannot write {path}: {link} is a link; name the file that it leads to")
    _in_own_process(lambda: _write_one(path, data))


def _write_one(path: Path, data: bytes) -> None:
    beside = replacement.beside(path)
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(descriptor)
                if path.exists():
                    with contextlib.suppress(OSError):
                        beside.chmod(stat.S_IMODE(path.stat().st_mode))
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise ConflictError(f"cannot write {path}: {error.strerror}") from error


def _write_through(path: Path, data: bytes) -> None:
    """Write to a device or a pipe; a pipe that nobody reads is an error, and not waited for."""
    deadline = time.monotonic() + READER_SECONDS
    while True:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC | getattr(os, "O_NONBLOCK", 0))
            break
        except OSError as error:
            if error.errno != errno.ENXIO or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
    if hasattr(os, "set_blocking"):
        os.set_blocking(descriptor, True)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)


def _in_own_process(action: Callable[[], None]) -> None:
    """Do something in a process that does not end with this one, so that it is done whole or not at all.

    Raises ConflictError as ``action`` does.
    """
    exchange.prepare()
    if not hasattr(os, "fork"):
        action()
        return
    read_end, write_end = os.pipe()
    with warnings.catch_warnings():  # Later Pythons warn of threads, of which the child needs none.
        warnings.simplefilter("ignore")
        pid = os.fork()
    if pid == 0:
        _act(action, write_end)
    os.close(write_end)
    answer, is_interrupted = _answer(read_end, pid)
    if not answer:
        write_journal.recover()
        raise ConflictError("the process that writes was killed; run again; nothing was written")
    if answer != _DONE:
        raise ConflictError(answer.decode("utf-8", "surrogatepass"))
    if is_interrupted:
        raise KeyboardInterrupt


_DONE = b"\0"


def _act(action: Callable[[], None], write_end: int) -> None:
    answer = _DONE
    try:
        with contextlib.suppress(OSError):
            os.setsid()
        for name in _ENDING:
            signal.signal(getattr(signal, name), signal.SIG_IGN)
        action()
    except ConflictError as error:
        answer = str(error).encode("utf-8", "surrogatepass")
    except BaseException as error:
        answer = f"cannot write: {type(error).__name__}: {error}; nothing was written".encode("utf-8", "surrogatepass")
    finally:
        with contextlib.suppress(OSError):
            os.write(write_end, answer)
        os._exit(0)


def _answer(read_end: int, pid: int) -> tuple[bytes, bool]:
    """Return what the process answers, and whether somebody wanted to interrupt it meanwhile."""
    answer, is_interrupted, is_over = b"", False, False
    while not is_over:
        try:
            data = os.read(read_end, 1 << 16)
            answer += data
            is_over = not data
        except KeyboardInterrupt:
            is_interrupted = True
    os.close(read_end)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)
    return answer, is_interrupted


def _real(change: FileChange, root: Path) -> Path:
    """Return the real path of a changed file; raise ConflictError where a link now leads out of the project root."""
    inside = within(root / change.path, root)
    if inside is None:
        raise ConflictError(f"{change.path} leads out of the project root {root}; nothing was written")
    return Path(os.path.realpath(root / change.path))


def _check(change: FileChange, path: Path) -> None:
    try:
        content = regular_files.read(path, len(change.before) + replacement.MAX_BYTES)
    except OSError as error:
        raise ConflictError(f"cannot read {change.path} again: {error.strerror}; nothing was written") from error
    if content != change.before:
        raise ConflictError(f"{change.path} changed on disk since it was analysed; run again; nothing was written")
    # The system is asked, not the mode: copies of read-only originals are a superuser's to write.
    if not os.access(path, os.W_OK):
        raise ConflictError(f"{change.path} is read-only; make it writable and run again; nothing was written")


def _write_all(changes: Sequence[FileChange], paths: Sequence[Path]) -> None:
    """Write the new texts to disk before anything is replaced, so that undoing needs no space and no writing."""
    ready: list[Replacement] = []
    try:
        for change, path in zip(changes, paths, strict=True):
            ready.append(replacement.planned(path, change.before, change.after))
        with write_journal.noted(ready):
            for each in ready:
                each.prepare()
            _put_all(ready)
            for each in ready:
                each.clean()
    except OSError as error:
        raise ConflictError(f"cannot write {error.filename}: {error.strerror}; nothing was written") from error
    finally:
        for each in ready:
            each.clean()


def _put_all(ready: Sequence[Replacement]) -> None:
    done: list[Replacement] = []
    for each in ready:
        try:
            each.put()
        except BaseException as error:
            for earlier in reversed(done):
                earlier.take_back()
            if isinstance(error, SavedMeanwhileError):
                raise ConflictError(
                    f"{each.path} was saved while it was to be written; run again; nothing was written"
                ) from None
            raise
        done.append(each)
