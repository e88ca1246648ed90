"""autofix repairs tensor-shape errors in PyTorch source and proves each repair by running it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autofix.api import repair as repair
    from autofix.loading.settings import Settings as Settings
    from autofix.records.errors import ProbeError as ProbeError
    from autofix.records.errors import UsageError as UsageError
    from autofix.session.session import Session as Session

__version__ = "0.1.0"
_HOMES = {
    "repair": "autofix.api",
    "install": "autofix.frontends.crash",
    "load_ipython_extension": "autofix.frontends.ipython",
    "unload_ipython_extension": "autofix.frontends.ipython",
    "Settings": "autofix.loading.settings",
    "Session": "autofix.session.session",
    "UsageError": "autofix.records.errors",
    "ProbeError": "autofix.records.errors",
}
__all__ = ["ProbeError", "Session", "Settings", "UsageError", "install", "repair"]


def __getattr__(name: str) -> Any:
    """Return a public name, imported only when it is asked for, since imports at start-up slow down the
    command line.
    """
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'autofix' has no attribute {name!r}")
