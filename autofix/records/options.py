"""What a user chooses by name, in settings and on command lines alike.

It stands alone so that a command line is parsed without the records that settings are made of.
"""

from __future__ import annotations

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
