"""A plan as an edit of the workspace: its own smallest edits, with the versions of the texts they are for.

It refuses what would not give exactly the verified texts: a text that changed since, in the editor or on disk, or a
line that stands for something else in its notebook.
"""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types

from autofix.frontends.lsp.capabilities import Client
from autofix.frontends.lsp.convert import Converter
from autofix.frontends.lsp.documents import Buffer, Documents, Module, Part
from autofix.frontends.lsp.results import Place, Result, is_fresh
from autofix.loading import text_files
from autofix.records.errors import ConflictError, UsageError
from autofix.records.locations import Edit
from autofix.records.plan import Applicability, Plan
from autofix.report.replacements import replacements

UNSAFE = "autofix.unsafe"
Group = tuple[Buffer, list[types.TextEdit]]


def of_plan(result: Result, plan: Plan, convert: Converter, client: Client) -> types.WorkspaceEdit:
    """Return the plan's edits in the present texts; raise ConflictError if those are not the texts that
    were analysed.
    """
    documents = convert.documents
    if not is_fresh(result, documents):
        raise ConflictError("the text has changed since it was analysed")
    assert result.report is not None
    groups: dict[str, Group] = {}
    for edit in replacements(plan, result.report.texts):
        place = _place(result, edit, documents)
        group = groups.setdefault(place.buffer.uri, (place.buffer, []))
        group[1].append(types.TextEdit(convert.range(place), _as_in(place.buffer, edit.text)))
    reason = plan.notes[0] if plan.notes and plan.applicability is not Applicability.SAFE else None
    return workspace_edit(list(groups.values()), client, reason)


def _place(result: Result, edit: Edit, documents: Documents) -> Place:
    module = _module(result, edit.path, documents)
    lines = range(edit.range.start.line, edit.range.end.line + (edit.range.end.column > 0))
    place = module.to_editor(edit.range)
    if place is None or not all(module.is_kept(line) for line in lines):
        raise ConflictError("the repair changes more than one cell, or a line that is not Python")
    return Place(*place)


def _module(result: Result, path: Path, documents: Documents) -> Module:
    if path == result.module.path:
        module = documents.module(result.module.uri)
        assert module is not None  # It is fresh.
        return module
    uri = documents.uri_of(path)
    if (buffer := documents.buffers.get(uri)) is not None:
        return Module(uri, path, buffer.text, (Part(buffer, 1),))
    analysed = (
        next((source_text.text for source_text in result.report.texts if source_text.path == path), None)
        if result.report
        else None
    )
    try:
        text = text_files.read(path).text
    except UsageError as error:
        raise ConflictError(str(error)) from error
    if text != analysed:
        raise ConflictError(f"{path.name} has changed on disk since it was analysed")
    return Module(uri, path, text, (Part(Buffer(uri, None, text), 1),))


def _as_in(buffer: Buffer, text: str) -> str:
    """Return the text with the line ends of the notebook's cell."""
    return text.replace("\n", "\r\n") if "\r\n" in buffer.text and "\r\n" not in text else text


def workspace_edit(groups: list[Group], client: Client, reason: str | None = None) -> types.WorkspaceEdit:
    """Return the edits in the form that the client declared; ``reason``: why a reader is to confirm them."""
    if not client.versioned_edits:
        return types.WorkspaceEdit(changes={buffer.uri: edits for buffer, edits in groups})
    annotated = client.annotations and reason is not None
    changes = [
        types.TextDocumentEdit(
            types.OptionalVersionedTextDocumentIdentifier(buffer.uri, buffer.version),
            [types.AnnotatedTextEdit(UNSAFE, edit.range, edit.new_text) for edit in edits] if annotated else edits,
        )
        for buffer, edits in groups
    ]
    annotation = types.ChangeAnnotation("Unsafe repair", needs_confirmation=True, description=reason)
    return types.WorkspaceEdit(document_changes=changes, change_annotations={UNSAFE: annotation} if annotated else None)
