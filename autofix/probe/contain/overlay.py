"""A view of the file system for one run: what the run writes, whoever writes it, lands in memory and goes with the run.

The process gets a mount namespace in which every folder that stands for storage is covered by an overlay: what nobody
changed is read through it, and renames, databases and memory maps work as they do without it. Linux only, with the
rights of a superuser or in a user namespace; OSError says where the system refuses. It knows nothing of runs.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Collection, Iterable
from contextlib import suppress

from . import namespaces
from .namespaces import check, libc, mount

_OWN_FOLDERS = 0x200  # <linux/sched.h>
_READ_ONLY, _REMOUNT, _BIND, _RECURSIVE, _PRIVATE = 1, 1 << 5, 1 << 12, 1 << 14, 1 << 18  # <linux/mount.h>
_FLAGS = {"nosuid": 1 << 1, "nodev": 1 << 2, "noexec": 1 << 3, "noatime": 1 << 10, "nodiratime": 1 << 11}
_FLAGS["relatime"] = 1 << 21
# File systems that hold no files of anybody's.
_OF_THE_KERNEL = frozenset(
    (
        *("autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "devtmpfs", "efivarfs"),
        *("fusectl", "hugetlbfs", "mqueue", "nsfs", "proc", "pstore", "rpc_pipefs", "securityfs", "sysfs", "tracefs"),
    )
)
# Where a program that is no installer writes nothing: these are read-only, which is quicker than another overlay.
_OF_THE_SYSTEM = frozenset(("/bin", "/boot", "/etc", "/lib", "/lib32", "/lib64", "/lost+found", "/sbin", "/usr"))
_MOST_FOLDERS = 512  # A folder with other mounts below it is covered entry by entry.
_LAYERS = "layers"


class View:
    """The overlays of this process: ``prepare`` makes a new view and moves the process into it, ``leave`` drops it.

    ``folder`` is the session's: it stays what it is, so that a reply and temporary files written there remain. The
    process must have one thread when this is made.
    """

    def __init__(self, folder: str, most_bytes: int) -> None:
        self.folder = os.path.realpath(folder)
        self._most_bytes = most_bytes
        self._in_user_namespace = namespaces.enter(namespaces.MOUNTS)
        self._is_owner_of_system = not self._in_user_namespace and _has_all_users()
        mount(None, "/", None, _RECURSIVE | _PRIVATE)
        self._base = os.open("/proc/self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
        # Nothing is mounted in this namespace by anybody else, so this is looked at once.
        everywhere = _mounts()
        mounts = {path: entry for path, entry in everywhere.items() if _is_storage(path, *entry)}
        self._folders = [path for path in _folders_to_cover(everywhere, mounts) if path not in _OF_THE_SYSTEM]
        self._others = {path: _flags(options) for path, (_, options) in mounts.items() if path not in self._folders}
        self._layers = self._own = -1
        self._count = 0
        self._below: dict[str, int] = {}  # What an overlay covers, by the folder.

    def prepare(self) -> None:
        """Cover every folder anew; what is written from here on is seen by this process and its children alone."""
        check(libc().unshare(namespaces.MOUNTS), "unshare")
        self._own = os.open(self.folder, os.O_PATH | os.O_CLOEXEC)
        layers = os.path.join(self.folder, _LAYERS)
        with suppress(FileExistsError):  # Where the session's folder is gone by now, it is not made again.
            os.mkdir(layers)
        mount("tmpfs", layers, "tmpfs", 0, f"size={self._most_bytes},mode=700")
        self._layers = os.open(layers, os.O_PATH | os.O_CLOEXEC)
        self._count = 0
        try:
            for path in self._folders:
                self._cover(path, path)
            self._show_own()
            for path, flags in self._others.items():
                mount(None, path, None, _REMOUNT | _BIND | _READ_ONLY | flags)
        finally:
            if not self._in_user_namespace:
                self._forget_lower()
        _enter_again()

    def cover_own(self, paths: Iterable[str]) -> None:
        """Give each path's topmost folder that belongs to this user an overlay of its own.

        In a user namespace a folder above it that is somebody else's cannot be copied into an overlay, which writing
        below it needs.
        """
        if not self._in_user_namespace:
            return
        for path in paths:
            top = _topmost_own(os.path.realpath(path))
            if top is None or top in self._below or _is_within(top, self.folder):
                continue
            above = next(
                (covered for covered in sorted(self._below, key=len, reverse=True) if _is_within(top, covered)), None
            )
            if above is not None:
                self._cover(top, os.path.relpath(top, above), self._below[above])
                if _is_within(self.folder, top):
                    self._show_own()
        _enter_again()

    def leave(self) -> None:
        """Go back to the files as they are; the view is gone when its last process is."""
        self._forget_lower()
        for descriptor in (self._layers, self._own):
            if descriptor >= 0:
                os.close(descriptor)
        self._layers = self._own = -1
        check(libc().unshare(_OWN_FOLDERS), "unshare")  # Threads that a run left share them.
        check(libc().setns(self._base, namespaces.MOUNTS), "setns")

    def _show_own(self) -> None:
        """Show the session's folder as the real one, above what covers it."""
        mount(f"/proc/self/fd/{self._own}", self.folder, None, _BIND)

    def _cover(self, path: str, lower: str, within: int | None = None) -> None:
        try:
            below = os.open(lower, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=within)
        except (FileNotFoundError, NotADirectoryError):  # It went while the others were covered.
            return
        upper, work = f"{self._count}/u", f"{self._count}/w"
        self._count += 1
        os.mkdir(str(self._count - 1), dir_fd=self._layers)
        os.mkdir(work, dir_fd=self._layers)
        os.mkdir(upper, dir_fd=self._layers)
        os.chmod(f"/proc/self/fd/{self._layers}/{upper}", stat.S_IMODE(os.fstat(below).st_mode))
        # Paths by descriptor: commas and colons in a name would end an option.
        layers = f"/proc/self/fd/{self._layers}"
        data = f"lowerdir=/proc/self/fd/{below},upperdir={layers}/{upper},workdir={layers}/{work}"
        try:
            mount("overlay", path, "overlay", 0, data if self._is_owner_of_system else f"{data},userxattr")
        except BaseException:
            os.close(below)
            raise
        self._below[path] = below

    def _forget_lower(self) -> None:
        for descriptor in self._below.values():
            os.close(descriptor)
        self._below.clear()


def _has_all_users() -> bool:
    """Return whether this is the system's own namespace of users, where overlays may use attributes of its own."""
    with open("/proc/self/uid_map", encoding="ascii") as file:
        return file.read().split() == ["0", "0", "4294967295"]


def _mounts() -> dict[str, tuple[str, str]]:
    """Return the type and options of what is mounted, by the path, the topmost mount of each."""
    mounts: dict[str, tuple[str, str]] = {}
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            left, _, right = line.partition(" - ")
            fields = left.split(" ")
            mounts[_unescaped(fields[4])] = (right.split(" ")[0], fields[5])
    return mounts


def _is_storage(path: str, kind: str, options: str) -> bool:
    if kind in _OF_THE_KERNEL or "ro" in options.split(","):
        return False
    return path == "/dev/shm" or not _is_within(path, "/dev")


def _folders_to_cover(everywhere: Collection[str], mounts: Collection[str]) -> Iterable[str]:
    """Yield the largest folders without a mount below them: the system does not allow showing what such
    a mount hides.
    """
    waiting, count = ["/", *(path for path in ("/dev/shm",) if path in mounts)], 0
    while waiting:
        folder = waiting.pop()
        if not any(path != folder and _is_within(path, folder) for path in everywhere):
            count += 1
            if count > _MOST_FOLDERS:
                raise OSError(errno.E2BIG, "too many folders lie beside other mounts")
            yield folder
            continue
        try:
            with os.scandir(folder) as entries:
                inside = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
        except OSError:
            continue
        waiting += [path for path in inside if path not in everywhere or path in mounts]


def _topmost_own(path: str) -> str | None:
    user, current = os.geteuid(), ""
    for part in path.split("/")[1:]:
        current = f"{current}/{part}"
        try:
            status = os.lstat(current)
        except OSError:
            return None
        if status.st_uid == user and stat.S_ISDIR(status.st_mode):
            return current
    return None


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _enter_again() -> None:
    """Enter the working directory by its name again, since it is a place below what is covered until then."""
    try:
        os.chdir(os.getcwd())
    except OSError:
        os.chdir("/")


def _unescaped(path: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        path = path.replace(code, character)
    return path


def _flags(options: str) -> int:
    """Return the flags that a mount has: a namespace of users may not take one away."""
    return sum(_FLAGS.get(option, 0) for option in options.split(","))
