"""Keeps Python's collector from looking through large plain data while it is read.

A reply of 20,000 operations is a tree of half a million objects without a cycle, and so is a parsed file of 20,000
lines. The collector would go through all of it again and again while it grows, which took longer than reading it.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_kept: list[bool] = []


def keep() -> None:
    """Keep every object that exists now to the end: the collector never looks through it again."""
    _kept.append(True)
    gc.freeze()


@contextmanager
def uncollected() -> Iterator[None]:
    """Pause the collector inside the block; what has no cycle is freed as ever.

    What was made in it counts as old afterwards, so that it is looked through once everything old is.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not _kept:  # Both only join lists: out of the young generations, and back into the oldest.
                gc.freeze()
                gc.unfreeze()
            gc.enable()
