"""What a user chooses by name, in settings and on command lines alike.

It stands alone so that a command line is parsed without the records that settings are made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

# More than any run takes, less than what a system counts in.
MAX_SECONDS = 1e7
MAX_MIB = 1 << 30


class Prefer(Enum):
    """Which of two equally good repairs comes first: a concrete size or a lazy layer."""

    CONCRETE = "concrete"
    LAZY = "lazy"


class Mode(Enum):
    """Whether the tensors of a run have storage; AUTO leaves that to the size of the model."""

    AUTO = "auto"
    REAL = "real"
    META = "meta"


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a user said of runs, whatever is run; None, False and empty: not said, so that settings decide.

    Each field has the name of the one in ``Settings`` or ``Limits`` that it is laid over.
    """

    eval: bool = False
    mode: Mode | None = None
    prefer: Prefer | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    python: str | None = None
    run_seconds: float | None = None
    memory_mib: int | None = None
    network: bool = False
    temporary_directory: bool = False
