"""The commands: run the check, name the sample, trust a folder, explain a rule, choose another repair, start again.

Every argument may be left out: the document is then the one that was used last.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams, JsonRpcRequestCancelled

from autofix.frontends.lsp import actions, comments, edits, rule_pages
from autofix.frontends.lsp.documents import Module, path_of
from autofix.frontends.lsp.results import Place, Result
from autofix.frontends.lsp.scheduler import Trigger
from autofix.frontends.lsp.server_state import ServerState
from autofix.loading import find_target
from autofix.records.errors import AutofixError, ConflictError, UsageError
from autofix.records.locations import Edit
from autofix.records.samples import SampleOrigin
from autofix.syntax.source import source_of

# Longer than any run and search may take.
PATIENCE_S = 600.0
Arguments = list[Any]


async def execute(server_state: ServerState, params: types.ExecuteCommandParams) -> Any:
    """Run a command; raise JsonRpcInvalidParams for a command or an argument that is not known."""
    command = _COMMANDS.get(params.command)
    if command is None:
        raise JsonRpcInvalidParams(f"there is no command {params.command}")
    try:
        return await command(server_state, list(params.arguments or []))
    except AutofixError as error:
        server_state.editor.say(f"autofix: {error}", types.MessageType.Warning)
        return None


def _text(arguments: Arguments, index: int) -> str | None:
    """Return an argument that is a text; objects with a `uri` are accepted, as editors pass on what they have."""
    value = arguments[index] if index < len(arguments) else None
    if isinstance(value, dict):
        value = value.get("uri")
    if value is not None and not isinstance(value, str):
        raise JsonRpcInvalidParams(f"argument {index + 1} is {value!r} but must be a text")
    return value or None


def _module(server_state: ServerState, arguments: Arguments) -> Module:
    uri = _text(arguments, 0) or server_state.last
    module = None if uri is None else server_state.documents.module(server_state.documents.key(uri))
    if module is None:
        raise UsageError("no Python file is open here; open the model's file first")
    return module


async def _run_check(server_state: ServerState, arguments: Arguments) -> Any:
    module = _module(server_state, arguments)
    if not server_state.trusted(module):
        raise UsageError(_untrusted(server_state))
    model = _text(arguments, 1)
    if model is not None:
        server_state.models[module.uri] = model
        server_state.analyses.choose(module.uri, model)
    server_state.analyses.update(module.uri, Trigger.ASKED)
    try:
        result = await server_state.analyses.settled(module.uri, PATIENCE_S)
    except BaseException:
        server_state.analyses.cancel(module.uri)  # Nobody waits for it any more.
        raise
    return _told(server_state, module, result)


def _untrusted(server_state: ServerState) -> str:
    if server_state.trust.can_change:
        return "this folder is not trusted, so nothing is run; the command autofix.trust trusts it"
    return "the editor does not trust this workspace, so nothing is run"


def _told(server_state: ServerState, module: Module, result: Result | None) -> Any:
    if result is None:
        if "torch" not in module.text:
            raise UsageError(f"{module.path.name} does not use torch")
        raise JsonRpcRequestCancelled("the run was ended")
    ending = result.stage.name if result.report is None else result.report.ending.name
    message = result.message or (result.report.message if result.report is not None else "")
    if result.message:
        server_state.editor.say(f"autofix: {result.message}", types.MessageType.Warning)
    return {"ending": ending.lower().replace("_", "-"), "message": message}


async def _set_sample_shape(server_state: ServerState, arguments: Arguments) -> Any:
    module = _module(server_state, arguments)
    settings, shape = server_state.settings(module.path), _text(arguments, 1)
    samples = None
    if shape is not None:
        parts = [part for part in shape.split(";") if part.strip()]
        samples = find_target.parse_sample(parts or [shape])
    target = find_target.target(
        module.path,
        model=server_state.models.get(module.uri) or settings.model,
        samples=samples,
        settled=find_target.configured(settings.sample_shape),
        text=module.text,
    )
    source = source_of(module.path, module.text)
    edit = comments.sampled(source, target.model, target.samples)
    if edit is None:
        raise UsageError(f"the sample of {module.path.name} cannot be written as shapes")
    if samples is not None or target.samples.origin is not SampleOrigin.COMMENT:
        await _apply_comment(server_state, module, edit)
    return {"sample": str(target.samples), "origin": target.samples.origin.name.lower()}


async def _apply_comment(server_state: ServerState, module: Module, edit: Edit) -> None:
    position = module.to_editor(edit.range)
    if position is None:
        raise ConflictError("the text has changed")
    place = Place(*position)
    change = types.TextEdit(server_state.convert.range(place), edit.text)
    workspace_edit = edits.workspace_edit([(place.buffer, [change])], server_state.client)
    await _apply(server_state, workspace_edit, "sample shape")


async def _apply(server_state: ServerState, edit: types.WorkspaceEdit, label: str) -> None:
    if not server_state.client.applies_edits:
        raise UsageError("this editor does not let a server edit texts")
    answer = await server_state.server.workspace_apply_edit_async(
        types.ApplyWorkspaceEditParams(edit, f"autofix: {label}")
    )
    if not answer.applied:
        raise ConflictError(answer.failure_reason or "the editor did not make the edit")


async def _trust(server_state: ServerState, arguments: Arguments) -> Any:
    folder = _folder(server_state, arguments)
    if not server_state.trust.can_change:
        raise UsageError("this editor decides itself which workspaces are trusted; trust it there")
    _kept(server_state.trust.add, folder)
    server_state.editor.say(f"autofix: {folder} is trusted: models in it are run")
    server_state.rerun(Trigger.OPENED)
    return str(folder)


async def _untrust(server_state: ServerState, arguments: Arguments) -> Any:
    folder = _folder(server_state, arguments)
    _kept(server_state.trust.remove, folder)
    server_state.analyses.forget()
    server_state.rerun(Trigger.RELATED)
    server_state.editor.say(f"autofix: {folder} is not trusted any more: nothing in it is run")
    return str(folder)


def _kept(change: Callable[[Path], None], folder: Path) -> None:
    try:
        change(folder)
    except OSError as error:
        raise UsageError(f"the trusted folders cannot be kept: {error.strerror or error}") from error


def _folder(server_state: ServerState, arguments: Arguments) -> Path:
    """Return the workspace folder around what was named, else the project of the file, else the first
    workspace folder.
    """
    uri = _text(arguments, 0) or server_state.last
    path = None if uri is None else path_of(server_state.documents.key(uri))
    if path is None:
        folder = next(iter(server_state.folders.values()), None)
        if folder is None:
            raise UsageError("no folder is open here; name one")
        return folder
    if path.is_dir():
        return path
    return server_state.configuration.folder_of(path) or find_target.project_root(path)


async def _explain(server_state: ServerState, arguments: Arguments) -> Any:
    code = _text(arguments, 0)
    if code is None:
        results = server_state.analyses.results()
        code = next((diagnostic.code for result in results for diagnostic in result.diagnostics), None)
    text = None if code is None else rule_pages.text(code)
    if code is None or text is None:
        raise UsageError(f"there is no rule {code}" if code else "nothing is found that could be explained")
    page = rule_pages.uri(code.upper())
    if page is not None and server_state.client.shows_documents:
        await server_state.server.window_show_document_async(types.ShowDocumentParams(page, take_focus=True))
    return text


async def _show_alternatives(server_state: ServerState, arguments: Arguments) -> Any:
    module = _module(server_state, arguments)
    result = await server_state.analyses.settled(module.uri, PATIENCE_S)
    plans = result.plans if result is not None else ()
    if result is None or not plans:
        raise UsageError(f"there is no repair for {module.path.name}")
    titles = {f"{number}. {actions.title(plan, server_state.client)}": plan for number, plan in enumerate(plans, 1)}
    asked = types.ShowMessageRequestParams(
        types.MessageType.Info, "autofix: which repair?", [types.MessageActionItem(title) for title in titles]
    )
    answer = await server_state.server.window_show_message_request_async(asked)
    plan = None if answer is None else titles.get(answer.title)
    if plan is not None:
        await _apply(server_state, edits.of_plan(result, plan, server_state.convert, server_state.client), plan.title)
    return None if plan is None else plan.title


async def _restart(server_state: ServerState, arguments: Arguments) -> Any:
    del arguments
    server_state.analyses.forget()
    server_state.rerun(Trigger.OPENED)
    return None


_COMMANDS: dict[str, Callable[[ServerState, Arguments], Awaitable[Any]]] = {
    "autofix.runCheck": _run_check,
    "autofix.setSampleShape": _set_sample_shape,
    "autofix.trust": _trust,
    "autofix.untrust": _untrust,
    "autofix.explain": _explain,
    "autofix.showAlternatives": _show_alternatives,
    "autofix.restart": _restart,
}
