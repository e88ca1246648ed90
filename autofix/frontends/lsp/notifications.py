"""What the editor tells: texts and notebooks opened, changed, saved and closed; folders, settings and files changed."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from autofix.frontends.lsp.scheduler import Cause
from autofix.frontends.lsp.server_state import Desk

_WATCHED = ("**/*.py", "**/pyproject.toml", "**/autofix.toml", "**/*.json", "**/*.yaml", "**/*.yml")


async def initialized(desk: Desk, params: types.InitializedParams) -> None:
    """Ask the editor to tell of settings and files, and for the settings of now."""
    del params
    registered = []
    if desk.client.registers_configuration:
        options = types.DidChangeConfigurationRegistrationOptions(section="autofix")
        registered.append(types.Registration("autofix-settings", types.WORKSPACE_DID_CHANGE_CONFIGURATION, options))
    if desk.client.registers_watching:
        watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
        files = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        registered.append(types.Registration("autofix-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, files))
    if registered:
        desk.editor.task(desk.server.client_register_capability_async(types.RegistrationParams(registered)))
    if desk.client.configuration:
        desk.editor.task(desk.fetch())


# -- texts -------------------------------------------------------------------------------------------------------------


def did_open(desk: Desk, params: types.DidOpenTextDocumentParams) -> None:
    one = params.text_document
    desk.documents.open(one.uri, one.version, one.text, str(one.language_id))
    desk.update(one.uri, Cause.OPENED)


def did_change(desk: Desk, params: types.DidChangeTextDocumentParams) -> None:
    one = params.text_document
    desk.documents.change(one.uri, one.version, map(_change, params.content_changes))
    desk.update(one.uri, Cause.CHANGED)


def _change(change: Any) -> tuple[tuple[int, int, int, int] | None, str]:
    place = getattr(change, "range", None)
    if place is None:
        return None, change.text
    return (place.start.line, place.start.character, place.end.line, place.end.character), change.text


def did_save(desk: Desk, params: types.DidSaveTextDocumentParams) -> None:
    desk.update(params.text_document.uri, Cause.SAVED)


def did_close(desk: Desk, params: types.DidCloseTextDocumentParams) -> None:
    desk.close(params.text_document.uri)
    desk.documents.close(params.text_document.uri)


def notebook_did_open(desk: Desk, params: types.DidOpenNotebookDocumentParams) -> None:
    notebook = params.notebook_document
    for one in params.cell_text_documents:
        desk.documents.open(one.uri, one.version, one.text, str(one.language_id))
    desk.documents.open_notebook(notebook.uri, [cell.document for cell in notebook.cells])
    desk.update(notebook.uri, Cause.OPENED)


def notebook_did_change(desk: Desk, params: types.DidChangeNotebookDocumentParams) -> None:
    key, cells = params.notebook_document.uri, params.change.cells
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


def notebook_did_save(desk: Desk, params: types.DidSaveNotebookDocumentParams) -> None:
    desk.update(params.notebook_document.uri, Cause.SAVED)


def notebook_did_close(desk: Desk, params: types.DidCloseNotebookDocumentParams) -> None:
    desk.close(params.notebook_document.uri)
    desk.documents.close_notebook(params.notebook_document.uri)


# -- workspace ---------------------------------------------------------------------------------------------------------


def did_change_folders(desk: Desk, params: types.DidChangeWorkspaceFoldersParams) -> None:
    desk.remove_folders(folder.uri for folder in params.event.removed)
    desk.add_folders(folder.uri for folder in params.event.added)
    if desk.client.configuration:
        desk.editor.task(desk.fetch())


def did_change_configuration(desk: Desk, params: types.DidChangeConfigurationParams) -> None:
    if desk.client.configuration:
        desk.editor.task(desk.fetch())
    elif isinstance(params.settings, dict):
        desk.configure(params.settings.get("autofix", params.settings))
    desk.editor.refresh()


def did_change_files(desk: Desk, params: types.DidChangeWatchedFilesParams) -> None:
    for change in params.changes:
        desk.file_changed(change.uri, gone=change.type is types.FileChangeType.Deleted)
