"""The messages of an editor as they come in, each checked before the protocol's library sees it.

What is no message of the protocol is answered with the error that the protocol has for it, and skipped. What a message
asks for is not its concern.
"""

from __future__ import annotations

import io
import json
from typing import Any, BinaryIO

PARSE_ERROR, INVALID_REQUEST, NOT_INITIALIZED = -32700, -32600, -32002
MAX_BYTES = 256 * 1024 * 1024
_MAX_LINE = 8192
_CHUNK = 1024 * 1024
_LENGTH = b"content-length:"


class Frames(io.RawIOBase):
    """A stream of nothing but whole messages; ``outgoing`` gets the answers to what is none."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        super().__init__()
        self._incoming, self._outgoing = incoming, outgoing
        self._ready = io.BytesIO()
        self._is_begun = self._is_ended = False

    def readline(self, size: int | None = -1) -> bytes:
        del size  # The library asks for whole lines.
        return self._ready.readline() or self._next().readline()

    def read(self, size: int | None = -1) -> bytes:
        return self._ready.read(size)

    def first(self) -> dict[str, Any]:
        """Return the first message, which is read again later; an empty one at the end of the stream."""
        self._next()
        message: dict[str, Any] = json.loads(self._ready.getvalue().partition(b"\r\n\r\n")[2] or b"{}")
        return message

    def _next(self) -> io.BytesIO:
        """Make the next message ready; nothing is ready at the end of the stream."""
        self._ready = io.BytesIO()
        while (body := self._body()) is not None:
            if body and self._is_message(body):
                self._ready = io.BytesIO(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
                break
        return self._ready

    def _body(self) -> bytes | None:
        """Return the bytes of the next frame, none for one that is skipped; None at the end of the stream."""
        length, is_frame = -1, False
        while (line := self._incoming.readline(_MAX_LINE)) not in {b"\r\n", b"\n"}:
            if not line:
                return None
            is_frame = True
            if line.lower().startswith(_LENGTH):
                digits = line[len(_LENGTH) :].strip()
                length = int(digits[:20]) if digits.isdigit() else -1
        if not is_frame:  # An empty line between two messages.
            return b""
        if length < 0:
            self._refuse(PARSE_ERROR, "a message has no Content-Length")
            return b""
        if length > MAX_BYTES:
            self._refuse(PARSE_ERROR, f"a message is longer than {MAX_BYTES >> 20} MiB")
            return self._skipped(length)
        if length == 0:
            self._refuse(PARSE_ERROR, "a message is empty")
            return b""
        body = self._incoming.read(length)
        return body if len(body) == length else None

    def _skipped(self, length: int) -> bytes | None:
        while length > 0:
            data = self._incoming.read(min(length, _CHUNK))
            if not data:
                return None
            length -= len(data)
        return b""

    def _is_message(self, body: bytes) -> bool:
        try:
            message = json.loads(body)
        except (ValueError, RecursionError, MemoryError):
            self._refuse(PARSE_ERROR, "a message is no JSON")
            return False
        problem = _problem(message)
        number = message.get("id") if isinstance(message, dict) else None
        number = number if isinstance(number, int | str) and not isinstance(number, bool) else None
        if problem:
            self._refuse(INVALID_REQUEST, problem, number)
            return False
        return self._is_in_order(message, number)

    def _is_in_order(self, message: dict[str, Any], number: int | str | None) -> bool:
        """Return whether a message comes when it may; requests that do not get an answer, and nothing else does."""
        method = message.get("method")
        refusal = None
        if method == "initialize":
            refusal = (INVALID_REQUEST, "the server is initialized") if self._is_begun else None
            self._is_begun = True
        elif method == "exit":
            return True
        elif not self._is_begun:
            refusal = (NOT_INITIALIZED, "the server is not initialized")
        elif self._is_ended:
            refusal = (INVALID_REQUEST, "the server was shut down")
        self._is_ended = self._is_ended or (self._is_begun and method == "shutdown")
        if refusal is None:
            return True
        if "id" in message and method is not None:
            self._refuse(*refusal, number)
        return False

    def _refuse(self, code: int, words: str, number: int | str | None = None) -> None:
        answer = {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": words}}
        send(self._outgoing, answer)


def send(outgoing: BinaryIO, message: dict[str, Any]) -> None:
    """Write one message at once, so that none comes between; nothing where the editor has gone."""
    body = json.dumps(message).encode()
    try:
        outgoing.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        outgoing.flush()
    except (OSError, ValueError):  # The end of our input ends the server.
        return


def _problem(message: Any) -> str:
    """Return why something is no request, notification or response of the protocol; '' for one."""
    if not isinstance(message, dict):
        return "a message is no object"
    if message.get("jsonrpc") != "2.0":
        return "a message is not of JSON-RPC 2.0"
    if "method" in message:
        is_number = isinstance(message.get("id", 0), int | str) and not isinstance(message.get("id"), bool)
        is_method = isinstance(message["method"], str)
        return "" if is_method and is_number else "a message has a method or an id of a wrong type"
    return "" if "id" in message and ("result" in message or "error" in message) else "a message has no method"
