"""What the editor declared of itself, and what the server therefore offers it.

Both are plain data of the protocol, so that `initialize` is answered before the libraries of the protocol are loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autofix import __version__

FIX_ALL = "source.fixAll.autofix"
NOTEBOOK_FIX_ALL = "notebook.source.fixAll.autofix"
REWRITE = "refactor.rewrite"
QUICK_FIX = "quickfix"
COMMANDS = (
    "autofix.runCheck",
    "autofix.setSampleShape",
    "autofix.trust",
    "autofix.untrust",
    "autofix.explain",
    "autofix.showAlternatives",
    "autofix.restart",
)
_ENCODINGS = ("utf-8", "utf-16", "utf-32")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Client:
    """The editor, as far as answers differ by it."""

    encoding: str = "utf-16"
    pulls: bool = False
    related_documents: bool = False
    related_information: bool = False
    code_links: bool = False
    versioned_edits: bool = False
    annotations: bool = False
    literals: bool = False
    resolves_edits: bool = False
    preferred: bool = False
    markdown: bool = False
    refreshes_hints: bool = False
    refreshes_lenses: bool = False
    progress: bool = False
    configuration: bool = False
    registers_configuration: bool = False
    registers_watching: bool = False
    folders: bool = False
    shows_documents: bool = False
    asks_choices: bool = False
    applies_edits: bool = False


def client(capabilities: object) -> Client:
    """Read a client's capabilities, as the protocol writes them; what is no capability counts as absent."""

    def has(*path: str) -> Any:
        value: Any = capabilities
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    action = ("textDocument", "codeAction")
    resolved = has(*action, "resolveSupport", "properties") or ()
    return Client(
        encoding=next(
            (encoding for encoding in has("general", "positionEncodings") or () if encoding in _ENCODINGS), "utf-16"
        ),
        # A client that cannot be asked to pull again would never see what a run after saving found.
        pulls=has("textDocument", "diagnostic") is not None and bool(has("workspace", "diagnostics", "refreshSupport")),
        related_documents=bool(has("textDocument", "diagnostic", "relatedDocumentSupport")),
        related_information=bool(
            has("textDocument", "publishDiagnostics", "relatedInformation")
            or has("textDocument", "diagnostic", "relatedInformation")
        ),
        code_links=bool(
            has("textDocument", "publishDiagnostics", "codeDescriptionSupport")
            or has("textDocument", "diagnostic", "codeDescriptionSupport")
        ),
        versioned_edits=bool(has("workspace", "workspaceEdit", "documentChanges")),
        annotations=has("workspace", "workspaceEdit", "changeAnnotationSupport") is not None,
        literals=has(*action, "codeActionLiteralSupport") is not None,
        resolves_edits="edit" in resolved and bool(has(*action, "dataSupport")),
        preferred=bool(has(*action, "isPreferredSupport")),
        markdown="markdown" in (has("textDocument", "hover", "contentFormat") or ()),
        refreshes_hints=bool(has("workspace", "inlayHint", "refreshSupport")),
        refreshes_lenses=bool(has("workspace", "codeLens", "refreshSupport")),
        progress=bool(has("window", "workDoneProgress")),
        configuration=bool(has("workspace", "configuration")),
        registers_configuration=bool(has("workspace", "didChangeConfiguration", "dynamicRegistration")),
        registers_watching=bool(has("workspace", "didChangeWatchedFiles", "dynamicRegistration")),
        folders=bool(has("workspace", "workspaceFolders")),
        shows_documents=bool(has("window", "showDocument", "support")),
        asks_choices=has("window", "showMessage", "messageActionItem") is not None,
        applies_edits=bool(has("workspace", "applyEdit")),
    )


def answer(of: Client) -> Json:
    """Return the result of `initialize`."""
    cells = {"notebook": {"notebookType": "jupyter-notebook"}, "cells": [{"language": "python"}]}
    offered: Json = {
        "positionEncoding": of.encoding,
        "textDocumentSync": {"openClose": True, "change": 2, "save": {"includeText": False}},
        "notebookDocumentSync": {"notebookSelector": [cells], "save": True},
        "codeActionProvider": {
            "codeActionKinds": [QUICK_FIX, REWRITE, FIX_ALL, NOTEBOOK_FIX_ALL],
            "resolveProvider": of.resolves_edits,
        },
        "codeLensProvider": {"resolveProvider": False},
        "executeCommandProvider": {"commands": list(COMMANDS)},
        "hoverProvider": True,
        "inlayHintProvider": {"resolveProvider": False},
        "workspace": {"workspaceFolders": {"supported": True, "changeNotifications": True}},
    }
    if of.pulls:
        # Another file may be where the fault of this one lies.
        offered["diagnosticProvider"] = {
            "identifier": "autofix",
            "interFileDependencies": True,
            "workspaceDiagnostics": False,
        }
    return {"capabilities": offered, "serverInfo": {"name": "autofix", "version": __version__}}
