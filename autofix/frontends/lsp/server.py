"""The requests and notifications of the protocol, each handed to the part that answers it.

It starts and ends the server; nothing else is decided here.
"""

from __future__ import annotations

import gc
import inspect
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from autofix import __version__
from autofix.frontends.lsp import commands, notifications, requests, trust
from autofix.frontends.lsp.frames import Frames
from autofix.frontends.lsp.protocol import Protocol
from autofix.frontends.lsp.server_state import ServerState
from autofix.session import orphans
from autofix.system import gc_pause

PARENT_EVERY_S = 2.0
_GC_THRESHOLDS = (20_000, 20, 20)
_LOG = logging.getLogger(__name__)
_FEATURES: dict[str, Callable[[ServerState, Any], Any]] = {
    types.INITIALIZED: notifications.initialized,
    types.TEXT_DOCUMENT_DID_OPEN: notifications.did_open,
    types.TEXT_DOCUMENT_DID_CHANGE: notifications.did_change,
    types.TEXT_DOCUMENT_DID_SAVE: notifications.did_save,
    types.TEXT_DOCUMENT_DID_CLOSE: notifications.did_close,
    types.NOTEBOOK_DOCUMENT_DID_OPEN: notifications.notebook_did_open,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE: notifications.notebook_did_change,
    types.NOTEBOOK_DOCUMENT_DID_SAVE: notifications.notebook_did_save,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE: notifications.notebook_did_close,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: notifications.did_change_folders,
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: notifications.did_change_configuration,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: notifications.did_change_files,
    types.WORKSPACE_EXECUTE_COMMAND: commands.execute,
    types.TEXT_DOCUMENT_DIAGNOSTIC: requests.diagnostic,
    types.TEXT_DOCUMENT_CODE_ACTION: requests.code_action,
    types.CODE_ACTION_RESOLVE: requests.resolve_action,
    types.TEXT_DOCUMENT_INLAY_HINT: requests.hints,
    types.TEXT_DOCUMENT_HOVER: requests.hover,
    types.TEXT_DOCUMENT_CODE_LENS: requests.lenses,
}


def serve(frames: Frames, answered: str | int | None, outgoing: BinaryIO) -> int:
    """Answer until the editor says `exit` or goes away; 0 if it said `shutdown` before."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("pygls").setLevel(logging.CRITICAL)  # It logs every message, and errors that we answer.
    orphans.claim()
    server = Server()
    server.protocol.answered, server.protocol.outgoing = answered, outgoing
    signal.signal(signal.SIGTERM, _terminate)
    # What was imported stays; looking through it again and again would make some of the answers late.
    gc_pause.keep()
    gc.set_threshold(*_GC_THRESHOLDS)
    try:
        server.start_io(frames, outgoing)  # type: ignore[arg-type]
    finally:
        server.end()
    return 0 if server.was_shut_down else 1


def _terminate(number: int, frame: object) -> None:
    del number, frame
    sys.exit(1)


class Server(LanguageServer):
    """``server_state`` exists from `initialize` on."""

    protocol: Protocol

    def __init__(self) -> None:
        super().__init__("autofix", __version__, protocol_cls=Protocol, converter_factory=default_converter)
        self._desk: ServerState | None = None
        self.was_shut_down = False
        # pygls writes on its handlers, which a bound method does not let it.
        self.feature(types.INITIALIZE)(partial(Server._begin, self))
        self.feature(types.SHUTDOWN)(partial(Server._shut_down, self))
        for method, handler in _FEATURES.items():
            self.feature(method)(self._bound(handler))

    def _bound(self, handler: Callable[[ServerState, Any], Any]) -> Callable[[Any], Any]:
        """Bind a handler to the state.

        The library looks at it to see how it is run, so one for a coroutine has to be a coroutine.
        """

        async def awaited(params: Any) -> Any:
            return await handler(self.server_state, params)

        def called(params: Any) -> Any:
            return handler(self.server_state, params)

        return awaited if inspect.iscoroutinefunction(handler) else called

    @property
    def server_state(self) -> ServerState:
        assert self._desk is not None, "nothing is answered before `initialize`"
        return self._desk

    def _begin(self, params: types.InitializeParams) -> None:
        options = params.initialization_options if isinstance(params.initialization_options, dict) else {}
        folders = [folder.uri for folder in params.workspace_folders or []]
        folders = folders or ([params.root_uri] if params.root_uri else [])
        self._desk = ServerState(self, self.protocol.client, options, folders, trust.default_store())
        logging.getLogger("autofix").addHandler(_ClientLog(self._desk))
        if params.process_id is not None:
            self._end_with(params.process_id)

    def _shut_down(self, params: object) -> None:
        del params
        self.was_shut_down = True
        self.end()

    def end(self) -> None:
        if self._desk is not None:
            self._desk.end()

    def shutdown(self) -> None:
        """Shut down without waiting, unlike pygls, for a thread that reads a stream which is still open."""
        self.end()
        if self._thread_pool is not None:
            self._thread_pool.shutdown(wait=False)

    def report_server_error(self, error: Exception, source: Any) -> None:
        del source
        self.protocol.report(error)

    def _end_with(self, process_id: int) -> None:
        """End with the editor's process, since some editors die without closing our input."""

        def watch() -> None:
            while orphans.is_alive(process_id):
                time.sleep(PARENT_EVERY_S)
            self.end()
            os._exit(1)

        threading.Thread(target=watch, name="autofix parent", daemon=True).start()


class _ClientLog(logging.Handler):
    """Our log, in the editor's output of the server."""

    def __init__(self, server_state: ServerState) -> None:
        super().__init__()
        self._desk, self._thread = server_state, threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)
        if threading.get_ident() == self._thread:
            self._desk.editor.log(record.levelno, text)
        else:
            self._desk.analyses.post(lambda: self._desk.editor.log(record.levelno, text))
