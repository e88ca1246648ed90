"""Standard input and output as the protocol's alone, and the editor's first message answered before anything is loaded.

The libraries of the protocol take longer to load than editors like to wait for an answer to `initialize`.
"""

from __future__ import annotations

import io
import json
import os
import sys
from typing import Any, BinaryIO

from autofix.frontends.lsp import capabilities


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


class Replayed(io.RawIOBase):
    """What was read ahead, then the rest of the stream."""

    def __init__(self, first: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._first, self._rest = io.BytesIO(first), rest

    def readline(self, size: int | None = -1) -> bytes:
        return self._first.readline() or self._rest.readline(-1 if size is None else size)

    def read(self, size: int | None = -1) -> bytes:
        return self._first.read(size) or self._rest.read(-1 if size is None else size)


def greet(incoming: BinaryIO, outgoing: BinaryIO) -> tuple[bytes, str | int | None]:
    """Read the first message and answer it if it is `initialize`; the message, and its id if it was answered."""
    read = _message(incoming)
    try:
        message = json.loads(read.partition(b"\r\n\r\n")[2])
        params = message["params"] if message["method"] == "initialize" else None
        number: str | int = message["id"]
        result = None if params is None else capabilities.answer(capabilities.client(params.get("capabilities")))
    except (ValueError, KeyError, TypeError, AttributeError):
        return read, None  # Whatever it is, the protocol's own library says what is wrong with it.
    if result is None:
        return read, None
    _send(outgoing, {"jsonrpc": "2.0", "id": number, "result": result})
    return read, number


def _message(incoming: BinaryIO) -> bytes:
    """Read the bytes of one message with its headers; less at the end of the stream."""
    headers = b""
    length = 0
    while (line := incoming.readline()) not in (b"", b"\r\n"):
        headers += line
        if line.lower().startswith(b"content-length:"):
            digits = line.partition(b":")[2].strip()
            length = int(digits) if digits.isdigit() else 0
    return headers + line + incoming.read(length) if line else headers


def _send(outgoing: BinaryIO, message: dict[str, Any]) -> None:
    body = json.dumps(message).encode()
    outgoing.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    outgoing.flush()


def hint() -> None:
    """Say to somebody at a terminal what this is waiting for."""
    if sys.stdin is not None and sys.stdin.isatty():
        print("autofix: this is the language server; your editor starts it. Ctrl-C ends it.", file=sys.stderr)
