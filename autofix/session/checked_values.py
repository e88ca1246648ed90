"""Numbers, texts, shapes and paths of a reply, each checked to have the right type and to lie in range."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path
from typing import Any

MAX_TEXT = 1 << 20
MAX_SIZE = 1 << 63


def shape(data: Any) -> tuple[int, ...]:
    if not isinstance(data, list):
        raise TypeError(f"a shape is {type(data).__name__} but must be a list")
    return tuple(integer(size, 0) for size in data)


def integer(data: Any, least: int, beyond: int = MAX_SIZE) -> int:
    """Read a whole number from ``least`` to below ``beyond``."""
    if type(data) is not int:
        raise TypeError(f"expected a whole number, got {type(data).__name__}")
    if not least <= data < beyond:
        raise ValueError(f"expected a number from {least} to below {beyond}")
    return data


def index(data: Any, count: int) -> int | None:
    """Read an index into ``count`` rows, or None for none of them."""
    return None if data is None else integer(data, 0, count)


def flag(data: Any) -> bool:
    if not isinstance(data, bool):
        raise TypeError(f"expected true or false, got {type(data).__name__}")
    return data


def seconds(data: Any) -> float:
    if isinstance(data, bool) or not isinstance(data, (int, float)) or finite(float(data)) < 0:
        raise TypeError(f"expected seconds, got {type(data).__name__}")
    return float(data)


def finite(data: float) -> float:
    if not math.isfinite(data):
        raise ValueError("a number is not finite")
    return data


@lru_cache(maxsize=1024)
def path(data: Any) -> Path:
    """Return one object for one path, since each frame of a trace names one, and making and hashing
    them takes a while.
    """
    path = Path(text(data))
    if not path.is_absolute() or "\0" in data:
        raise ValueError("a path is not absolute")
    return path


def text(data: Any, most: int = MAX_TEXT) -> str:
    if not isinstance(data, str):
        raise TypeError(f"expected text, got {type(data).__name__}")
    if len(data) > most:
        raise ValueError(f"a text is longer than {most} characters")
    return data
