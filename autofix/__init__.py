"""autofix repairs tensor-shape errors in PyTorch source and proves each repair by running it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autofix.api import repair as repair

__all__ = ["repair"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """``autofix.repair`` without its imports at start-up, which the command line counts."""
    if name == "repair":
        from autofix.api import repair

        return repair
    raise AttributeError(f"module 'autofix' has no attribute {name!r}")
