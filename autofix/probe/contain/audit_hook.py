"""The one audit hook of the probe: an event goes to the functions that asked for it by name.

Python calls a hook for every event of the interpreter, thousands in a run, so what nobody asked for costs one look into
a dictionary. It decides nothing about an event.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

Listener = Callable[[str, tuple[Any, ...]], None]

_listeners: dict[str, tuple[Listener, ...]] = {}
_hooked: list[bool] = []


def listen(events: Iterable[str], listener: Listener) -> None:
    """Have ``listener`` called with each of the events from now on; what it raises ends what the event announced."""
    for event in events:
        known = _listeners.get(event, ())
        if listener not in known:
            _listeners[event] = (*known, listener)
    if not _hooked:  # A hook cannot be taken away, so there is one for the life of the process.
        sys.addaudithook(_audit)
        _hooked.append(True)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    listeners = _listeners.get(event)
    if listeners is not None:
        for listener in listeners:
            listener(event, arguments)
