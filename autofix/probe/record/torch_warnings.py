"""What torch warns of while an operation of the user's runs, with the operation.

It keeps the words; which of them are about shapes is for those who read the trace.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from .recorder import Recorder

MAX_WARNINGS = 100
MAX_TEXT = 1000


@contextmanager
def watched(recorder: Recorder) -> Iterator[list[tuple[int, str]]]:
    """Collect (operation, words) of each warning inside the block; nothing is printed.

    A filter that user code sets holds: what it hides from its user is not collected either.
    """
    rows: list[tuple[int, str]] = []

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        inside = recorder.suppressed and recorder.operations
        if inside and issubclass(category, UserWarning) and len(rows) < MAX_WARNINGS:
            rows.append((len(recorder.operations) - 1, str(message)[:MAX_TEXT]))

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = show
        yield rows
