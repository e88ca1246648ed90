"""What decides results beside the files: our own code and rules, the interpreter, what is installed in it.

It asks the interpreter that models run in without importing torch there.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

from autofix import __version__
from autofix.fixes import registry
from autofix.records.errors import ProbeError
from autofix.session.session import NAME_ANOTHER

_INSTALLED = (
    "import sys; sys.path[:] = [p for p in sys.path if p];"  # Modules of the working directory are not ours to run.
    "import importlib.metadata as m;"
    "print(sys.version, *sorted({f'{d.name} {d.version}' for d in m.distributions()}), sep=chr(10))"
)


def fingerprint(python: str | None) -> str:
    """Return a hash that changes with anything outside the tree that may change a result; raise
    ProbeError without Python.
    """
    digest = hashlib.sha256(f"{__version__}\n{_installed(python)}".encode())
    for folder in (Path(__file__).parents[1], *registry.folders()):
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def _installed(python: str | None) -> str:
    if python is None:
        names = sorted({f"{distribution.name} {distribution.version}" for distribution in metadata.distributions()})
        return "\n".join((sys.version, *names))
    try:
        done = subprocess.run([python, "-c", _INSTALLED], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise ProbeError(f"cannot start {python}: {error}; {NAME_ANOTHER}") from error
    return done.stdout
