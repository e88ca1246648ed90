"""The protocol as pygls speaks it, without its own copies of the documents, whose lines it splits otherwise.

Every request gets an answer, one that cannot be read too.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Generator
from typing import Any, BinaryIO

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInternalError
from pygls.protocol import LanguageServerProtocol, lsp_method

from autofix.frontends.lsp import capabilities

_LOG = logging.getLogger(__name__)
# Handled by us alone: pygls would keep texts, and run commands without passing their progress token on.
_OURS = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS,
    types.WORKSPACE_EXECUTE_COMMAND,
)


class Protocol(LanguageServerProtocol):
    """``answered`` is the id of an `initialize` that has its answer already, ``client`` who sent it."""

    answered: str | int | None = None
    client = capabilities.client({})
    outgoing: BinaryIO | None = None

    def _register_builtin_features(self) -> None:
        super()._register_builtin_features()  # type: ignore[no-untyped-call]
        for method in _OURS:
            self.fm.builtin_features.pop(method, None)

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, Any]:
        """Answer with what the client is offered, which depends on it alone, see ``clients.answer``."""
        yield self.fm.features[types.INITIALIZE], (params,), None
        return capabilities.answer(self.client)

    def structure_message(self, data: dict[str, Any]) -> Any:
        params = data.get("params")
        if data.get("method") == types.INITIALIZE and isinstance(params, dict):
            # Capabilities are read as they are: one that a client writes wrongly is no reason not to serve it.
            self.client = capabilities.client(params.get("capabilities"))
            data = {**data, "params": {**params, "capabilities": {}}}
        if "jsonrpc" in data and "method" in data:
            data = {"params": None, **data}  # They may be left out, of a method that nobody knows too.
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "id" in data and "method" in data:
                self._send_response(data["id"], error=error.to_response_error())
            raise

    def _handle_cancel_notification(self, msg_id: object) -> None:
        """Cancel a request; an id that is none of a request cancels nothing."""
        if isinstance(msg_id, (int, str)):
            super()._handle_cancel_notification(msg_id)

    def _send_response(self, msg_id: Any, result: Any = None, error: types.ResponseError | None = None) -> None:
        if self.answered is not None and msg_id == self.answered and error is None:
            self.answered = None
            return
        super()._send_response(msg_id, result, error)

    def _send_data(self, data: Any) -> None:
        """Send data, unless the editor has gone away: the end of our input then ends the server."""
        if self.outgoing is not None and not self.outgoing.closed:
            with contextlib.suppress(BrokenPipeError):
                super()._send_data(data)

    def report(self, error: Exception) -> None:
        """Log our own errors; what a client is told is for the handlers."""
        if not isinstance(error, JsonRpcException) or isinstance(error, JsonRpcInternalError):
            trace = (error.data or {}).get("traceback", ()) if isinstance(error, JsonRpcException) else ()
            _LOG.error("internal error: %s%s", error, "".join(("\n", *trace)) if trace else "", exc_info=not trace)
