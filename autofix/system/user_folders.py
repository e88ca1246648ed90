"""Where this system keeps what belongs to a user alone, and folders of ours there that nobody else can have made.

Plain code for a few rules, as the start of a command has no time for a library. What is kept there is not its concern.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import stat
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

_NAME = "autofix"
_SECRET = "secret"
_SECRET_BYTES = 32
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def cache(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Return the folder for what may be deleted at any time; raise OSError where the user has no home."""
    if platform == "win32":
        return _home(environment, "LOCALAPPDATA", "AppData/Local") / _NAME / "Cache"
    if platform == "darwin":
        return _home(environment, "", "Library/Caches") / _NAME
    return _home(environment, "XDG_CACHE_HOME", ".cache") / _NAME


def state(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Return the folder for what has to outlive a run; raise OSError where the user has no home."""
    if platform == "win32":
        return _home(environment, "LOCALAPPDATA", "AppData/Local") / _NAME
    if platform == "darwin":
        return _home(environment, "", "Library/Application Support") / _NAME
    return _home(environment, "XDG_STATE_HOME", ".local/state") / _NAME


def of_project(root: Path) -> str:
    """Return the name that the folder of a project has in ours: its own, for people, and a hash of where it lies."""
    real = os.fsencode(os.path.realpath(root))
    plain = "".join(character for character in root.name if character.isascii() and character.isalnum())[:32]
    return f"{plain or 'project'}-{hashlib.sha256(real).hexdigest()[:20]}"


def make(folder: Path, top: Path, *, is_ours: bool = True) -> Path:
    """Make a folder and those between it and ``top``, for this user alone, and return it.

    Raises OSError where one of them is a link or, if they are to be ours, belongs to somebody else.
    """
    top.parent.mkdir(parents=True, exist_ok=True)
    inner = folder.relative_to(top).parts
    for count in range(len(inner) + 1):
        current = top.joinpath(*inner[:count])
        try:
            current.mkdir(mode=0o700)
        except FileExistsError:
            _check(current, current.lstat(), stat.S_ISDIR, is_ours=is_ours)
    return folder


def check_file(path: Path) -> None:
    """Raise OSError where a file of ours is a link, none at all, or has another name as well."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    _check(path, status, stat.S_ISREG, is_ours=False)
    if status.st_nlink > 1:
        raise OSError(errno.EMLINK, "it has other names as well", str(path))


def secret() -> bytes:
    """Return the bytes that only this user's programs know; new ones for this process where they cannot be kept."""
    try:
        folder = make(state(), state())
        return _kept(folder / _SECRET)
    except OSError:
        return secrets.token_bytes(_SECRET_BYTES)


def _kept(path: Path) -> bytes:
    for _ in range(2):
        try:
            descriptor = os.open(path, os.O_RDONLY | _NO_LINK)
        except FileNotFoundError:
            _write_first(path)
            continue
        with os.fdopen(descriptor, "rb") as file:
            _check(path, os.fstat(descriptor), stat.S_ISREG)
            known = file.read(_SECRET_BYTES)
        if len(known) == _SECRET_BYTES:
            return known
        path.unlink()
    raise OSError(errno.EIO, "it cannot be kept", str(path))


def _write_first(path: Path) -> None:
    """Write new bytes under the name, whole or not at all; who was first stays."""
    fresh = path.with_name(f"{_SECRET}-{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_SECRET_BYTES))
        if not path.exists():
            fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _home(environment: Mapping[str, str], variable: str, below: str) -> Path:
    stated = Path(environment.get(variable, "")) if variable else Path()
    if stated.is_absolute():  # The specification ignores any other.
        return stated
    try:
        home = Path(environment["HOME"]) if environment.get("HOME") else Path.home()
    except RuntimeError as error:
        raise OSError(errno.ENOENT, "this user has no home folder") from error
    if not home.is_absolute():
        raise OSError(errno.ENOENT, "the home folder is no absolute path", str(home))
    return home / below


def _check(path: Path, status: os.stat_result, is_kind: Callable[[int], bool], *, is_ours: bool = True) -> None:
    if not is_kind(status.st_mode):
        raise OSError(errno.ELOOP, "it is a link, or no file of ours", str(path))
    if is_ours and hasattr(os, "getuid") and status.st_uid != os.getuid():
        raise OSError(errno.EPERM, "it belongs to another user", str(path))
