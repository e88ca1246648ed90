"""The network is refused while user code runs, unless the user allowed it.

An audit hook sees what Python's ``socket`` does; compiled code that opens sockets by itself, and programs that user
code starts, are not seen. Local means of talking (pipes, Unix sockets, socket pairs) are left alone, since data loaders
use them. An address of this machine is refused like any other: a proxy or a service there acts for others.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import audit_hook

ADVICE = "pass --allow-network if it has to"
MOST = 8  # Of the refusals that a reply names.
_LOCAL = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost"})
_CONNECTIONS = ("socket.connect", "socket.sendto", "socket.sendmsg")
_LOOKUPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo")
_EVENTS = (*_CONNECTIONS, *_LOOKUPS, "socket.bind", "urllib.Request")

_runs: list[list[str]] = []  # What was refused to the run that may not; none while nobody is watched.


class Refused(PermissionError):
    """User code asked for something that a run does not do."""


@contextmanager
def refused(allowed: bool) -> Iterator[list[str]]:
    """Have connections inside the block raise ``Refused``; yield a list of them, since user code may hide the error."""
    refusals: list[str] = []
    if allowed:
        yield refusals
        return
    audit_hook.listen(_EVENTS, _audit)
    _runs.append(refusals)
    try:
        yield refusals
    finally:
        _runs.pop()


def refusal(place: str) -> Refused | None:
    """Return what a connection to a place is refused with, and note it; None where connections are allowed."""
    if not _runs:
        return None
    words = f"opens a connection ({place})"
    if len(_runs[-1]) < MOST and words not in _runs[-1]:
        _runs[-1].append(words)
    return Refused(words_of(words))


def words_of(refusal: str) -> str:
    return f"the code {refusal}, which a run does not do; {ADVICE}"


def cause_of(error: BaseException) -> Refused | None:
    """Return the refusal that an error comes from, however it was wrapped."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop()
        if current is None or id(current) in seen:
            continue
        if isinstance(current, Refused):
            return current
        seen.add(id(current))
        waiting += [current.__context__, current.__cause__]
        # ``URLError`` and what is built like it carry the error in their arguments.
        waiting += [argument for argument in current.args if isinstance(argument, BaseException)]
    return None


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if not _runs:
        return
    place = _asked_for(event, arguments)
    if place is None:
        return
    words = f"opens a connection ({place})" if place else "opens a connection"
    if len(_runs[-1]) < MOST and words not in _runs[-1]:
        _runs[-1].append(words)
    raise Refused(words_of(words))


def _asked_for(event: str, arguments: tuple[Any, ...]) -> str | None:
    """Return what the event would reach, in words, '' where that is unknown; None where it needs no network."""
    if event == "urllib.Request":
        url = str(arguments[0])
        return None if url.lower().startswith(("file:", "data:")) else _short(url)
    if event in _LOOKUPS:
        host = arguments[0][0] if event == "socket.getnameinfo" and arguments[0] else arguments[0]
        return None if _needs_no_lookup(host) else _short(host)
    connection, address = arguments[0], arguments[1]
    if getattr(connection, "family", None) not in (socket.AF_INET, socket.AF_INET6):
        return None
    if address is None or not isinstance(address, tuple):  # ``send`` on a socket whose connecting was refused.
        return None
    if event == "socket.bind" and _is_own(address):
        return None
    return _short(":".join(map(str, address[:2])))


def _is_own(address: tuple[Any, ...]) -> bool:
    """Return whether an address is reachable from this machine only: a loopback address, or the
    question for a free port.
    """
    host, port = address[0], address[1]
    if host in _LOCAL - {""}:
        return True
    try:
        number = ipaddress.ip_address(host or "0.0.0.0")
    except ValueError:
        return False
    return number.is_loopback or (number.is_unspecified and port == 0)


def _needs_no_lookup(host: Any) -> bool:
    if host is None:
        return True
    name = os.fsdecode(host) if isinstance(host, (str, bytes)) else ""
    if name in _LOCAL or name == socket.gethostname():
        return True
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


def _short(place: Any) -> str:
    """Return an address without its query, which may hold a key."""
    text = os.fsdecode(place) if isinstance(place, (str, bytes)) else str(place)
    return text.partition("?")[0][:200]
