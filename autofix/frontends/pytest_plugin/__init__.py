"""The plugin of pytest: a test that fails over a shape ends with its explanation and patch.

This file is loaded by every session of pytest: it only reads options, and loads the rest where they ask for it.
"""

from __future__ import annotations

import sys

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and the setting that turn the plugin on."""
    group = parser.getgroup("autofix", "repair of tensor shapes")
    group.addoption("--autofix", action="store_true", help="explain tests that fail over a shape, with a tested patch")
    group.addoption("--autofix-apply", action="store_true", help="the same, and write the patches that are safe")
    parser.addini("autofix", "explain tests that fail over a shape (as --autofix)", type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Begin to watch for failures, where that was asked for."""
    is_on = config.getoption("autofix") or config.getoption("autofix_apply") or config.getini("autofix")
    if not is_on or "_autofix_probe" in sys.modules:  # The run of a test that failed is no session of the user's.
        return
    from autofix.frontends.pytest_plugin.failures import FailureRecords

    config.pluginmanager.register(FailureRecords(), "autofix-failures")
    if not hasattr(config, "workerinput"):  # Else pytest-xdist sends the reports to the process that shows them.
        from autofix.frontends.pytest_plugin.explanations import Explanations

        config.pluginmanager.register(Explanations(config), "autofix-explanations")
