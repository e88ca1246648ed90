"""What the editor asks: diagnostics, code actions, hints, hover, lenses. Each is answered, if only by nothing."""

from __future__ import annotations

from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcContentModified

from autofix.frontends.lsp import actions, capabilities, diagnostics, inlay, lens
from autofix.frontends.lsp import hover as hovering
from autofix.frontends.lsp.server_state import Desk
from autofix.records.errors import ConflictError

# -- questions ---------------------------------------------------------------------------------------------------------


async def diagnostic(desk: Desk, params: types.DocumentDiagnosticParams) -> Any:
    uri = params.text_document.uri
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


async def code_action(desk: Desk, params: types.CodeActionParams) -> list[types.CodeAction] | None:
    uri = params.text_document.uri
    buffer = desk.documents.buffers.get(uri)
    if buffer is None or not desk.client.literals:
        return None
    only = tuple(str(getattr(kind, "value", kind)) for kind in params.context.only or ())
    await desk.ready(uri, asked=capabilities.FIX_ALL in only or capabilities.NOTEBOOK_FIX_ALL in only)
    buffer = desk.documents.buffers.get(uri, buffer)
    place = desk.convert.asked(buffer, params.range)
    asked = actions.Asked(buffer, place, only, tuple(params.context.diagnostics))
    return list(actions.of_range(asked, desk.results_of(uri), desk.convert, desk.client))


def resolve_action(desk: Desk, action: types.CodeAction) -> types.CodeAction:
    try:
        action.edit = actions.resolved(action.data, desk.analyses.results(), desk.convert, desk.client)
    except ConflictError as error:
        raise JsonRpcContentModified(str(error)) from error
    return action


async def hints(desk: Desk, params: types.InlayHintParams) -> list[types.InlayHint] | None:
    uri = params.text_document.uri
    desk.editor.asked_hints = True
    if not desk.client.refreshes_hints:
        await desk.settled(uri)
    buffer = desk.documents.buffers.get(uri)
    results = desk.results_of(uri)
    if buffer is None or not results or not desk.preferences(uri).inlay_hints:
        return None
    return list(inlay.hints(buffer, params.range, results[0], desk.convert))


def hover(desk: Desk, params: types.HoverParams) -> types.Hover | None:
    uri = params.text_document.uri
    buffer = desk.documents.buffers.get(uri)
    if buffer is None:
        return None
    at = buffer.lines.from_editor(params.position.line, params.position.character, desk.convert.encoding)
    return hovering.hover(buffer, at, desk.results_of(uri), desk.convert, desk.client)


async def lenses(desk: Desk, params: types.CodeLensParams) -> list[types.CodeLens] | None:
    uri = params.text_document.uri
    desk.editor.asked_lenses = True
    key = desk.documents.key(uri)
    if not desk.client.refreshes_lenses:
        await desk.settled(uri)
    module = desk.documents.module(key)
    if module is None or "torch" not in module.text or not desk.preferences(uri).code_lens:
        return None
    found = lens.lenses(module, desk.known(module), desk.convert)
    return [one for buffer, one in found if buffer.uri == uri]
