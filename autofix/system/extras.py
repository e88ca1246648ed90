"""What each optional extra needs, as pip takes it: what to install, wherever autofix itself came from.

It installs nothing and imports none of it.
"""

from __future__ import annotations

import sys

# As in pyproject.toml, to which a test holds it.
PACKAGES = {
    "lsp": ("platformdirs>=4.2", "pygls>=2.1,<3"),
    "distributed": ("distributed>=2026.1",),
    "mcp": ("mcp>=2.3,<3",),
}


def installation(extra: str) -> str:
    """Return the command that installs what an extra needs into this interpreter."""
    quoted = " ".join(f"'{package}'" for package in PACKAGES[extra])
    return f"{sys.executable} -m pip install {quoted}"
