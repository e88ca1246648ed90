"""A running language server over stdio, as clients of different kinds see it."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from lsprotocol import types
from lsprotocol.converters import get_converter
from pygls.exceptions import JsonRpcException
from pytest_lsp import ClientServerConfig, LanguageClient

from autofix.frontends.lsp.position_encoding import Encoding, Lines
from autofix.patch.edits_to_text import apply_edits
from autofix.records.locations import Edit, Range

pytestmark = [pytest.mark.asyncio, pytest.mark.torch]

NET = """\
import torch
import torch.nn.functional as F
from torch import nn

# autofix: sample-shape=4,3,32,32


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 5)
        self.head = nn.Linear(8 * 13 * 13, 10)  # größe 🙂

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv(x)), 2)
        größe = "🙂"; x = self.head(torch.flatten(x, 1))
        return x
"""
REPAIRED = NET.replace("8 * 13 * 13", "8 * 14 * 14")
BLOCK = """\
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Conv2d(3, 8, 5)

    def forward(self, x):
        y = self.inner(x)
        unused = y.sum()
        return torch.tanh(y)


"""
ACTION = {
    "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix", "refactor", "source"]}},
    "isPreferredSupport": True,
}


@dataclass(frozen=True)
class Profile:
    """What a client declares, by the name of its editor."""

    name: str
    encoding: Encoding
    capabilities: dict[str, Any]

    @property
    def pulls(self) -> bool:
        return "diagnostic" in self.capabilities["textDocument"]

    @property
    def resolves(self) -> bool:
        return "resolveSupport" in self.capabilities["textDocument"]["codeAction"]


VS_CODE = Profile(
    "vscode",
    Encoding.UTF_16,
    {
        "general": {"positionEncodings": ["utf-16"]},
        "window": {
            "workDoneProgress": True,
            "showDocument": {"support": True},
            "showMessage": {"messageActionItem": {}},
        },
        "workspace": {
            "applyEdit": True,
            "configuration": True,
            "workspaceFolders": True,
            "workspaceEdit": {"documentChanges": True, "changeAnnotationSupport": {"groupsOnLabel": True}},
            "diagnostics": {"refreshSupport": True},
            "inlayHint": {"refreshSupport": True},
            "codeLens": {"refreshSupport": True},
        },
        "textDocument": {
            "diagnostic": {"relatedDocumentSupport": True},
            "publishDiagnostics": {"relatedInformation": True, "codeDescriptionSupport": True, "versionSupport": True},
            "inlayHint": {},
            "codeLens": {},
            "hover": {"contentFormat": ["markdown", "plaintext"]},
            "codeAction": {**ACTION, "dataSupport": True, "resolveSupport": {"properties": ["edit"]}},
        },
    },
)
NEOVIM = Profile(
    "neovim-0.7",
    Encoding.UTF_16,
    {
        "window": {"workDoneProgress": True, "showMessage": {"messageActionItem": {}}},
        "workspace": {"applyEdit": True, "workspaceEdit": {}},
        "textDocument": {
            "publishDiagnostics": {"relatedInformation": True},
            "hover": {"contentFormat": ["markdown", "plaintext"]},
            "codeAction": {**ACTION, "dataSupport": True, "resolveSupport": {"properties": ["edit"]}},
        },
    },
)
EGLOT = Profile(
    "eglot",
    Encoding.UTF_32,
    {
        "general": {"positionEncodings": ["utf-32", "utf-8", "utf-16"]},
        "workspace": {"applyEdit": True, "configuration": True, "workspaceEdit": {"documentChanges": True}},
        "textDocument": {
            "publishDiagnostics": {},
            "inlayHint": {},
            "hover": {"contentFormat": ["plaintext"]},
            "codeAction": ACTION,
        },
    },
)
HELIX = Profile("helix", Encoding.UTF_8, {**EGLOT.capabilities, "general": {"positionEncodings": ["utf-8", "utf-16"]}})


@dataclass
class Talk:
    """One client with its server; ``folder`` is trusted."""

    profile: Profile
    client: LanguageClient
    folder: Path
    pushed: list[types.PublishDiagnosticsParams] = field(default_factory=list)
    applied: list[types.WorkspaceEdit] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)
    number: int = 0

    def open(self, text: str, name: str | None = None, *, saved: str | None = None) -> str:
        """Open a new file; ``saved`` is what is on disk, the same if not given."""
        self.number += 1
        path = self.folder / (name or f"net{self.number}.py")
        path.write_text(text if saved is None else saved, "utf-8")
        uri = path.as_uri()
        self.versions[uri] = 1
        self.client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "python", 1, text))
        )
        return uri

    def change(self, uri: str, text: str) -> None:
        self.versions[uri] += 1
        document = types.VersionedTextDocumentIdentifier(version=self.versions[uri], uri=uri)
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    def save(self, uri: str) -> None:
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))

    def close(self, uri: str) -> None:
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))

    async def command(self, name: str, *arguments: object) -> Any:
        params = types.ExecuteCommandParams(f"autofix.{name}", list(arguments))
        return await self.client.workspace_execute_command_async(params)

    async def diagnostics(self, uri: str) -> list[types.Diagnostic]:
        """Return the diagnostics as the client is given them, once the server has come to rest."""
        await self.actions(uri, 0)
        if self.profile.pulls:
            params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
            report = await self.client.text_document_diagnostic_async(params)
            assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
            return list(report.items)
        return list(self.client.diagnostics.get(uri, []))

    async def actions(self, uri: str, line: int, *only: str) -> list[types.CodeAction]:
        place = types.Range(types.Position(line, 0), types.Position(line, 0))
        context = types.CodeActionContext([], list(only) or None)
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), place, context)
        actions = await self.client.text_document_code_action_async(params)
        return [action for action in actions or () if isinstance(action, types.CodeAction)]

    async def edit(self, action: types.CodeAction) -> types.WorkspaceEdit:
        """Return the edit of an action, resolved where it came without."""
        if action.edit is None:
            assert self.profile.resolves
            action = await self.client.code_action_resolve_async(action)
        assert action.edit is not None
        return action.edit

    def applied_to(self, text: str, uri: str, edit: types.WorkspaceEdit) -> str:
        """Return the text after an edit, in the client's counting."""
        lines, path = Lines(text), Path("any")
        edits = []
        for text_edit in self.edits_of(edit, uri):
            start, end = (
                lines.from_editor(at.line, at.character, self.profile.encoding)
                for at in (text_edit.range.start, text_edit.range.end)
            )
            edits.append(Edit(path, Range(start, end), text_edit.new_text))
        return apply_edits(text, edits)

    def edits_of(self, edit: types.WorkspaceEdit, uri: str) -> list[types.TextEdit]:
        if edit.document_changes is None:
            return list((edit.changes or {}).get(uri, ()))
        edits: list[types.TextEdit] = []
        for change in edit.document_changes:
            assert isinstance(change, types.TextDocumentEdit)
            if change.text_document.uri == uri:
                assert change.text_document.version == self.versions.get(uri)
                edits += [types.TextEdit(text_edit.range, _new_text(text_edit)) for text_edit in change.edits]
        return edits


def _new_text(edit: types.TextEdit | types.AnnotatedTextEdit | types.SnippetTextEdit) -> str:
    assert not isinstance(edit, types.SnippetTextEdit)
    return edit.new_text


Start = Callable[..., Any]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Start:
    """Start a server for a client of a profile, in a folder of its own."""

    async def begin(
        profile: Profile, *, options: dict[str, Any] | None = None, settings: dict[str, Any] | None = None
    ) -> Talk:
        folder = tmp_path_factory.mktemp(profile.name)
        (folder / "pyproject.toml").touch()
        home = tmp_path_factory.mktemp("home")
        environment = {**os.environ, "XDG_STATE_HOME": str(home), "XDG_CACHE_HOME": str(home)}
        environment.pop("VIRTUAL_ENV", None)
        client = await ClientServerConfig([sys.executable, "-m", "autofix", "lsp"], server_env=environment).start()
        assert isinstance(client, LanguageClient)
        talk = Talk(profile, client, folder)
        _listen(talk)
        chosen = {"run": "onChange", "debounce": 0, **(settings or {})}
        client.set_configuration(chosen, section="autofix")
        converter = get_converter()
        initialization = {"trusted": [str(folder)], "settings": chosen} if options is None else options
        await client.initialize_session(
            types.InitializeParams(
                converter.structure(profile.capabilities, types.ClientCapabilities),
                workspace_folders=[types.WorkspaceFolder(folder.as_uri(), "folder")],
                initialization_options=initialization,
            )
        )
        return talk

    return begin


def _listen(talk: Talk) -> None:
    client = talk.client
    default = client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]
    del client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]

    def pushed(params: types.PublishDiagnosticsParams) -> None:
        talk.pushed.append(params)
        default(params)

    def applied(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        talk.applied.append(params.edit)
        return types.ApplyWorkspaceEditResult(applied=True)

    client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(pushed)
    client.feature(types.WORKSPACE_APPLY_EDIT)(applied)
    for method in (types.WORKSPACE_INLAY_HINT_REFRESH, types.WORKSPACE_CODE_LENS_REFRESH):
        client.feature(method)(lambda params: None)


@pytest_asyncio.fixture(scope="module", params=[VS_CODE, NEOVIM, EGLOT, HELIX], ids=lambda profile: str(profile.name))
async def talk(request: pytest.FixtureRequest, start: Start) -> AsyncIterator[Talk]:
    """Yield a warm server that many tests share; each opens files of its own."""
    started = await start(request.param)
    yield started
    await started.client.shutdown_session()
    await started.client.stop()


@pytest_asyncio.fixture(scope="module")
async def vscode(start: Start) -> AsyncIterator[Talk]:
    started = await start(VS_CODE)
    yield started
    await started.client.shutdown_session()
    await started.client.stop()


async def test_the_failing_call_is_underlined_in_the_unsaved_text(talk: Talk) -> None:
    uri = talk.open(NET, saved="# nothing yet\n")
    (diagnostic,) = await talk.diagnostics(uri)
    assert diagnostic.message.splitlines()[0] == "`head` takes 1352 features but receives 1568"
    assert diagnostic.message.splitlines()[1] == "set `in_features` of `head` to 8 * 14 * 14 (safe)"
    assert diagnostic.severity is types.DiagnosticSeverity.Error
    assert diagnostic.code == "AF101"
    assert diagnostic.source == "autofix"
    line = NET.splitlines()[15]
    before, call = line.partition("self.head(")[0], "self.head(torch.flatten(x, 1))"
    start = talk.profile.encoding.width(before)
    end = start + talk.profile.encoding.width(call)
    assert diagnostic.range == types.Range(types.Position(15, start), types.Position(15, end))


async def test_related_places_and_links_only_where_declared(talk: Talk) -> None:
    uri = talk.open(NET)
    (diagnostic,) = await talk.diagnostics(uri)
    declared = talk.profile.capabilities["textDocument"]["publishDiagnostics"]
    related = {
        related_place.message: related_place.location.range.start.line
        for related_place in diagnostic.related_information or ()
    }
    if declared.get("relatedInformation"):
        assert related["`in_features` of `head` is set here"] == 11
        assert related["conv gives (4, 8, 28, 28)"] == 14
    else:
        assert related == {}
    assert (diagnostic.code_description is not None) == bool(declared.get("codeDescriptionSupport"))
    if diagnostic.code_description is not None:
        page = Path(diagnostic.code_description.href.removeprefix("file://")).read_text("utf-8")
        assert page.startswith("# AF101 layer-size")


async def test_the_quick_fix_gives_the_verified_text_and_nothing_is_left(talk: Talk) -> None:
    uri = talk.open(NET)
    first, *others = [action for action in await talk.actions(uri, 15, "quickfix") if action.kind == "quickfix"]
    assert first.title == "Set in_features of head to 8 * 14 * 14"
    assert first.is_preferred
    assert not any(action.is_preferred for action in others)
    repaired = talk.applied_to(NET, uri, await talk.edit(first))
    assert repaired == REPAIRED
    talk.change(uri, repaired)
    assert await talk.diagnostics(uri) == []


async def test_the_edit_is_there_at_once_where_it_cannot_be_asked_for(talk: Talk) -> None:
    uri = talk.open(NET)
    action = (await talk.actions(uri, 15, "quickfix"))[0]
    assert (action.edit is None) == talk.profile.resolves


async def test_either_pushed_or_pulled(talk: Talk) -> None:
    uri = talk.open(NET)
    assert await talk.diagnostics(uri) != []
    pushed = [notice for notice in talk.pushed if notice.uri == uri]
    assert bool(pushed) != talk.profile.pulls
    assert {notice.version for notice in pushed} <= {1}


async def test_fix_all_takes_the_safe_repair_only(talk: Talk) -> None:
    uri = talk.open(NET)
    (action,) = await talk.actions(uri, 0, "source.fixAll")
    assert action.kind == "source.fixAll.autofix"
    assert talk.applied_to(NET, uri, await talk.edit(action)) == REPAIRED
    guessed = talk.open(NET.replace("# autofix: sample-shape=4,3,32,32", "").replace("13 * 13", "13 * 14"))
    assert await talk.actions(guessed, 0, "source.fixAll") == []


async def test_an_unsafe_repair_asks_or_says_so(talk: Talk) -> None:
    uri = talk.open(NET.replace("13 * 13", "12 * 12"))
    rewrites = await talk.actions(uri, 15, "refactor.rewrite")
    action = next(action for action in rewrites if action.title.startswith("Resize"))
    assert "(unsafe" in action.title
    edit = await talk.edit(action)
    if "changeAnnotationSupport" in talk.profile.capabilities["workspace"]["workspaceEdit"]:
        (annotation,) = (edit.change_annotations or {}).values()
        assert annotation.needs_confirmation
        assert annotation.description
    else:
        assert edit.change_annotations is None
        assert "a simpler repair also works" in action.title


async def test_disabling_hides_the_diagnostic(talk: Talk) -> None:
    uri = talk.open(NET)
    actions = await talk.actions(uri, 15, "quickfix")
    action = next(action for action in actions if action.title == "Disable AF101 on this line")
    text = talk.applied_to(NET, uri, await talk.edit(action))
    assert text.splitlines()[15].endswith("  # autofix: ignore[AF101]")
    talk.change(uri, text)
    assert await talk.diagnostics(uri) == []


async def test_a_text_that_changed_gets_no_edit(talk: Talk) -> None:
    uri = talk.open(NET)
    action = (await talk.actions(uri, 15, "quickfix"))[0]
    talk.change(uri, NET.replace("13 * 13", "13 * 12"))
    if talk.profile.resolves:
        with pytest.raises(JsonRpcException) as caught:
            await talk.client.code_action_resolve_async(action)
        assert caught.value.code == types.LSPErrorCodes.ContentModified
    again = (await talk.actions(uri, 15, "quickfix"))[0]
    edits = talk.edits_of(await talk.edit(again), uri)
    assert [edit.new_text for edit in edits] == ["14", "14"]


async def test_hover_shows_shapes_sizes_and_proof(talk: Talk) -> None:
    uri = talk.open(NET)
    await talk.diagnostics(uri)

    async def hover(line: int, word: str) -> str:
        column = talk.profile.encoding.width(NET.splitlines()[line].partition(word)[0])
        params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(line, column))
        answer = await talk.client.text_document_hover_async(params)
        assert answer is not None
        assert isinstance(answer.contents, types.MarkupContent)
        markdown = "markdown" in talk.profile.capabilities["textDocument"]["hover"]["contentFormat"]
        assert (answer.contents.kind is types.MarkupKind.Markdown) == markdown
        return answer.contents.value.replace("`", "").replace("**", "")

    conv = await hover(14, "conv(x)")
    assert "conv float32 (4, 3, 32, 32) -> float32 (4, 8, 28, 28)" in conv
    assert "Conv2d(in_channels=3, out_channels=8, kernel_size=(5, 5)" in conv
    assert "608 parameters" in conv
    built = await hover(10, "nn.Conv2d")
    assert "608 parameters" in built
    fault = await hover(15, "self.head")
    assert "Verified: forward -> (4, 10)" in fault
    assert "Parameters: 14,138 -> 16,298" in fault


async def test_hints_stand_at_the_end_of_the_line(talk: Talk) -> None:
    uri = talk.open(REPAIRED)
    await talk.diagnostics(uri)
    lines = REPAIRED.splitlines()
    everything = types.Range(types.Position(0, 0), types.Position(len(lines), 0))
    params = types.InlayHintParams(types.TextDocumentIdentifier(uri), everything)
    hints = await talk.client.text_document_inlay_hint_async(params)
    shown = {(hint.position.line, hint.position.character): hint.label for hint in hints or ()}
    width = talk.profile.encoding.width
    assert shown == {(14, width(lines[14])): "(4, 8, 14, 14)", (15, width(lines[15])): "(4, 10)"}


async def test_a_line_that_calls_a_block_shows_what_the_block_gave(vscode: Talk) -> None:
    text = REPAIRED.replace("nn.Conv2d(3, 8, 5)", "Block()").replace("class Net(", f"{BLOCK}class Net(")
    text = text.replace("        x = F.max", "        x = self.conv(x)\n        x = F.max").replace(
        "F.relu(self.conv(x))", "F.relu(x)"
    )
    uri = vscode.open(text)
    assert await vscode.diagnostics(uri) == []
    everything = types.Range(types.Position(0, 0), types.Position(99, 0))
    params = types.InlayHintParams(types.TextDocumentIdentifier(uri), everything)
    hints = await vscode.client.text_document_inlay_hint_async(params)
    shown = {text.splitlines()[hint.position.line].strip(): hint.label for hint in hints or ()}
    assert shown["x = self.conv(x)"] == "(4, 8, 28, 28)"
    assert shown["y = self.inner(x)"] == "(4, 8, 28, 28)"
    assert shown["unused = y.sum()"] == "()"
    assert shown["x = F.max_pool2d(F.relu(x), 2)"] == "(4, 8, 14, 14)"


async def test_the_lens_says_sample_parameters_and_outcome(talk: Talk) -> None:
    uri = talk.open(REPAIRED)
    await talk.diagnostics(uri)
    lenses = await talk.client.text_document_code_lens_async(types.CodeLensParams(types.TextDocumentIdentifier(uri)))
    (lens,) = lenses or ()
    assert lens.command is not None
    assert lens.command.title == "4,3,32,32 from line 5 · 16,298 parameters · all shapes agree"
    assert lens.range.start.line == 7
    assert await talk.command("runCheck", *(lens.command.arguments or ())) == {
        "ending": "healthy",
        "message": "output (4, 10)",
    }


async def test_the_sample_can_be_written_down(talk: Talk) -> None:
    text = (
        REPAIRED.replace("# autofix: sample-shape=4,3,32,32\n", "")
        + "\nprint(Net()(torch.randn(4, 3, 32, 32)).shape)\n"
    )
    (talk.folder / "test_written.py").unlink(missing_ok=True)
    uri = talk.open(text.replace("print(", "assert ("), "written.py")
    answer = await talk.command("setSampleShape", uri, "2,3,32,32")
    assert answer == {"sample": "2,3,32,32", "origin": "given"}
    after = talk.applied_to(text, uri, talk.applied[-1])
    assert "# autofix: sample-shape=2,3,32,32\nclass Net" in after


async def test_a_plan_edits_the_other_file_too(talk: Talk) -> None:
    block = "from torch import nn\n\n\ndef head(width=100):\n    return nn.Linear(width, 10)\n"
    talk.number += 1
    name = f"block{talk.number}"
    other = talk.open(block, f"{name}.py")
    text = NET.replace("nn.Linear(8 * 13 * 13, 10)", "head()").replace(
        "from torch import nn\n", f"from torch import nn\n\nfrom {name} import head\n"
    )
    uri = talk.open(text)
    action = (await talk.actions(uri, 17, "quickfix"))[0]
    edit = await talk.edit(action)
    changed = [changed_uri for changed_uri in (uri, other) if talk.edits_of(edit, changed_uri)]
    assert changed
    texts = {uri: text, other: block}
    for changed_uri in changed:
        texts[changed_uri] = talk.applied_to(texts[changed_uri], changed_uri, edit)
        talk.change(changed_uri, texts[changed_uri])
    assert await talk.diagnostics(uri) == []


async def test_what_cannot_be_run_is_no_diagnostic(talk: Talk) -> None:
    uri = talk.open("import torch\nfrom torch import nn\n\nclass Net(nn.Module)\n    pass\n")
    assert await talk.diagnostics(uri) == []
    answer = await talk.command("runCheck", uri)
    assert answer["ending"] == "refused"
    assert "correct the syntax first" in answer["message"]


async def test_a_rule_is_explained(vscode: Talk) -> None:
    text = await vscode.command("explain", "AF101")
    assert text.startswith("# AF101 layer-size")
    assert await vscode.command("explain", "AF777") is None
    assert vscode.client.messages[-1].message == "autofix: there is no rule AF777"


async def test_unknown_commands_and_arguments_are_answered(vscode: Talk) -> None:
    for name, arguments in (("nonsense", ()), ("runCheck", (7,))):
        with pytest.raises(JsonRpcException) as caught:
            await vscode.command(name, *arguments)
        assert caught.value.code == -32602


async def test_other_languages_and_files_without_torch_are_left_alone(vscode: Talk) -> None:
    uri = vscode.open("print('hello')\n")
    assert await vscode.diagnostics(uri) == []
    lenses = await vscode.client.text_document_code_lens_async(types.CodeLensParams(types.TextDocumentIdentifier(uri)))
    assert not lenses
