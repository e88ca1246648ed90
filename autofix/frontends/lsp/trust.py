"""Whether the code of a file may be run: the editor's word, the user's own settings, and the folders the user trusted.

What a folder contains has no say. The trusted folders are kept in the user's state directory, for all editors.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autofix.loading import project_interpreter


@dataclass(frozen=True, slots=True)
class Declared:
    """What the client said when it started. ``workspace``: its own notion of trust, None if it has none; ``folders``:
    those that the user's configuration trusts, ``everything`` if all.
    """

    workspace: bool | None = None
    everything: bool = False
    folders: tuple[Path, ...] = ()


def declared(options: Mapping[str, Any]) -> Declared:
    """Return the trust in `initializationOptions`; what has another type says nothing."""
    workspace, trusted = options.get("workspaceTrust"), options.get("trusted")
    folders = (
        [folder for folder in trusted if isinstance(folder, str) and "\0" not in folder]
        if isinstance(trusted, list)
        else []
    )
    return Declared(
        workspace if isinstance(workspace, bool) else None,
        trusted is True,
        tuple(_real(project_interpreter.expanded(folder)) for folder in folders),
    )


class Trust:
    """ActionRequest for each file; ``store`` may be changed by another server at any time."""

    def __init__(self, declared_trust: Declared, store: Path) -> None:
        self._said, self._store = declared_trust, store
        self._known: tuple[tuple[int, int], frozenset[Path]] | None = None

    def allows(self, path: Path) -> bool:
        """Return whether code in ``path`` may be run; a link counts where it leads."""
        if self._said.workspace is not None:
            return self._said.workspace
        if self._said.everything:
            return True
        real = _real(path)
        trusted = {*self._said.folders, *self._folders()}
        return any(folder in trusted for folder in (real, *real.parents))

    @property
    def can_change(self) -> bool:
        """Whether trusting a folder makes a difference: not where the editor itself decides."""
        return self._said.workspace is None

    def add(self, folder: Path) -> None:
        """Trust a folder and everything below it; raises OSError if that cannot be kept."""
        self._write(self._folders() | {_real(folder)})

    def remove(self, folder: Path) -> None:
        """Take back the trust in a folder, and in those above and below it that would include it."""
        real = _real(folder)
        remaining = {
            folder
            for folder in self._folders()
            if folder != real and folder not in real.parents and real not in folder.parents
        }
        self._write(frozenset(remaining))

    def _folders(self) -> frozenset[Path]:
        try:
            status = self._store.stat()
            stamp = (status.st_mtime_ns, status.st_ino)
            if self._known is None or self._known[0] != stamp:
                stored = json.loads(self._store.read_text("utf-8"))
                names = stored.get("folders") if isinstance(stored, dict) else None
                names = names if isinstance(names, list) else []
                self._known = stamp, frozenset(Path(name) for name in names if isinstance(name, str))
            return self._known[1]
        except (OSError, ValueError):
            return frozenset()

    def _write(self, folders: frozenset[Path]) -> None:
        self._store.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        text = json.dumps({"folders": sorted(map(str, folders))}, indent=2) + "\n"
        descriptor, name = tempfile.mkstemp(dir=self._store.parent, prefix="trusted-")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(self._store)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def default_store() -> Path:
    """Return the path where this system keeps a user's state."""
    import platformdirs

    return Path(platformdirs.user_state_dir("autofix", appauthor=False)) / "trusted.json"
