"""A language server that is told and asked anything: every question gets an answer, and the server lives on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from editor import Editor, Message
from fuzzing import check_unchanged, fuzzed, world
from hypothesis import strategies as st
from programs import FAULTY, HEAD, STATEMENTS
from texts import json_values, odd_texts

pytestmark = [pytest.mark.torch, pytest.mark.skipif(sys.platform == "win32", reason="ends processes by signals")]

TEXT = f"# autofix: sample-shape=4,6\n# größe \U0001f600\n{HEAD}{FAULTY}"
SETTINGS: Message = {"run": "onSave", "debounce": 0, "timeLimit": 5}
COMMANDS = ("autofix.runCheck", "autofix.fixAll", "autofix.showReport", "autofix.trust", "autofix.no-such")


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """Yield a server with one analysed file, and check that it ends as it should."""
    folder = tmp_path_factory.mktemp("editor")
    (folder / "pyproject.toml").touch()
    (folder / "net.py").write_text(TEXT, "utf-8")
    home = {"XDG_STATE_HOME": str(folder / "home"), "XDG_CACHE_HOME": str(folder / "home")}
    started = Editor(folder, options={"workspaceTrust": True}, settings=SETTINGS, environment=home)
    yield started
    assert started.end() == 0


@pytest.fixture(scope="module")
def uri(editor: Editor, tmp_path_factory: pytest.TempPathFactory) -> str:
    document = editor.open(next(tmp_path_factory.getbasetemp().glob("editor*/net.py")))
    editor.request("workspace/executeCommand", {"command": "autofix.runCheck", "arguments": [document]})
    assert [diagnostic["code"] for diagnostic in editor.diagnostics(document)] == ["AF101"]
    return document


_fixed = st.fixed_dictionaries
_uris = st.one_of(
    st.just("@"),
    st.sampled_from(
        (
            *("@.other", "@#cell", "untitled:1", "file:///", "file://[", "file:///a%00b.py", "", "...", "file:net.py"),
            *("file://host/net.py", "file:///%FF.py", "http://[::1/x.py", "FILE:///NET.PY", "file:///etc", "nb.ipynb"),
        )
    ),
    odd_texts,
)
_units = st.one_of(st.integers(0, 40), st.sampled_from((2**31 - 1, 2**31, -1, -(2**31), 10**30)))
_positions = _fixed({"line": _units, "character": _units})
_ranges = _fixed({"start": _positions, "end": _positions})
_texts = st.one_of(
    st.sampled_from((TEXT, TEXT.replace("\n", "\r\n"), TEXT.replace("\n", "\r"), "", "class Net(", *STATEMENTS[:6])),
    odd_texts,
)
_versions = st.integers(-1, 9)
_named = _fixed({"uri": _uris})
_versioned = _fixed({"uri": _uris, "version": _versions})
_opened = _fixed(
    {"uri": _uris, "languageId": st.sampled_from(("python", "python", "rust")), "version": _versions, "text": _texts}
)
_changes = st.lists(st.one_of(_fixed({"range": _ranges, "text": odd_texts}), _fixed({"text": _texts})), max_size=3)
_cells = st.lists(_fixed({"kind": st.sampled_from((1, 2)), "document": _uris}), max_size=2)
_structure = _fixed(
    {"array": _fixed({"start": _units, "deleteCount": _units, "cells": _cells})},
    optional={"didOpen": st.lists(_opened, max_size=1), "didClose": st.lists(_named, max_size=1)},
)
_cells_changed = _fixed(
    {},
    optional={
        "structure": _structure,
        "textContent": st.lists(_fixed({"document": _versioned, "changes": _changes}), max_size=2),
    },
)
_settings = st.dictionaries(st.sampled_from(("run", "debounce", "timeLimit", "memoryLimit", "python")), json_values)
_folders = st.lists(_fixed({"uri": _uris, "name": odd_texts}), max_size=1)
_about_place = {"textDocument": _named, "position": _positions}
_about_range = {"textDocument": _named, "range": _ranges}
ASKED: dict[str, st.SearchStrategy[Any]] = {
    "textDocument/hover": _fixed(_about_place),
    "textDocument/inlayHint": _fixed(_about_range),
    "textDocument/codeLens": _fixed({"textDocument": _named}),
    "textDocument/diagnostic": _fixed({"textDocument": _named}),
    "textDocument/codeAction": _fixed(
        {
            **_about_range,
            "context": _fixed({"diagnostics": st.just([])}, optional={"only": st.lists(odd_texts, max_size=2)}),
        }
    ),
    "codeAction/resolve": _fixed({"title": odd_texts, "data": json_values}),
    "workspace/executeCommand": _fixed(
        {
            "command": st.one_of(st.sampled_from(COMMANDS), odd_texts),
            "arguments": st.one_of(st.lists(_uris, max_size=2), st.lists(json_values, max_size=2)),
        }
    ),
}
TOLD: dict[str, st.SearchStrategy[Any]] = {
    "textDocument/didOpen": _fixed({"textDocument": _opened}),
    "textDocument/didChange": _fixed({"textDocument": _versioned, "contentChanges": _changes}),
    "textDocument/didSave": _fixed({"textDocument": _named}),
    "textDocument/didClose": _fixed({"textDocument": _named}),
    "notebookDocument/didOpen": _fixed(
        {
            "notebookDocument": _fixed(
                {"uri": _uris, "notebookType": odd_texts, "version": _versions, "cells": _cells}
            ),
            "cellTextDocuments": st.lists(_opened, max_size=2),
        }
    ),
    "notebookDocument/didChange": _fixed({"notebookDocument": _versioned, "change": _fixed({"cells": _cells_changed})}),
    "notebookDocument/didClose": _fixed(
        {"notebookDocument": _named, "cellTextDocuments": st.lists(_named, max_size=1)}
    ),
    "workspace/didChangeWatchedFiles": _fixed(
        {"changes": st.lists(_fixed({"uri": _uris, "type": st.sampled_from((1, 2, 3))}), max_size=2)}
    ),
    "workspace/didChangeConfiguration": _fixed({"settings": st.one_of(_fixed({"autofix": _settings}), json_values)}),
    "workspace/didChangeWorkspaceFolders": _fixed({"event": _fixed({"added": _folders, "removed": _folders})}),
    "$/cancelRequest": _fixed({"id": st.one_of(st.integers(), odd_texts)}),
    "no/such": json_values,
}


@st.composite
def _messages(draw: st.DrawFn) -> list[tuple[str, Any]]:
    """Draw messages that an editor could send, and now and then something in one that none would."""
    messages = []
    for _ in range(draw(st.integers(1, 6))):
        method = draw(st.sampled_from(sorted({**ASKED, **TOLD})))
        params = draw({**ASKED, **TOLD}[method])
        if draw(st.integers(0, 4)) == 0:
            params = draw(_spoiled(params))
        messages.append((method, params))
    return messages


@st.composite
def _spoiled(draw: st.DrawFn, value: Any) -> Any:
    """Return the value with something else at one place in it."""
    if not value or not isinstance(value, (dict, list)) or draw(st.integers(0, 3)) == 0:
        return draw(json_values)
    key = draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))))
    changed = value.copy()
    changed[key] = draw(_spoiled(value[key]))
    return changed


def _about(value: Any, uri: str) -> Any:
    """Return the value with the file's uri in place of ``@``."""
    if isinstance(value, str):
        return value.replace("@", uri)
    if isinstance(value, list):
        return [_about(item, uri) for item in value]
    return {key: _about(item, uri) for key, item in value.items()} if isinstance(value, dict) else value


@fuzzed(normal=8, long=180, messages=_messages())
def test_anything_is_answered(editor: Editor, uri: str, messages: list[tuple[str, Any]]) -> None:
    with world({}) as project_world:
        before = project_world.files()
        asked = []
        for method, params in messages:
            if method in ASKED:
                asked.append(editor.ask(method, _about(params, uri)))
            else:
                editor.notify(method, _about(params, uri))
        for number in asked:
            editor.answer(number)
        _check_alive(editor, uri)
        check_unchanged(before, project_world)


def _check_alive(editor: Editor, uri: str) -> None:
    """Check that the server answers about the file as it is on disk, and has reported no fault of its own."""
    document = {"uri": uri, "languageId": "python", "version": 1, "text": TEXT}
    editor.notify("textDocument/didOpen", {"textDocument": document})
    place = {"line": 0, "character": 0}
    editor.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": place})
    notices = [notice for notice in editor.came if notice["method"] in {"window/logMessage", "window/showMessage"}]
    editor.came.clear()
    faults = [
        text for notice in notices if "internal error" in (text := notice["params"]["message"]) or "Traceback" in text
    ]
    assert not faults, faults[0]
    assert editor.process.poll() is None


@fuzzed(
    normal=8,
    long=135,
    at=_positions,
    text=odd_texts,
    ask=st.sampled_from(("hover", "inlayHint", "codeAction", "codeLens")),
)
def test_questions_about_a_text_that_changes(editor: Editor, uri: str, at: Message, text: str, ask: str) -> None:
    """An edit at any place of an analysed file, and a question before anything was run again."""
    place = {"start": at, "end": at}
    change = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"range": place, "text": text}]}
    editor.notify("textDocument/didChange", change)
    params = {"textDocument": {"uri": uri}, "position": at, "range": place, "context": {"diagnostics": []}}
    editor.request(f"textDocument/{ask}", params)
    _check_alive(editor, uri)
