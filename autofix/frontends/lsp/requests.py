"""What the editor asks: diagnostics, code actions, hints, hover, lenses. Each is answered, if only by nothing."""

from __future__ import annotations

from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcContentModified

from autofix.frontends.lsp import actions, capabilities, diagnostics, inlay, lens
from autofix.frontends.lsp import hover as hovering
from autofix.frontends.lsp.server_state import ServerState
from autofix.records.errors import ConflictError

# -- questions ---------------------------------------------------------------------------------------------------------


async def diagnostic(server_state: ServerState, params: types.DocumentDiagnosticParams) -> Any:
    uri = params.text_document.uri
    key = server_state.documents.key(uri)
    await server_state.settled(uri, early=True)
    shown = diagnostics.of_file(uri, server_state.results_of(uri), server_state.convert, server_state.client)
    server_state.editor.pulled(uri, shown, key)
    related = _related(server_state, uri, key) if server_state.client.related_documents else None
    return types.RelatedFullDocumentDiagnosticReport(shown, related_documents=related or None)


def _related(server_state: ServerState, uri: str, key: str) -> dict[str, Any]:
    """Return the reports of files that are not open, which the editor would not ask about."""
    result = server_state.analyses.result(key)
    others = diagnostics.uris(result, server_state.convert) if result is not None else set()
    return {
        other: types.FullDocumentDiagnosticReport(
            diagnostics.of_file(other, server_state.results_of(other), server_state.convert, server_state.client)
        )
        for other in sorted(others - {uri} - set(server_state.documents.buffers))
    }


async def code_action(server_state: ServerState, params: types.CodeActionParams) -> list[types.CodeAction] | None:
    uri = params.text_document.uri
    buffer = server_state.documents.buffers.get(uri)
    if buffer is None or not server_state.client.literals:
        return None
    only = tuple(str(getattr(kind, "value", kind)) for kind in params.context.only or ())
    await server_state.ready(uri, asked=capabilities.FIX_ALL in only or capabilities.NOTEBOOK_FIX_ALL in only)
    buffer = server_state.documents.buffers.get(uri, buffer)
    place = server_state.convert.asked(buffer, params.range)
    asked = actions.ActionRequest(buffer, place, only, tuple(params.context.diagnostics))
    return list(actions.of_range(asked, server_state.results_of(uri), server_state.convert, server_state.client))


def resolve_action(server_state: ServerState, action: types.CodeAction) -> types.CodeAction:
    try:
        action.edit = actions.resolved(
            action.data, server_state.analyses.results(), server_state.convert, server_state.client
        )
    except ConflictError as error:
        raise JsonRpcContentModified(str(error)) from error
    return action


async def hints(server_state: ServerState, params: types.InlayHintParams) -> list[types.InlayHint] | None:
    uri = params.text_document.uri
    server_state.editor.asked_hints = True
    if not server_state.client.refreshes_hints:
        await server_state.settled(uri)
    buffer = server_state.documents.buffers.get(uri)
    results = server_state.results_of(uri)
    if buffer is None or not results or not server_state.preferences(uri).inlay_hints:
        return None
    return list(inlay.hints(buffer, params.range, results[0], server_state.convert))


def hover(server_state: ServerState, params: types.HoverParams) -> types.Hover | None:
    uri = params.text_document.uri
    buffer = server_state.documents.buffers.get(uri)
    if buffer is None:
        return None
    at = buffer.lines.from_editor(params.position.line, params.position.character, server_state.convert.encoding)
    return hovering.hover(buffer, at, server_state.results_of(uri), server_state.convert, server_state.client)


async def lenses(server_state: ServerState, params: types.CodeLensParams) -> list[types.CodeLens] | None:
    uri = params.text_document.uri
    server_state.editor.asked_lenses = True
    key = server_state.documents.key(uri)
    if not server_state.client.refreshes_lenses:
        await server_state.settled(uri)
    module = server_state.documents.module(key)
    if module is None or "torch" not in module.text or not server_state.preferences(uri).code_lens:
        return None
    lenses_of_module = lens.lenses(module, server_state.known(module), server_state.convert)
    return [code_lens for buffer, code_lens in lenses_of_module if buffer.uri == uri]
