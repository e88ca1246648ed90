"""What a language server has to live through: code that must not run, code that crashes, hangs and eats memory, typing
while it works, files that go, several servers, long files, editors that die.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from editor import VS_CODE, Editor, Message
from gates import Gate

pytestmark = [pytest.mark.torch, pytest.mark.skipif(sys.platform == "win32", reason="ends processes by signals")]

NET = """\
import torch
from torch import nn

# autofix: sample-shape=2,8


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(7, 3)

    def forward(self, x):
        {line}
        return self.head(x)
"""
WRONG, RIGHT = NET.format(line="pass"), NET.format(line="pass").replace("Linear(7", "Linear(8")
FAULT = "`head` takes 7 features but receives 8"
PUSHING: Message = {"textDocument": {"publishDiagnostics": {"relatedInformation": True}, "codeAction": {}}}
SETTINGS: Message = {"run": "onChange", "debounce": 0}
TRUSTED: Message = {"workspaceTrust": True}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment in which no other server keeps its state."""
    folder = str(tmp_path_factory.mktemp("home"))
    return {"XDG_STATE_HOME": folder, "XDG_CACHE_HOME": folder}


@pytest.fixture(scope="module")
def start(home: dict[str, str]) -> Iterator[Callable[..., Editor]]:
    """Start a server; all of them end well."""
    editors: list[Editor] = []

    def begin(folder: Path, options: Message = TRUSTED, settings: Message | None = None, **more: Any) -> Editor:
        more.setdefault("capabilities", VS_CODE)
        editors.append(Editor(folder, more["capabilities"], options, settings or SETTINGS, home))
        return editors[-1]

    yield begin
    codes = [editor.end() if editor.process.poll() is None else editor.close() for editor in editors]
    assert {code for code in codes if code not in (1, -signal.SIGKILL)} <= {0}


@pytest.fixture(scope="module")
def editor(start: Callable[..., Editor], tmp_path_factory: pytest.TempPathFactory) -> Editor:
    """Return a warm server that the tests of this file share, with files of their own."""
    return start(_folder(tmp_path_factory.mktemp("shared")), settings={**SETTINGS, "timeLimit": 2, "memoryLimit": 2000})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return _folder(tmp_path)


def _folder(path: Path) -> Path:
    (path / "pyproject.toml").touch()
    return path


def _messages(items: list[Message]) -> list[str]:
    return [item["message"].partition("\n")[0] for item in items]


def _check(editor: Editor, uri: str) -> Any:
    return editor.request("workspace/executeCommand", {"command": "autofix.runCheck", "arguments": [uri]})


# -- trust -------------------------------------------------------------------------------------------------------------

UNTRUSTED = {
    "no word of trust": {},
    "the editor does not trust it": {"workspaceTrust": False, "trusted": True},
    "trust for another folder": {"trusted": ["/nowhere"]},
    "a setting is no trust": {"settings": {"run": "onChange", "trusted": True}},
}


@pytest.mark.parametrize("options", UNTRUSTED.values(), ids=UNTRUSTED.keys())
def test_nothing_runs_in_a_folder_that_is_not_trusted(
    start: Callable[..., Editor], folder: Path, options: Message, gate: Gate
) -> None:
    """Not on opening, changing, saving or asking, whatever the folder's own settings say."""
    canary = f"{gate.opening}\n"
    (folder / "pyproject.toml").write_text("[tool.autofix]\nsample-shape = '2,8'\n", "utf-8")
    (folder / "conftest.py").write_text(canary, "utf-8")
    path = folder / "net.py"
    path.write_text(canary + WRONG, "utf-8")
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\ntouch {folder}/canary\n", "utf-8")
    python.chmod(0o755)
    editor = start(folder, options)
    uri = editor.open(path)
    editor.change(uri, canary + WRONG + "\n")
    editor.save(uri)
    assert editor.diagnostics(uri) == []
    assert editor.actions(uri, 14, ["source.fixAll"]) == []
    assert _check(editor, uri) is None
    lenses = editor.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
    assert [lens["command"]["command"] for lens in lenses] == ["autofix.runCheck", "autofix.trust"]
    assert editor.end() == 0
    assert not (folder / "canary").exists()
    assert not gate.was_used()
    exec(canary, {})
    assert gate.was_used()  # It does sing.


def test_trust_is_kept_outside_the_folder_and_can_be_taken_back(
    start: Callable[..., Editor], folder: Path, home: dict[str, str]
) -> None:
    (folder / "net.py").write_text(WRONG, "utf-8")
    before = sorted(folder.iterdir())
    first = start(folder, {})
    uri = first.open(folder / "net.py")
    trust = {"command": "autofix.trust", "arguments": [uri]}
    assert first.request("workspace/executeCommand", trust) == str(folder)
    assert _messages(first.diagnostics(uri)) == [FAULT]
    assert sorted(folder.iterdir()) == before
    stored = json.loads(Path(home["XDG_STATE_HOME"], "autofix", "trusted.json").read_text("utf-8"))
    assert str(folder.resolve()) in stored["folders"]
    second = start(folder, {})
    uri = second.open(folder / "net.py")
    assert _messages(second.diagnostics(uri)) == [FAULT]
    second.request("workspace/executeCommand", {"command": "autofix.untrust", "arguments": [uri]})
    assert second.diagnostics(uri) == []
    assert _check(second, uri) is None


def test_the_setting_says_when(start: Callable[..., Editor], folder: Path) -> None:
    editor = start(folder, settings={"run": "onSave", "debounce": 0})
    uri = editor.open(folder / "net.py", RIGHT)
    assert editor.diagnostics(uri) == []
    editor.change(uri, WRONG)
    assert editor.diagnostics(uri) == []
    editor.save(uri)
    assert _messages(editor.diagnostics(uri)) == [FAULT]
    editor.settings["run"] = "never"
    editor.notify("workspace/didChangeConfiguration", {"settings": None})
    editor.change(uri, RIGHT)
    editor.save(uri)
    assert _check(editor, uri)["ending"] == "healthy"


# -- code that ends badly ----------------------------------------------------------------------------------------------

ENDINGS = {
    "segfault": ("import ctypes; ctypes.string_at(0)", "crashed"),
    "exit": ("import os; os._exit(3)", "exit code 3"),
    "hang": ("while True: pass", "longer than 2 s"),
    "memory": ("[bytearray(1 << 28) for _ in range(64)]", "memory"),
    "print": ("print('Content-Length: 9'); import os; os.write(1, b'Content-Length: 3'); os.write(2, b'x')", ""),
    "fork": ("import os; os.fork()", ""),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_code_that_ends_badly_is_survived(editor: Editor, name: str, tmp_path: Path) -> None:
    line, message = ENDINGS[name]
    uri = editor.open(_folder(tmp_path) / f"{name}.py", NET.format(line=line))
    answer = _check(editor, uri)
    if message:
        assert message in answer["message"]
        assert editor.diagnostics(uri) == []
    else:
        assert _messages(editor.diagnostics(uri)) == [FAULT]
    editor.change(uri, WRONG)
    assert _messages(editor.diagnostics(uri)) == [FAULT]


# -- typing ------------------------------------------------------------------------------------------------------------


def test_typing_while_it_works(editor: Editor, tmp_path: Path) -> None:
    """Every request is answered, and the last answer is for the last text."""
    uri = editor.open(_folder(tmp_path) / "typed.py", WRONG)
    asked = []
    for number in range(40):
        text = WRONG if number % 3 else RIGHT
        editor.change(uri, text[: 60 + number] if number % 5 == 4 else text + f"# {number}\n")
        asked.append(editor.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}}))
        place = {"line": 13, "character": 0}
        params = {"textDocument": {"uri": uri}, "range": {"start": place, "end": place}, "context": {"diagnostics": []}}
        asked.append(editor.ask("textDocument/codeAction", params))
        if number % 7 == 0:
            editor.notify("$/cancelRequest", {"id": asked[-2]})
        time.sleep(0.01 * (number % 4))
    editor.change(uri, WRONG)
    assert _messages(editor.diagnostics(uri)) == [FAULT]
    for number in asked:
        editor.answer(number, 20)
    version = editor.actions(uri, 13, ["quickfix"])[0]
    edit = editor.request("codeAction/resolve", version)["edit"]
    assert [change["textDocument"]["version"] for change in edit["documentChanges"]] == [42]


def test_a_request_can_be_cancelled_while_a_model_hangs(start: Callable[..., Editor], folder: Path) -> None:
    editor = start(folder, settings={**SETTINGS, "timeLimit": 300})
    uri = editor.open(folder / "hang.py", NET.format(line="while True: pass"))
    command = {"command": "autofix.runCheck", "arguments": [uri]}
    waiting = [
        editor.ask("workspace/executeCommand", command),
        editor.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}}),
    ]
    time.sleep(1.0)
    for number in reversed(waiting):
        editor.notify("$/cancelRequest", {"id": number})
    assert [editor.answer(number, 10)["error"]["code"] for number in waiting] == [-32800, -32800]
    editor.change(uri, WRONG)
    assert _messages(editor.diagnostics(uri)) == [FAULT]


def test_a_long_run_shows_its_progress_and_can_be_ended_there(start: Callable[..., Editor], folder: Path) -> None:
    editor = start(folder, settings={**SETTINGS, "timeLimit": 300})
    uri = editor.open(folder / "hang.py", NET.format(line="while True: pass"))
    waiting = editor.ask("workspace/executeCommand", {"command": "autofix.runCheck", "arguments": [uri]})
    began = editor.wait(lambda message: _progress(message) == "begin", 30)
    assert began["params"]["value"]["cancellable"]
    editor.notify("window/workDoneProgress/cancel", {"token": began["params"]["token"]})
    assert editor.answer(waiting, 20)["error"]["code"] == -32800
    editor.wait(lambda message: _progress(message) == "end")
    editor.change(uri, WRONG)
    assert _messages(editor.diagnostics(uri)) == [FAULT]


def _progress(message: Message) -> object:
    return message["params"]["value"]["kind"] if message["method"] == "$/progress" else None


def test_broken_texts_are_no_news(editor: Editor, tmp_path: Path) -> None:
    uri = editor.open(_folder(tmp_path) / "broken.py", WRONG)
    assert _messages(editor.diagnostics(uri)) == [FAULT]
    for text in (
        "def f(:\n",
        "\0",
        "",
        "import torch\n" + "(" * 300,
        "import torch\nx = '\ud83d\n",
        "import torch\n\x0c\x85\u2028",
    ):
        editor.change(uri, text)
        assert editor.diagnostics(uri) == []
        assert not editor.actions(uri, 0)
        editor.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
    editor.change(uri, WRONG)
    assert _messages(editor.diagnostics(uri)) == [FAULT]


# -- files -------------------------------------------------------------------------------------------------------------


def test_files_that_are_renamed_and_deleted(editor: Editor, tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    old, new = folder / "old.py", folder / "new.py"
    old.write_text(WRONG, "utf-8")
    uri = editor.open(old)
    assert _messages(editor.diagnostics(uri)) == [FAULT]
    old.rename(new)
    editor.notify(
        "workspace/didChangeWatchedFiles", {"changes": [{"uri": uri, "type": 3}, {"uri": new.as_uri(), "type": 1}]}
    )
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert editor.diagnostics(uri) == []
    uri = editor.open(new)
    assert _messages(editor.diagnostics(uri)) == [FAULT]
    new.unlink()
    editor.change(uri, WRONG + "\n")
    assert _messages(editor.diagnostics(uri)) == [FAULT]


def test_a_repair_of_a_file_that_changed_on_disk_is_not_offered(editor: Editor, tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    sizes = folder / "sizes.py"
    sizes.write_text("WIDTH = 7\n", "utf-8")
    uri = editor.open(
        folder / "net.py",
        WRONG.replace("Linear(7", "Linear(WIDTH").replace("import torch\n", "import torch\nfrom sizes import WIDTH\n"),
    )
    assert _messages(editor.diagnostics(uri)) == [FAULT]
    action = next(action for action in editor.actions(uri, 14, ["quickfix"]) if "data" in action)
    assert sizes.as_uri() in str(editor.request("codeAction/resolve", action))
    sizes.write_text("# moved\nWIDTH = 7\n", "utf-8")
    assert editor.request("codeAction/resolve", action)["code"] == -32801


def test_settings_are_read_again(editor: Editor, tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    uri = editor.open(folder / "net.py", WRONG)
    assert _messages(editor.diagnostics(uri)) == [FAULT]
    (folder / "pyproject.toml").write_text("[tool.autofix]\nselect = ['AF4']\n", "utf-8")
    editor.notify(
        "workspace/didChangeWatchedFiles", {"changes": [{"uri": (folder / "pyproject.toml").as_uri(), "type": 2}]}
    )
    (diagnostic,) = editor.diagnostics(uri)
    assert (
        "no repair" in editor.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})["items"][0]["message"]
        or diagnostic
    )
    assert not [action for action in editor.actions(uri, 13, ["quickfix"]) if "data" in action]


def test_a_long_file(editor: Editor, tmp_path: Path) -> None:
    part = (
        "\n\nclass Part{}:\n    def __init__(self):\n        self.width = 1\n\n    def half(self):\n        return 1\n"
    )
    text = "".join(part.format(number) for number in range(640)) + "\n\n" + WRONG
    lines = len(text.splitlines())
    assert lines > 5000
    uri = editor.open(_folder(tmp_path) / "long.py", text)
    (diagnostic,) = editor.diagnostics(uri)
    assert diagnostic["range"]["start"]["line"] == lines - 1
    editor.change(uri, "# moved\n" + text)
    (diagnostic,) = editor.diagnostics(uri)
    assert diagnostic["range"]["start"]["line"] == lines
    action = editor.actions(uri, lines, ["quickfix"])[0]
    (change,) = editor.request("codeAction/resolve", action)["edit"]["documentChanges"]
    assert [edit["newText"] for edit in change["edits"]] == ["8"]


def test_two_servers_on_one_workspace(start: Callable[..., Editor], folder: Path) -> None:
    first, other = start(folder), start(folder, capabilities=PUSHING, options={**TRUSTED, "settings": SETTINGS})
    uris = [each.open(folder / "net.py", WRONG) for each in (first, other)]
    assert _messages(first.diagnostics(uris[0])) == [FAULT]
    other.wait(lambda message: _is_pushed(message, [FAULT]))
    first.change(uris[0], RIGHT)
    assert first.diagnostics(uris[0]) == []
    other.change(uris[1], RIGHT)
    other.wait(lambda message: _is_pushed(message, []))


def _is_pushed(message: Message, expected: list[str]) -> bool:
    pushed = message["method"] == "textDocument/publishDiagnostics"
    return pushed and _messages(message["params"]["diagnostics"]) == expected


# -- processes ---------------------------------------------------------------------------------------------------------


def _descendants(process: int) -> set[int]:
    table = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(child): int(parent) for child, parent in map(str.split, table.splitlines())}
    pids = {process}
    while more := {child for child, parent in parents.items() if parent in pids} - pids:
        pids |= more
    return pids - {process}


def _is_gone(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, None], ids=["killed", "terminated", "input closed"])
def test_no_process_outlives_the_server(start: Callable[..., Editor], folder: Path, number: int | None) -> None:
    """Not even one whose model hangs."""
    editor = start(folder, settings={**SETTINGS, "timeLimit": 300})
    editor.diagnostics(editor.open(folder / "net.py", WRONG))
    editor.change((folder / "net.py").as_uri(), NET.format(line="while True: pass"))
    time.sleep(0.7)
    started = _descendants(editor.process.pid)
    assert len(started) >= 2
    if number is not None:
        editor.process.send_signal(number)
    editor.close()
    deadline = time.monotonic() + 20
    while not all(map(_is_gone, started)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [process for process in started if not _is_gone(process)] == []


def test_the_server_ends_with_an_editor_that_leaves_its_pipes_open(folder: Path, home: dict[str, str]) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    server = subprocess.Popen(
        [sys.executable, "-m", "autofix", "lsp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **home},
    )
    params = {"processId": parent.pid, "rootUri": folder.as_uri(), "capabilities": {}}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).encode()
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    server.stdin.flush()
    assert server.stdout.readline().startswith(b"Content-Length")
    parent.kill()
    parent.wait()
    assert server.wait(30) == 1
    server.stdin.close()
    server.stdout.close()
    assert parent.stdin is not None
    parent.stdin.close()


def test_the_server_never_imports_torch(start: Callable[..., Editor], folder: Path) -> None:
    editor = start(folder)
    assert _messages(editor.diagnostics(editor.open(folder / "net.py", WRONG))) == [FAULT]
    maps = Path(f"/proc/{editor.process.pid}/maps")
    if not maps.exists():
        pytest.skip("the system does not show what a process has loaded")
    assert "/torch/" not in maps.read_text("utf-8", "replace")


def test_a_first_message_that_is_no_initialize_is_answered(home: dict[str, str]) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "textDocument/hover", "params": {}}).encode()
    done = subprocess.run(
        [sys.executable, "-m", "autofix", "lsp"],
        input=b"Content-Length: %d\r\n\r\n%b" % (len(body), body),
        capture_output=True,
        env={**os.environ, **home},
        timeout=60,
        check=False,
    )
    assert b'"error"' in done.stdout
    assert done.returncode == 1


def test_without_its_libraries_it_says_how_to_get_them(tmp_path: Path) -> None:
    code = (
        "import importlib.util as u, sys; real = u.find_spec;"
        "u.find_spec = lambda name, *more: None if name == 'pygls' else real(name, *more);"
        "from autofix.__main__ import run; sys.exit(run(['lsp']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "-m pip install 'platformdirs>=4.2' 'pygls>=2.1,<3'" in done.stderr


# -- several folders and files -----------------------------------------------------------------------------------------


def test_a_fault_in_a_file_that_is_not_open(editor: Editor, tmp_path: Path) -> None:
    """It is shown in that file, which the editor is told of with the one it asks about."""
    folder = _folder(tmp_path)
    part = folder / "part.py"
    part.write_text(WRONG.replace("class Net", "class Part").replace("# autofix: sample-shape=2,8\n", ""), "utf-8")
    main = "import torch\nfrom torch import nn\nfrom part import Part\n# autofix: sample-shape=2,8\n\n\n"
    main += "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.part = Part()\n"
    main += "\n    def forward(self, x):\n        return self.part(x)\n"
    uri = editor.open(folder / "net.py", main)
    report = editor.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    assert report["items"] == []
    assert list(report["relatedDocuments"]) == [part.as_uri()]
    (diagnostic,) = report["relatedDocuments"][part.as_uri()]["items"]
    assert diagnostic["message"].startswith("`part.head` takes 7 features but receives 8")
    other = editor.open(part)
    assert len(editor.diagnostics(other)) == 1
    action = next(
        action
        for action in editor.actions(other, diagnostic["range"]["start"]["line"], ["quickfix"])
        if "data" in action
    )
    (change,) = editor.request("codeAction/resolve", action)["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": other, "version": 1}
    editor.change(other, part.read_text("utf-8").replace("Linear(7", "Linear(8"))
    assert editor.diagnostics(uri) == []
    assert editor.diagnostics(other) == []


def test_folders_come_and_go_with_their_settings(start: Callable[..., Editor], tmp_path: Path) -> None:
    """Both folders are served by one server; a comment in one of them does not reach the other."""
    first, other = tmp_path / "one", tmp_path / "other"
    for folder in (first, other):
        folder.mkdir()
        _folder(folder)
    text = WRONG.replace("# autofix: sample-shape=2,8\n", "")
    (first / "pyproject.toml").write_text("[tool.autofix]\nsample-shape = '2,8'\n", "utf-8")
    (other / "pyproject.toml").write_text("[tool.autofix]\nsample-shape = '2,9'\n", "utf-8")
    editor = start(first)
    added = {"added": [{"uri": other.as_uri(), "name": "other"}], "removed": []}
    editor.notify("workspace/didChangeWorkspaceFolders", {"event": added})
    uris = [editor.open(folder / "net.py", text) for folder in (first, other)]
    assert [_messages(editor.diagnostics(uri)) for uri in uris] == [[FAULT], [FAULT.replace("8", "9")]]
    removed = {"added": [], "removed": [{"uri": other.as_uri(), "name": "other"}]}
    editor.notify("workspace/didChangeWorkspaceFolders", {"event": removed})
    assert _messages(editor.diagnostics(uris[0])) == [FAULT]


def test_wrong_settings_are_said_and_the_server_goes_on(start: Callable[..., Editor], folder: Path) -> None:
    (folder / "pyproject.toml").write_text("[tool.autofix]\nmodle = 'Net'\n", "utf-8")
    editor = start(folder, settings={**SETTINGS, "debounce": "soon"})
    uri = editor.open(folder / "net.py", WRONG)
    message = editor.wait(lambda message: message["method"] == "window/showMessage")["params"]["message"]
    assert "autofix.debounce is 'soon'" in message
    assert editor.diagnostics(uri) == []
    assert "unknown setting" in _check(editor, uri)["message"]
    (folder / "pyproject.toml").write_text("", "utf-8")
    editor.save(uri)
    assert _messages(editor.diagnostics(uri)) == [FAULT]


def test_a_notebook_is_one_module(editor: Editor, tmp_path: Path) -> None:
    path = _folder(tmp_path) / "net.ipynb"
    cells = {
        f"vscode-notebook-cell:{path}#W{number}": text
        for number, text in enumerate(
            (
                "import torch\nfrom torch import nn\n%matplotlib inline",
                WRONG.partition("8\n\n\n")[2],
                "Net()(torch.ones(2, 8))",
            )
        )
    }
    texts = [{"uri": uri, "languageId": "python", "version": 3, "text": text} for uri, text in cells.items()]
    notebook = {"uri": path.as_uri(), "notebookType": "jupyter-notebook", "version": 1}
    notebook["cells"] = [{"kind": 2, "document": uri} for uri in cells]
    editor.notify("notebookDocument/didOpen", {"notebookDocument": notebook, "cellTextDocuments": texts})
    first, second, third = cells
    assert [_messages(editor.diagnostics(uri)) for uri in cells] == [[], [FAULT], []]
    assert editor.actions(second, 7, ["source.fixAll"]) == []
    action = next(action for action in editor.actions(second, 7, ["quickfix"]) if "data" in action)
    (change,) = editor.request("codeAction/resolve", action)["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": second, "version": 3}
    (edit,) = change["edits"]
    content = [
        {"document": {"uri": second, "version": 4}, "changes": [{"range": edit["range"], "text": edit["newText"]}]}
    ]
    changed = {"notebookDocument": {"uri": path.as_uri(), "version": 2}, "change": {"cells": {"textContent": content}}}
    editor.notify("notebookDocument/didChange", changed)
    assert [editor.diagnostics(uri) for uri in cells] == [[], [], []]
    everything = {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}
    params = {"textDocument": {"uri": third}, "range": everything}
    assert [hint["label"] for hint in editor.request("textDocument/inlayHint", params)] == ["(2, 3)"]
    editor.notify("notebookDocument/didClose", {"notebookDocument": {"uri": path.as_uri()}, "cellTextDocuments": []})
    assert editor.diagnostics(first) == []
