"""The oldest Python and torch that models are run with, and what newer ones have besides.

It is the first file of the probe that an interpreter reads, so it is written for one that is too old for the others.
"""

import ast
import re
import sys

OLDEST_PYTHON = (3, 11)
OLDEST_TORCH = (2, 6)
# Python 3.12: ``type Pair = tuple[int, int]``. Its right side waits until it is asked for, so it can always be run.
TYPE_ALIASES: "tuple[type, ...]" = (getattr(ast, "TypeAlias"),) if hasattr(ast, "TypeAlias") else ()  # noqa: B009

_loaded: "list[frozenset[str]]" = []


def loaded_with_torch(name: str) -> bool:
    """Return whether a module is loaded by Python's start or by torch, and not by the probe alone."""
    return not _loaded or name in _loaded[0]


def require() -> None:
    """End a process that is too old; its last words say so."""
    python = sys.version_info[:2]
    if python < OLDEST_PYTHON:
        sys.exit(_told("Python", python, OLDEST_PYTHON))
    import torch

    _loaded[:] = [frozenset(sys.modules)]
    match = re.match(r"(\d+)\.(\d+)", torch.__version__)
    version = (int(match[1]), int(match[2])) if match else OLDEST_TORCH  # A build that names no number is its maker's.
    if version < OLDEST_TORCH:
        sys.exit(_told("torch", version, OLDEST_TORCH))


def default_device() -> str:
    """Return the type of the device that new tensors stand on.

    torch up to 2.9 cannot tell after ``set_default_device(None)``: it asks the context that is gone.
    """
    import torch

    try:
        return torch.get_default_device().type
    except AttributeError:
        return "cpu"


def _told(name: str, actual: "tuple[int, int]", oldest: "tuple[int, int]") -> str:
    version_text, oldest_text = ("{}.{}".format(*version) for version in (actual, oldest))
    return f"it has {name} {version_text}, and models are run with {oldest_text} or newer"
