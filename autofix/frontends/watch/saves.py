"""Which files were saved since they were last looked at, whether an editor writes into a file or replaces it.

It compares times, sizes and numbers of files; it reads none of them.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

# Some editors remove or empty a file before they write it again; one that stays so longer is meant.
GONE_AFTER_S = 0.5

_Stamp = tuple[int, int, int]


@dataclass
class _Watched:
    """``known`` is what was last told of, ``seen`` what the last look saw, ``since`` from when on."""

    known: _Stamp | None
    seen: _Stamp | None
    since: float = 0.0
    users: set[int] = field(default_factory=set)


class Saves:
    """Files by who uses them; a user is a number, and learns of each save once."""

    def __init__(self) -> None:
        self._files: dict[Path, _Watched] = {}

    def __len__(self) -> int:
        return len(self._files)

    def use(self, user: int, paths: Iterable[Path], since_ns: int) -> None:
        """Replace the files that a user watches; one that was written after ``since_ns`` counts as saved."""
        wanted_paths = frozenset(paths)
        for path in wanted_paths:
            if path not in self._files:
                stamp = _stamp(path)
                is_newer = stamp is not None and stamp[0] > since_ns
                self._files[path] = _Watched(None if is_newer else stamp, stamp)
            self._files[path].users.add(user)
        for path, watched in list(self._files.items()):
            if path not in wanted_paths:
                watched.users.discard(user)
                if not watched.users:
                    del self._files[path]

    def users_of_saved(self) -> set[int]:
        """Return whose files were saved and have come to rest, which takes two looks that see the same."""
        users: set[int] = set()
        now = time.monotonic()
        for path, watched in self._files.items():
            stamp = _stamp(path)
            if stamp != watched.seen:
                watched.seen, watched.since = stamp, now
            elif stamp != watched.known and (_has_content(stamp) or now - watched.since > GONE_AFTER_S):
                watched.known = stamp
                users |= watched.users
        return users


def _has_content(stamp: _Stamp | None) -> bool:
    return stamp is not None and stamp[1] > 0


def _stamp(path: Path) -> _Stamp | None:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
