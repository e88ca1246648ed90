"""Signals that end a process: it ends by way of everything that cleans up, whatever they interrupted.

A signal arrives as an exception in the middle of any statement. What it interrupts can turn it into another one: until
Python 3.12 an import that is interrupted while a class is built raises a RuntimeError. `ended_by` finds it again.
"""

from __future__ import annotations

import signal

INTERRUPTED = 130


class EndedError(BaseException):
    """Somebody ends this process by a signal; what it has begun is to be ended first."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def end_in_order() -> None:
    """Let the signals that end a process raise EndedError; a second one ends it at once."""

    def end(number: int, frame: object) -> None:
        del frame
        signal.signal(number, signal.SIG_DFL)
        raise EndedError(number)

    for name in ("SIGTERM", "SIGHUP", "SIGQUIT"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # Not those of a shell's `nohup`.
            signal.signal(number, end)


def ended_by(error: BaseException) -> EndedError | KeyboardInterrupt | None:
    """Return the signal that an error is or comes from; None where it comes from none."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        reason = waiting.pop()
        if reason is None or id(reason) in seen:
            continue
        if isinstance(reason, EndedError | KeyboardInterrupt):
            return reason
        seen.add(id(reason))
        waiting += [reason.__cause__, reason.__context__]
    return None
