"""The options that a project's ``conftest.py`` files add, as the words that give them the values they have here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


class _Recorded:
    """Stands in for the parser of pytest while a ``conftest.py`` adds its options to it."""

    def __init__(self) -> None:
        self.options: list[tuple[str, str]] = []

    def addoption(self, *names: str, **attributes: Any) -> None:
        longest = max(names, key=len)
        self.options.append((longest, attributes.get("dest") or longest.lstrip("-").replace("-", "_")))

    def getgroup(self, *names: Any, **attributes: Any) -> _Recorded:
        """Return what records the options of a group as well."""
        del names, attributes
        return self

    def addini(self, *names: Any, **attributes: Any) -> None:
        """Leave out settings: another session reads them from their file."""
        del names, attributes


def conftest_options(config: pytest.Config) -> Iterator[str]:
    """Yield the words for each option whose value is a text, a number or a flag that is set."""
    recorded = _Recorded()
    for plugin in config.pluginmanager.get_plugins():
        if str(getattr(plugin, "__file__", "")).endswith("conftest.py") and hasattr(plugin, "pytest_addoption"):
            plugin.pytest_addoption(recorded)
    for name, dest in recorded.options:
        value = config.getoption(dest, None)
        if value is True:
            yield name
        elif isinstance(value, (str, int, float)) and value is not False:
            yield f"{name}={value}"
