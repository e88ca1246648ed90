"""Which settings are in force and where each of them is set, for people who ask.

What they mean, and whether they are right, is for ``settings``.
"""

from __future__ import annotations

from pathlib import Path

from autofix.loading import toml_files
from autofix.loading.settings import Settings
from autofix.records.errors import UsageError


def file_of(root: Path) -> Path | None:
    """Return the file that ``read`` takes the settings of ``root`` from; None where there is none."""
    return next((path for path in (root / "autofix.toml", root / "pyproject.toml") if path.is_file()), None)


def stated(path: Path) -> frozenset[str]:
    """Return the keys that a file of settings sets; none where it cannot be read."""
    try:
        table = toml_files.read(path)
    except UsageError:
        return frozenset()
    tools = table.get("tool", {}) if path.name == "pyproject.toml" else {"autofix": table}
    own = tools.get("autofix", {}) if isinstance(tools, dict) else {}
    return frozenset(own) if isinstance(own, dict) else frozenset()


def values(chosen: Settings) -> dict[str, str]:
    """Return each setting that a command line shows by its key, as text; empty where it is not set."""
    limits = chosen.limits
    shown: dict[str, object] = {
        "model": chosen.model,
        "sample-shape": ", ".join(chosen.sample_shape),
        "also": ", ".join(chosen.also),
        "eval": "true" if chosen.eval else "",
        "mode": chosen.mode.value,
        "prefer": chosen.prefer.value,
        "select": ", ".join(chosen.select),
        "ignore": ", ".join(chosen.ignore),
        "python": chosen.python,
        "time-limit": f"{limits.run_seconds:g}",
        "memory-limit": limits.memory_mib,
        "file-limit": limits.file_mib,
        "process-limit": limits.processes,
        "open-files-limit": limits.open_files,
        "temporary-directory": "true" if limits.temporary_directory else "",
        "search-seconds": f"{limits.seconds:g}",
        "search-probes": limits.probes,
        "targets": f"{len(chosen.targets)} named" if chosen.targets else "",
    }
    return {key: "" if value is None else str(value) for key, value in shown.items()}
