"""Move this process into namespaces of its own: mounts, a network; what it forks into one of processes. Linux only.

OSError says where the system refuses.
"""

from __future__ import annotations

import ctypes
import os
from functools import lru_cache

MOUNTS, NETWORK, PROCESSES, _USERS = 0x20000, 0x40000000, 0x20000000, 0x10000000  # <linux/sched.h>
_of_users: list[bool] = []  # Whether this process, or one that forked it, has entered one of users.


@lru_cache(maxsize=1)
def libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def check(result: int, action: str) -> int:
    """Return the result of a call of the system; raise OSError for one that says that it failed."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{action}: {os.strerror(number)}")
    return result


def enter(kind: int) -> bool:
    """Move this process, which must have one thread, into a namespace; whether it lives in one of users of ours now."""
    if libc().unshare(kind) == 0:
        return bool(_of_users)
    user, group = os.geteuid(), os.getegid()
    check(libc().unshare(kind | _USERS), "unshare")
    for name, words in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(words)
    _of_users[:] = [True]
    return True


def mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    words = [None if word is None else os.fsencode(word) for word in (source, target, kind)]
    options = None if data is None else os.fsencode(data)
    check(libc().mount(*words, ctypes.c_ulong(flags), options), f"mount {kind or 'again'} at {target}")
