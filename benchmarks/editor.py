"""The smallest editor that drives a language server over stdio: requests, notifications, and what came unasked."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Message = dict[str, Any]
WAIT_S = 120.0
# What VS Code declares, as far as the server's answers differ by it.
VS_CODE: Message = {
    "general": {"positionEncodings": ["utf-16"]},
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
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
        "publishDiagnostics": {"relatedInformation": True, "codeDescriptionSupport": True},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor", "source"]}},
            "isPreferredSupport": True,
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit"]},
        },
    },
}


class Editor:
    """A server process and the talk with it. A message that cannot be read ends the process that reads it."""

    def __init__(
        self,
        folder: Path,
        capabilities: Message = VS_CODE,
        options: Message | None = None,
        settings: Message | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.settings = settings or {}
        self.came: list[Message] = []
        self._answers: dict[int, Message] = {}
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()
        self._versions: dict[str, int] = {}
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "autofix", "lsp"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **(environment or {})},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.offered = self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": folder.as_uri(),
                "workspaceFolders": [{"uri": folder.as_uri(), "name": folder.name}],
                "capabilities": capabilities,
                "initializationOptions": options or {},
            },
        )
        self.initialized = time.perf_counter()
        self.notify("initialized", {})

    # -- talk --------------------------------------------------------------------------------------------------------

    def request(self, method: str, params: object) -> Any:
        answer = self.answer(self.ask(method, params))
        return answer["error"] if "error" in answer else answer["result"]

    def ask(self, method: str, params: object) -> int:
        number = next(self._numbers)
        self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        return number

    def answer(self, number: int, seconds: float = WAIT_S) -> Message:
        """Return the answer to a request, result or error; each is handed out once."""
        with self._changed:
            if not self._changed.wait_for(lambda: number in self._answers, seconds):
                raise TimeoutError(f"no answer to request {number} in {seconds:g} s")
            return self._answers.pop(number)

    def notify(self, method: str, params: object) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def wait(self, is_wanted: Callable[[Message], bool], seconds: float = WAIT_S) -> Message:
        """Return the first message that came unasked and is wanted; it is taken out."""
        with self._changed:
            if not self._changed.wait_for(lambda: any(map(is_wanted, self.came)), seconds):
                raise TimeoutError(f"the message did not come in {seconds:g} s")
            message = next(filter(is_wanted, self.came))
            self.came.remove(message)
            return message

    def end(self) -> int:
        self.request("shutdown", None)
        self.notify("exit", None)
        return self.close()

    def close(self) -> int:
        """Leave the server, which ends by itself then; its exit code."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        code = self.process.wait(WAIT_S)
        self._reader.join()
        self.process.stdout.close()
        return code

    def _send(self, message: Message) -> None:
        body = json.dumps(message).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def _read(self) -> None:
        assert self.process.stdout is not None
        while headers := self.process.stdout.readline():
            length = 0
            while headers != b"\r\n":
                name, _, value = headers.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
                headers = self.process.stdout.readline()
            message = json.loads(self.process.stdout.read(length))
            with self._changed:
                if "method" not in message:
                    assert message["id"] not in self._answers, "a request was answered twice"
                    self._answers[message["id"]] = message
                else:
                    self.came.append(message)
                    if "id" in message:
                        self._send({"jsonrpc": "2.0", "id": message["id"], "result": self._result(message)})
                self._changed.notify_all()

    def _result(self, message: Message) -> object:
        if message["method"] == "workspace/configuration":
            return [self.settings for _ in message["params"]["items"]]
        return {"applied": True} if message["method"] == "workspace/applyEdit" else None

    # -- documents ---------------------------------------------------------------------------------------------------

    def open(self, path: Path, text: str | None = None) -> str:
        uri = path.as_uri()
        self._versions[uri] = 1
        text = path.read_text("utf-8") if text is None else text
        document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        return uri

    def change(self, uri: str, text: str) -> int:
        """Replace the whole text; the new version."""
        self._versions[uri] += 1
        identifier = {"uri": uri, "version": self._versions[uri]}
        self.notify("textDocument/didChange", {"textDocument": identifier, "contentChanges": [{"text": text}]})
        return self._versions[uri]

    def save(self, uri: str) -> None:
        self.notify("textDocument/didSave", {"textDocument": {"uri": uri}})

    def diagnostics(self, uri: str) -> list[Message]:
        items: list[Message] = self.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})["items"]
        return items

    def actions(self, uri: str, line: int, only: list[str] | None = None) -> list[Message]:
        place = {"line": line, "character": 0}
        context: Message = {"diagnostics": []} if only is None else {"diagnostics": [], "only": only}
        params = {"textDocument": {"uri": uri}, "range": {"start": place, "end": place}, "context": context}
        return self.request("textDocument/codeAction", params) or []
