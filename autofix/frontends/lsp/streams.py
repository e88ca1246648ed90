"""Standard input and output as the protocol's alone, and the editor's first message answered before anything is loaded.

The libraries of the protocol take longer to load than editors like to wait for an answer to `initialize`.
"""

from __future__ import annotations

import os
import sys
from typing import BinaryIO

from autofix.frontends.lsp import capabilities
from autofix.frontends.lsp.frames import Frames, send


def take() -> tuple[BinaryIO, BinaryIO]:
    """Take over the streams of the protocol.

    What is printed from now on goes to stderr, and reads from stdin find nothing.
    """
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return incoming, outgoing


def greet(incoming: BinaryIO, outgoing: BinaryIO) -> tuple[Frames, str | int | None]:
    """Read the first message and answer it if it is `initialize`; the stream with it, and its id if it was answered."""
    frames = Frames(incoming, outgoing)
    message = frames.first()
    params, number = message.get("params"), message.get("id")
    if message.get("method") != "initialize" or not isinstance(params, dict) or number is None:
        return frames, None  # Whatever it is, the protocol's own library says what is wrong with it.
    try:
        result = capabilities.answer(capabilities.client(params.get("capabilities")))
    except (ValueError, KeyError, TypeError, AttributeError):
        return frames, None
    send(outgoing, {"jsonrpc": "2.0", "id": number, "result": result})
    return frames, number


def hint() -> None:
    """Say to somebody at a terminal what this is waiting for."""
    if sys.stdin is not None and sys.stdin.isatty():
        print("autofix: this is the language server; your editor starts it. Ctrl-C ends it.", file=sys.stderr)
