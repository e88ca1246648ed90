"""What the editor tells: texts and notebooks opened, changed, saved and closed; folders, settings and files changed."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from autofix.frontends.lsp.scheduler import Trigger
from autofix.frontends.lsp.server_state import ServerState

_WATCHED = ("**/*.py", "**/pyproject.toml", "**/autofix.toml", "**/*.json", "**/*.yaml", "**/*.yml")


async def initialized(server_state: ServerState, params: types.InitializedParams) -> None:
    """Ask the editor to tell of settings and files, and for the settings of now."""
    del params
    registered = []
    if server_state.client.registers_configuration:
        options = types.DidChangeConfigurationRegistrationOptions(section="autofix")
        registered.append(types.Registration("autofix-settings", types.WORKSPACE_DID_CHANGE_CONFIGURATION, options))
    if server_state.client.registers_watching:
        watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
        files = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        registered.append(types.Registration("autofix-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, files))
    if registered:
        server_state.editor.task(
            server_state.server.client_register_capability_async(types.RegistrationParams(registered))
        )
    if server_state.client.configuration:
        server_state.editor.task(server_state.fetch())


# -- texts -------------------------------------------------------------------------------------------------------------


def did_open(server_state: ServerState, params: types.DidOpenTextDocumentParams) -> None:
    document = params.text_document
    server_state.documents.open(document.uri, document.version, document.text, str(document.language_id))
    server_state.update(document.uri, Trigger.OPENED)


def did_change(server_state: ServerState, params: types.DidChangeTextDocumentParams) -> None:
    document = params.text_document
    server_state.documents.change(document.uri, document.version, map(_change, params.content_changes))
    server_state.update(document.uri, Trigger.CHANGED)


def _change(change: Any) -> tuple[tuple[int, int, int, int] | None, str]:
    place = getattr(change, "range", None)
    if place is None:
        return None, change.text
    return (place.start.line, place.start.character, place.end.line, place.end.character), change.text


def did_save(server_state: ServerState, params: types.DidSaveTextDocumentParams) -> None:
    server_state.update(params.text_document.uri, Trigger.SAVED)


def did_close(server_state: ServerState, params: types.DidCloseTextDocumentParams) -> None:
    server_state.close(params.text_document.uri)
    server_state.documents.close(params.text_document.uri)


def notebook_did_open(server_state: ServerState, params: types.DidOpenNotebookDocumentParams) -> None:
    notebook = params.notebook_document
    for document in params.cell_text_documents:
        server_state.documents.open(document.uri, document.version, document.text, str(document.language_id))
    server_state.documents.open_notebook(notebook.uri, [cell.document for cell in notebook.cells])
    server_state.update(notebook.uri, Trigger.OPENED)


def notebook_did_change(server_state: ServerState, params: types.DidChangeNotebookDocumentParams) -> None:
    key, cells = params.notebook_document.uri, params.change.cells
    if cells is None:
        return
    if cells.structure is not None:
        for document in cells.structure.did_open or ():
            server_state.documents.open(document.uri, document.version, document.text, str(document.language_id))
        place = cells.structure.array
        server_state.documents.change_cells(
            key, place.start, place.delete_count, [cell.document for cell in place.cells or ()]
        )
        for closed in cells.structure.did_close or ():
            server_state.documents.close(closed.uri)
            server_state.editor.clear(closed.uri)
    for text in cells.text_content or ():
        server_state.documents.change(text.document.uri, text.document.version, map(_change, text.changes))
    server_state.update(key, Trigger.CHANGED)


def notebook_did_save(server_state: ServerState, params: types.DidSaveNotebookDocumentParams) -> None:
    server_state.update(params.notebook_document.uri, Trigger.SAVED)


def notebook_did_close(server_state: ServerState, params: types.DidCloseNotebookDocumentParams) -> None:
    server_state.close(params.notebook_document.uri)
    server_state.documents.close_notebook(params.notebook_document.uri)


# -- workspace ---------------------------------------------------------------------------------------------------------


def did_change_folders(server_state: ServerState, params: types.DidChangeWorkspaceFoldersParams) -> None:
    server_state.remove_folders(folder.uri for folder in params.event.removed)
    server_state.add_folders(folder.uri for folder in params.event.added)
    if server_state.client.configuration:
        server_state.editor.task(server_state.fetch())


def did_change_configuration(server_state: ServerState, params: types.DidChangeConfigurationParams) -> None:
    if server_state.client.configuration:
        server_state.editor.task(server_state.fetch())
    elif isinstance(params.settings, dict):
        server_state.configure(params.settings.get("autofix", params.settings))
    server_state.editor.refresh()


def did_change_files(server_state: ServerState, params: types.DidChangeWatchedFilesParams) -> None:
    for change in params.changes:
        server_state.file_changed(change.uri, gone=change.type is types.FileChangeType.Deleted)
