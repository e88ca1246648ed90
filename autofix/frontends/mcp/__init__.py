"""Tools for assistants over the Model Context Protocol: the engine's answers, small and structured."""

from __future__ import annotations

import importlib.util

from autofix.records.errors import UsageError
from autofix.system import extras


def main(*, read_only: bool) -> int:
    """Serve an assistant on standard input and output; raises UsageError without the library of the protocol."""
    if importlib.util.find_spec("mcp") is None:
        raise UsageError(
            "the tools for assistants need mcp, which this Python has not; install it "
            f"with: {extras.installation('mcp')}"
        )
    from autofix.frontends.mcp import server

    return server.serve(read_only=read_only)
