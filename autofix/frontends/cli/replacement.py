"""A new text that lies ready beside the file it will replace, with everything else that the file is known by.

What cannot be kept (another owner, other names, attributes) is a reason to refuse the file. When it is written is for
``atomic_write``.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import signal
import stat
import time
from dataclasses import dataclass
from pathlib import Path

from autofix.records.errors import ConflictError
from autofix.system import exchange, regular_files

SUFFIX = ".autofix"
MAX_BYTES = 1 << 30
WRITERS_SECONDS = 2.0
_ACL = "system.posix_acl_access"


class SavedMeanwhileError(Exception):
    """Somebody saved the file in between; it is as they saved it."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """The new bytes of ``path`` lie at ``beside`` until they are exchanged, then the old ones do."""

    path: Path
    beside: Path
    before: bytes
    after: bytes

    def prepare(self) -> None:
        """Write the new bytes to disk; raise OSError or ConflictError where that cannot be done as they have to be."""
        write_new(self.beside, self.after, self.path)

    def put(self) -> None:
        """Put the new file in place of the old; raise SavedMeanwhileError where that was not the one that was read."""
        if not exchange.exchange(self.beside, self.path):
            self._put_without_exchange()
            return
        if self.beside.is_symlink() or not _is_left_alone(self.beside) or not self._holds(self.beside, self.before):
            exchange.exchange(self.beside, self.path)
            self._keep_what_came(self.after)
            raise SavedMeanwhileError

    def take_back(self) -> None:
        """Put the old file back, unless somebody has saved on top of the new one."""
        if exchange.exchange(self.beside, self.path):
            if not self._holds(self.beside, self.after):
                exchange.exchange(self.beside, self.path)
        elif self._holds(self.path, self.after):
            self.beside.replace(self.path)

    def clean(self) -> None:
        """Remove what is left beside the file, unless it holds what nobody else has."""
        if self._holds(self.beside, self.before) or self._holds(self.beside, self.after):
            self.beside.unlink(missing_ok=True)
        if self._holds(older(self.beside), self.before):
            older(self.beside).unlink(missing_ok=True)

    def _put_without_exchange(self) -> None:
        """Compare at the last moment, and keep a name of the old file to look at it afterwards."""
        old = older(self.beside)
        if not self._holds(self.path, self.before):
            raise SavedMeanwhileError
        try:
            os.link(self.path, old)
        except (OSError, AttributeError, NotImplementedError):  # No such names here: the old text once more.
            write_new(old, self.before, self.path)
        self.beside.replace(self.path)
        old.replace(self.beside)
        if not self._holds(self.beside, self.before):
            self.beside.replace(self.path)
            raise SavedMeanwhileError

    def _keep_what_came(self, ours: bytes) -> None:
        """Undo the undoing where a save came between both: what was saved last is the file."""
        if not self._holds(self.beside, ours):
            exchange.exchange(self.beside, self.path)

    @staticmethod
    def _holds(path: Path, data: bytes) -> bool:
        try:
            return not path.is_symlink() and regular_files.read(path, len(data) + 1) == data
        except OSError:
            return False


def planned(path: Path, before: bytes, after: bytes) -> Replacement:
    """Return a replacement that nothing has been done for; raise ConflictError for a file with other names."""
    status = path.stat()
    if status.st_nlink > 1:
        raise ConflictError(
            f"{path} has {status.st_nlink} names (hard links), and only this one would change; "
            "write the patch to a file and apply it by hand; nothing was written"
        )
    return Replacement(path, beside(path), before, after)


def beside(path: Path) -> Path:
    """Return a name in the same folder that nobody has, short whatever the file's own is."""
    return path.with_name(f".{secrets.token_hex(8)}{SUFFIX}")


def older(beside: Path) -> Path:
    """Return the name of the old file where it lies beside a new one that has not taken its place yet."""
    return beside.with_name(f"{beside.name.removesuffix(SUFFIX)}-{SUFFIX}")


def write_new(name: Path, data: bytes, like: Path) -> None:
    """Write a synced file that is to stand for ``like``, with its owner, mode and attributes."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(name, flags, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        _adopt(name, like)
    except BaseException:
        name.unlink(missing_ok=True)
        raise


def _adopt(name: Path, like: Path) -> None:
    status = like.stat()
    _adopt_owner(name, like, status)
    extra, own = attributes_of(name), attributes_of(like)
    for attribute in extra.keys() - own.keys():  # A folder may hand a list of rights down to its new files.
        with contextlib.suppress(OSError):
            os.removexattr(name, attribute)
    name.chmod(stat.S_IMODE(status.st_mode))
    for attribute, value in own.items():
        if extra.get(attribute) == value and attribute != _ACL:
            continue
        try:
            os.setxattr(name, attribute, value)
        except OSError as error:
            raise ConflictError(
                f"{like} has an attribute that cannot be kept ({attribute}: {error.strerror}); nothing was written"
            ) from error


def _adopt_owner(name: Path, like: Path, status: os.stat_result) -> None:
    current = name.stat()
    if not hasattr(os, "chown") or (current.st_uid, current.st_gid) == (status.st_uid, status.st_gid):
        return
    try:
        os.chown(name, status.st_uid, status.st_gid)
    except OSError as error:
        whose = "user" if current.st_uid != status.st_uid else "group"
        raise ConflictError(
            f"{like} belongs to another {whose}, which a new file cannot be given; nothing was written"
        ) from error


def attributes_of(path: Path) -> dict[str, bytes]:
    if not hasattr(os, "listxattr"):
        return {}
    try:
        return {name: os.getxattr(path, name) for name in os.listxattr(path)}
    except OSError as error:
        if error.errno in {errno.ENOTSUP, errno.ENODATA}:
            return {}
        raise


def _is_left_alone(path: Path) -> bool:
    """Return whether nobody has the file open to write it, so that nothing more comes; True where it cannot be told.

    A program that began to save before the exchange writes into what is the old file by now.
    """
    try:
        import fcntl

        lease, shared, none = fcntl.F_SETLEASE, fcntl.F_RDLCK, fcntl.F_UNLCK
        signal.signal(signal.SIGIO, signal.SIG_IGN)  # It tells the end of a lease, and ends who does not expect it.
    except (ImportError, AttributeError, ValueError):
        return True
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        deadline = time.monotonic() + WRITERS_SECONDS
        while time.monotonic() < deadline:
            try:
                fcntl.fcntl(descriptor, lease, shared)
            except OSError as error:
                if error.errno not in {errno.EAGAIN, errno.EACCES}:
                    return True
                time.sleep(0.01)
                continue
            fcntl.fcntl(descriptor, lease, none)
            return True
        return False
    finally:
        os.close(descriptor)
