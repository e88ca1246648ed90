"""A filter of the system's calls: what may open the internet besides TCP is refused, whoever calls.

Sockets of Unix, of the kernel (netlink) and of TCP stay, as do those that only listen. A filter cannot read an address,
so whether TCP may connect is for others. Linux with seccomp, without rights; it binds compiled code and children.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from .namespaces import check, libc

_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2  # <linux/prctl.h>, <linux/seccomp.h>
_LOAD, _AND, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06  # <linux/bpf_common.h>
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000
_NUMBER, _PROCESSOR, _ARGUMENTS = 0, 4, 16  # In ``struct seccomp_data``; the processors here have the low half first.
_FAST_OPEN = 0x20000000  # A message that connects on its way.
_KIND_OF_SOCKET = 0xF  # Without its flags.
_TCP = (0, socket.IPPROTO_TCP)
_FAMILIES_OF_THE_MACHINE = (socket.AF_UNIX, getattr(socket, "AF_NETLINK", 16))
_INTERNET = (socket.AF_INET, socket.AF_INET6)


@dataclass(frozen=True)
class _Calls:
    """A processor's own number for itself, and for the calls; ``odd`` are numbers that another interface has."""

    processor: int
    socket: int
    sendto: int
    sendmsg: int
    sendmmsg: int
    io_uring_setup: int = 425
    odd: int = 0x40000000


_CALLS = {
    "x86_64": _Calls(0xC000003E, socket=41, sendto=44, sendmsg=46, sendmmsg=307),
    "aarch64": _Calls(0xC00000B7, socket=198, sendto=206, sendmsg=211, sendmmsg=269),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def install() -> None:
    """Refuse the calls to this process, for good; raises OSError where the system has no such filter."""
    calls = _CALLS.get(platform.machine())
    if calls is None:
        raise OSError(errno.ENOSYS, f"seccomp: {os.strerror(errno.ENOSYS)}")
    text = b"".join(_instructions(calls))
    program = _Program(len(text) // 8, text)
    check(libc().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "seccomp")
    check(libc().prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0), "seccomp")


def _instructions(calls: _Calls) -> Iterator[bytes]:
    """Yield the filter. Each block begins with what skips it, and ends with an answer."""
    unknown, refused = _answer(errno.ENOSYS), _answer(errno.EACCES)
    yield _load(_PROCESSOR) + _unless(_IF_EQUAL, calls.processor, unknown, negated=True)
    yield _load(_NUMBER) + _unless(_IF_AT_LEAST, calls.odd, unknown)
    yield _unless(_IF_EQUAL, calls.io_uring_setup, unknown)  # It makes calls that no filter sees.
    for number, argument in ((calls.sendto, 3), (calls.sendmsg, 2), (calls.sendmmsg, 3)):
        flags = _argument(argument) + _unless(_IF_ANY, _FAST_OPEN, refused) + _answer()
        yield _unless(_IF_EQUAL, number, flags)
    yield _unless(_IF_EQUAL, calls.socket, b"".join(_of_sockets(refused)))
    yield _answer()


def _of_sockets(refused: bytes) -> Iterator[bytes]:
    yield _argument(0)
    for family in _FAMILIES_OF_THE_MACHINE:
        yield _unless(_IF_EQUAL, family, _answer())
    by_kind = _argument(1) + struct.pack("=HBBI", _AND, 0, 0, _KIND_OF_SOCKET)
    by_kind += _unless(_IF_EQUAL, socket.SOCK_STREAM, refused, negated=True)
    by_kind += _argument(2) + b"".join(_unless(_IF_EQUAL, protocol, _answer()) for protocol in _TCP) + refused
    for family in _INTERNET:
        yield _unless(_IF_EQUAL, family, by_kind)
    yield refused


def _unless(test: int, value: int, block: bytes, *, negated: bool = False) -> bytes:
    """Return a block behind a test: it is skipped where what was loaded fails the test, or passes it if ``negated``."""
    length = len(block) // 8
    return struct.pack("=HBBI", test, length if negated else 0, 0 if negated else length, value) + block


def _load(offset: int) -> bytes:
    return struct.pack("=HBBI", _LOAD, 0, 0, offset)


def _argument(index: int) -> bytes:
    return _load(_ARGUMENTS + 8 * index)


def _answer(number: int = 0) -> bytes:
    """Return what lets a call be made, or lets it fail with an error."""
    return struct.pack("=HBBI", _RETURN, 0, 0, _FAIL | number if number else _ALLOW)
