"""Which system keeps the connections of a run from leaving it, whoever asks: Python, compiled code or a program.

The strongest that there is holds: a network of its own without a way out, else landlock with a filter of system calls,
else that filter; the audit hook of ``network`` holds besides, and alone where the system has none of them. It decides
which one, and what an error that comes from it means.
"""

from __future__ import annotations

import errno
import fcntl
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress

from ..main import wire
from ..run import messages
from . import landlock, namespaces, network, system_calls

_SET_FLAGS, _UP = 0x8914, 0x1 | 0x40  # <linux/sockios.h>, <linux/if.h>
_held: list[str] = [wire.HOOK]  # What holds in this process.
_UNREACHED = (errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH)
# What compiled code says where its connection came to nothing; of the filter and landlock, beside a word of sockets.
_UNREACHED_WORDS = ("Network is unreachable", "Temporary failure in name resolution", "Network unreachable")
_DENIED_WORDS, _OF_SOCKETS = ("Permission denied", "os error 13", "EACCES"), ("connect", "socket", "bind")


def contain(allowed: bool, strongest: str = wire.CONNECTIONS[0]) -> None:
    """Keep this process, which must have one thread, from connections; ``strongest``: what may be used to do so."""
    _held[:] = [wire.ALLOWED if allowed else _contained(strongest)]


def held() -> str:
    """Return what keeps connections from leaving the present run."""
    return _held[-1]


def _contained(strongest: str) -> str:
    ways: dict[str, Callable[[], None]] = {
        wire.NAMESPACE: _enter_own_network,
        wire.LANDLOCK: _refuse_most_and_tcp,
        wire.FILTER: system_calls.install,
    }
    if sys.platform == "linux":
        for name in wire.CONNECTIONS[wire.CONNECTIONS.index(strongest) : wire.CONNECTIONS.index(wire.HOOK)]:
            with suppress(OSError, AttributeError):
                ways[name]()
                return name
    return wire.HOOK


def _enter_own_network() -> None:
    """Enter a network in which this machine is all there is: programs of the run still find each other."""
    namespaces.enter(namespaces.NETWORK)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sH14x", b"lo", _UP))


def _refuse_most_and_tcp() -> None:
    landlock.refuse_connections()
    system_calls.install()


def refusal(error: BaseException) -> tuple[wire.Ending, str] | None:
    """Return the ending, and why in words, of a run whose compiled code could not connect; None for another error."""
    cause = next(filter(_is_of_connection, messages.causes(error)), None)
    if cause is None:
        return None
    words = f"opens a connection ({type(cause).__name__}: {messages.text(cause)})"
    return wire.Ending.REFUSED, network.words_of(words)


def _is_of_connection(error: BaseException) -> bool:
    number = error.errno if isinstance(error, OSError) else None
    message = messages.text(error)
    if held() == wire.NAMESPACE:
        return number in _UNREACHED or any(words in message for words in _UNREACHED_WORDS)
    if held() not in (wire.LANDLOCK, wire.FILTER):
        return False
    if isinstance(error, OSError):
        return number == errno.EACCES and error.filename is None
    is_denied = any(words in message for words in _DENIED_WORDS)
    return is_denied and any(word in message.lower() for word in _OF_SOCKETS)
