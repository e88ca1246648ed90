"""Which of two equally good repairs a user likes better; settings and command lines both say it.

It stands alone so that a command line is parsed without the records that settings are made of.
"""

from __future__ import annotations

from enum import Enum


class Prefer(Enum):
    """Which of two equally good repairs comes first: a concrete size or a lazy layer."""

    CONCRETE = "concrete"
    LAZY = "lazy"
