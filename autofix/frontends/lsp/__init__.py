"""The language server: the engine's answers in an editor. It adds no analysis of its own."""

from __future__ import annotations

import importlib.util

from autofix.records.errors import UsageError
from autofix.system import extras

NEEDED = ("pygls", "platformdirs")


def main() -> int:
    """Serve the editor on standard input and output; raises UsageError without the libraries of the protocol."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(
            f"the language server needs {' and '.join(missing)}, which this Python has not; install what is missing "
            f"with: {extras.installation('lsp')}"
        )
    from autofix.frontends.lsp import streams

    streams.hint()
    incoming, outgoing = streams.take()
    frames, answered = streams.greet(incoming, outgoing)
    from autofix.frontends.lsp import server

    return server.serve(frames, answered, outgoing)
