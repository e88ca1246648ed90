"""The requests and notifications of the protocol, each handed to the part that answers it.

Nothing is decided here.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, BinaryIO

from lsprotocol import types
from pygls.exceptions import JsonRpcContentModified
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from autofix import __version__, child
from autofix.errors import ConflictError
from autofix.frontends.lsp import actions, clients, commands, diagnostics, hover, inlay, lens, trust
from autofix.frontends.lsp.analysis import Cause
from autofix.frontends.lsp.desk import Desk
from autofix.frontends.lsp.protocol import Protocol
from autofix.frontends.lsp.streams import Replayed

_LOG = logging.getLogger(__name__)
PARENT_EVERY_S = 2.0
_WATCHED = ("**/*.py", "**/pyproject.toml", "**/autofix.toml", "**/*.json", "**/*.yaml", "**/*.yml")


class Server(LanguageServer):
    """``desk`` exists from `initialize` on."""

    protocol: Protocol

    def __init__(self) -> None:
        super().__init__("autofix", __version__, protocol_cls=Protocol, converter_factory=default_converter)
        self._desk: Desk | None = None
        self.was_shut_down = False
        for method, handler in _FEATURES.items():
            self.feature(method)(_bound(self, handler))

    @property
    def desk(self) -> Desk:
        assert self._desk is not None
        return self._desk

    def begin(self, params: types.InitializeParams) -> None:
        options = params.initialization_options if isinstance(params.initialization_options, dict) else {}
        folders = [folder.uri for folder in params.workspace_folders or []]
        folders = folders or ([params.root_uri] if params.root_uri else [])
        self._desk = Desk(self, self.protocol.client, options, folders, trust.default_store())
        logging.getLogger("autofix").addHandler(_ClientLog(self._desk))
        if params.process_id is not None:
            _end_with(params.process_id, self.end)

    def end(self) -> None:
        if self._desk is not None:
            self._desk.end()

    def shutdown(self) -> None:
        """Unlike pygls, do not wait for a thread that reads a stream which is still open."""
        self.end()
        if self._thread_pool is not None:
            self._thread_pool.shutdown(wait=False)

    def report_server_error(self, error: Exception, source: Any) -> None:
        del source
        self.protocol.report(error)


def _bound(server: Server, handler: Callable[..., Any]) -> Callable[..., Any]:
    """pygls looks at a handler to see how it is run, so a coroutine has to look like one."""
    if handler.__code__.co_flags & 0x80:  # CO_COROUTINE

        async def awaited(params: Any) -> Any:
            return await handler(server, params)

        return awaited
    return lambda params: handler(server, params)


class _ClientLog(logging.Handler):
    """Our log, in the editor's output of the server."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk, self._thread = desk, threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)
        if threading.get_ident() == self._thread:
            self._desk.editor.log(record.levelno, text)
        else:
            self._desk.analyses._post(lambda: self._desk.editor.log(record.levelno, text))


def _end_with(process_id: int, end: Callable[[], None]) -> None:
    """Some editors die without closing our input."""

    def watch() -> None:
        while child.is_alive(process_id):
            time.sleep(PARENT_EVERY_S)
        end()
        os._exit(1)

    threading.Thread(target=watch, name="autofix parent", daemon=True).start()


# -- life --------------------------------------------------------------------------------------------------------------


def _initialize(server: Server, params: types.InitializeParams) -> None:
    server.begin(params)


async def _initialized(server: Server, params: types.InitializedParams) -> None:
    del params
    desk = server.desk
    registered = []
    if desk.client.registers_configuration:
        options = types.DidChangeConfigurationRegistrationOptions(section="autofix")
        registered.append(types.Registration("autofix-settings", types.WORKSPACE_DID_CHANGE_CONFIGURATION, options))
    if desk.client.registers_watching:
        watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
        files = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        registered.append(types.Registration("autofix-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, files))
    if registered:
        desk.editor.task(server.client_register_capability_async(types.RegistrationParams(registered)))
    if desk.client.configuration:
        desk.editor.task(desk.fetch())


def _shutdown(server: Server, params: Any) -> None:
    del params
    server.was_shut_down = True
    server.end()


# -- texts -------------------------------------------------------------------------------------------------------------


def _did_open(server: Server, params: types.DidOpenTextDocumentParams) -> None:
    one = params.text_document
    server.desk.documents.open(one.uri, one.version, one.text, str(one.language_id))
    server.desk.update(one.uri, Cause.OPENED)


def _did_change(server: Server, params: types.DidChangeTextDocumentParams) -> None:
    one = params.text_document
    server.desk.documents.change(one.uri, one.version, map(_change, params.content_changes))
    server.desk.update(one.uri, Cause.CHANGED)


def _change(change: Any) -> tuple[tuple[int, int, int, int] | None, str]:
    place = getattr(change, "range", None)
    if place is None:
        return None, change.text
    return (place.start.line, place.start.character, place.end.line, place.end.character), change.text


def _did_save(server: Server, params: types.DidSaveTextDocumentParams) -> None:
    server.desk.update(params.text_document.uri, Cause.SAVED)


def _did_close(server: Server, params: types.DidCloseTextDocumentParams) -> None:
    server.desk.close(params.text_document.uri)
    server.desk.documents.close(params.text_document.uri)


def _notebook_did_open(server: Server, params: types.DidOpenNotebookDocumentParams) -> None:
    desk, notebook = server.desk, params.notebook_document
    for one in params.cell_text_documents:
        desk.documents.open(one.uri, one.version, one.text, str(one.language_id))
    desk.documents.open_notebook(notebook.uri, [cell.document for cell in notebook.cells])
    desk.update(notebook.uri, Cause.OPENED)


def _notebook_did_change(server: Server, params: types.DidChangeNotebookDocumentParams) -> None:
    desk, key, cells = server.desk, params.notebook_document.uri, params.change.cells
    if cells is None:
        return
    if cells.structure is not None:
        for one in cells.structure.did_open or ():
            desk.documents.open(one.uri, one.version, one.text, str(one.language_id))
        place = cells.structure.array
        desk.documents.change_cells(key, place.start, place.delete_count, [cell.document for cell in place.cells or ()])
        for closed in cells.structure.did_close or ():
            desk.documents.close(closed.uri)
            desk.editor.clear(closed.uri)
    for text in cells.text_content or ():
        desk.documents.change(text.document.uri, text.document.version, map(_change, text.changes))
    desk.update(key, Cause.CHANGED)


def _notebook_did_save(server: Server, params: types.DidSaveNotebookDocumentParams) -> None:
    server.desk.update(params.notebook_document.uri, Cause.SAVED)


def _notebook_did_close(server: Server, params: types.DidCloseNotebookDocumentParams) -> None:
    server.desk.close(params.notebook_document.uri)
    server.desk.documents.close_notebook(params.notebook_document.uri)


# -- workspace ---------------------------------------------------------------------------------------------------------


def _did_change_folders(server: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
    desk = server.desk
    desk.remove_folders(folder.uri for folder in params.event.removed)
    desk.add_folders(folder.uri for folder in params.event.added)
    if desk.client.configuration:
        desk.editor.task(desk.fetch())


def _did_change_configuration(server: Server, params: types.DidChangeConfigurationParams) -> None:
    desk = server.desk
    if desk.client.configuration:
        desk.editor.task(desk.fetch())
    elif isinstance(params.settings, dict):
        desk.configure(params.settings.get("autofix", params.settings))
    desk.editor.refresh()


def _did_change_files(server: Server, params: types.DidChangeWatchedFilesParams) -> None:
    desk = server.desk
    for change in params.changes:
        desk.file_changed(change.uri, gone=change.type is types.FileChangeType.Deleted)


async def _execute(server: Server, params: types.ExecuteCommandParams) -> Any:
    return await commands.execute(server, server.desk, params)


# -- questions ---------------------------------------------------------------------------------------------------------


async def _diagnostic(server: Server, params: types.DocumentDiagnosticParams) -> Any:
    desk, uri = server.desk, params.text_document.uri
    key = desk.documents.key(uri)
    await desk.settled(uri, early=True)
    found = diagnostics.of_file(uri, desk.results_of(uri), desk.convert, desk.client)
    desk.editor.pulled(uri, found, key)
    related = _related(desk, uri, key) if desk.client.related_documents else None
    return types.RelatedFullDocumentDiagnosticReport(found, related_documents=related or None)


def _related(desk: Desk, uri: str, key: str) -> dict[str, Any]:
    """Files that are not open, which the editor would not ask about."""
    result = desk.analyses.result(key)
    others = diagnostics.uris(result, desk.convert) if result is not None else set()
    return {
        other: types.FullDocumentDiagnosticReport(
            diagnostics.of_file(other, desk.results_of(other), desk.convert, desk.client)
        )
        for other in sorted(others - {uri} - set(desk.documents.buffers))
    }


async def _code_action(server: Server, params: types.CodeActionParams) -> list[types.CodeAction] | None:
    desk, uri = server.desk, params.text_document.uri
    buffer = desk.documents.buffers.get(uri)
    if buffer is None or not desk.client.literals:
        return None
    only = tuple(str(getattr(kind, "value", kind)) for kind in params.context.only or ())
    await desk.ready(uri, asked=clients.FIX_ALL in only or clients.NOTEBOOK_FIX_ALL in only)
    buffer = desk.documents.buffers.get(uri, buffer)
    place = desk.convert.asked(buffer, params.range)
    asked = actions.Asked(buffer, place, only, tuple(params.context.diagnostics))
    return list(actions.of_range(asked, desk.results_of(uri), desk.convert, desk.client))


def _resolve_action(server: Server, action: types.CodeAction) -> types.CodeAction:
    desk = server.desk
    try:
        action.edit = actions.resolved(action.data, desk.analyses.results(), desk.convert, desk.client)
    except ConflictError as error:
        raise JsonRpcContentModified(str(error)) from error
    return action


async def _hints(server: Server, params: types.InlayHintParams) -> list[types.InlayHint] | None:
    desk, uri = server.desk, params.text_document.uri
    desk.editor.asked_hints = True
    if not desk.client.refreshes_hints:
        await desk.settled(uri)
    buffer = desk.documents.buffers.get(uri)
    results = desk.results_of(uri)
    if buffer is None or not results or not desk.preferences(uri).inlay_hints:
        return None
    return list(inlay.hints(buffer, params.range, results[0], desk.convert))


def _hover(server: Server, params: types.HoverParams) -> types.Hover | None:
    desk, uri = server.desk, params.text_document.uri
    buffer = desk.documents.buffers.get(uri)
    if buffer is None:
        return None
    at = buffer.lines.from_editor(params.position.line, params.position.character, desk.convert.encoding)
    return hover.hover(buffer, at, desk.results_of(uri), desk.convert, desk.client)


async def _lenses(server: Server, params: types.CodeLensParams) -> list[types.CodeLens] | None:
    desk, uri = server.desk, params.text_document.uri
    desk.editor.asked_lenses = True
    key = desk.documents.key(uri)
    if not desk.client.refreshes_lenses:
        await desk.settled(uri)
    module = desk.documents.module(key)
    if module is None or "torch" not in module.text or not desk.preferences(uri).code_lens:
        return None
    found = lens.lenses(module, desk.known(module), desk.convert)
    return [one for buffer, one in found if buffer.uri == uri]


_FEATURES: dict[str, Callable[..., Any]] = {
    types.INITIALIZE: _initialize,
    types.INITIALIZED: _initialized,
    types.SHUTDOWN: _shutdown,
    types.TEXT_DOCUMENT_DID_OPEN: _did_open,
    types.TEXT_DOCUMENT_DID_CHANGE: _did_change,
    types.TEXT_DOCUMENT_DID_SAVE: _did_save,
    types.TEXT_DOCUMENT_DID_CLOSE: _did_close,
    types.NOTEBOOK_DOCUMENT_DID_OPEN: _notebook_did_open,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE: _notebook_did_change,
    types.NOTEBOOK_DOCUMENT_DID_SAVE: _notebook_did_save,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE: _notebook_did_close,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: _did_change_folders,
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: _did_change_configuration,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: _did_change_files,
    types.WORKSPACE_EXECUTE_COMMAND: _execute,
    types.TEXT_DOCUMENT_DIAGNOSTIC: _diagnostic,
    types.TEXT_DOCUMENT_CODE_ACTION: _code_action,
    types.CODE_ACTION_RESOLVE: _resolve_action,
    types.TEXT_DOCUMENT_INLAY_HINT: _hints,
    types.TEXT_DOCUMENT_HOVER: _hover,
    types.TEXT_DOCUMENT_CODE_LENS: _lenses,
}


def serve(first: bytes, answered: str | int | None, incoming: BinaryIO, outgoing: BinaryIO) -> int:
    """Answer until the editor says `exit` or goes away; 0 if it said `shutdown` before."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("pygls").setLevel(logging.CRITICAL)  # It logs every message, and errors that we answer.
    server = Server()
    server.protocol.answered = answered
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    server.start_io(Replayed(first, incoming), outgoing)  # type: ignore[arg-type]
    server.end()
    return 0 if server.was_shut_down else 1
