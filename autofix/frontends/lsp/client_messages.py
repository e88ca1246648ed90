"""What the editor is told unasked: diagnostics, that it should ask again, messages, the log, what is going on.

Diagnostics are pushed, or the editor is asked to pull them: never both.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from autofix.frontends.lsp import diagnostics
from autofix.frontends.lsp.capabilities import Client
from autofix.frontends.lsp.convert import Converter
from autofix.frontends.lsp.results import Result, ResultStage
from autofix.frontends.lsp.scheduler import Analyses

_LOG = logging.getLogger(__name__)
STATUS = "autofix/status"
# A run that takes no longer is not worth a moving bar.
PROGRESS_AFTER_S = 0.8
PROGRESS_EVERY_S = 0.3
_LEVELS = {
    logging.ERROR: types.MessageType.Error,
    logging.WARNING: types.MessageType.Warning,
    logging.INFO: types.MessageType.Info,
}


class Editor:
    """``results`` gives what has something to say of a uri."""

    def __init__(self, server: LanguageServer, client: Client, convert: Converter, *, status: bool) -> None:
        self._server, self._client, self._convert, self._wants_status = server, client, convert, status
        self._shown: dict[str, list[types.Diagnostic]] = {}
        self._by_key: dict[str, set[str]] = {}
        self._said: set[str] = set()
        self._status: dict[str, tuple[str, str]] = {}
        self._bars: dict[str, asyncio.Task[None]] = {}
        self._numbers = itertools.count()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.asked_hints = self.asked_lenses = False

    # -- diagnostics -------------------------------------------------------------------------------------------------

    def show(self, key: str, result: Result | None, results: Callable[[str], list[Result]]) -> None:
        """Show the diagnostics of a result, and those of the files where the result before it had some."""
        now = set() if result is None else diagnostics.uris(result, self._convert)
        changed = False
        for uri in now | self._by_key.get(key, set()):
            shown = diagnostics.of_file(uri, results(uri), self._convert, self._client)
            if shown != self._shown.get(uri, []):
                changed = True
                self._keep(uri, shown)
                if not self._client.pulls:
                    self._publish(uri, shown)
        if now:
            self._by_key[key] = now
        else:
            self._by_key.pop(key, None)
        if changed and self._client.pulls:
            self._task(self._server.workspace_diagnostic_refresh_async(None))

    def pulled(self, uri: str, shown: list[types.Diagnostic], key: str) -> None:
        """Note that the editor has been given these diagnostics."""
        self._keep(uri, shown)
        if shown:
            self._by_key.setdefault(key, set()).add(uri)

    def clear(self, uri: str) -> None:
        """Clear the diagnostics of a file that is no longer there or no longer open."""
        if self._shown.pop(uri, None) and not self._client.pulls:
            self._publish(uri, [])

    def _keep(self, uri: str, shown: list[types.Diagnostic]) -> None:
        if shown:
            self._shown[uri] = shown
        else:
            self._shown.pop(uri, None)

    def _publish(self, uri: str, shown: list[types.Diagnostic]) -> None:
        buffer = self._convert.documents.buffers.get(uri)
        version = None if buffer is None else buffer.version
        self._server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, shown, version))

    def refresh(self) -> None:
        """Ask the editor to refresh hints and lenses, which have changed."""
        if self._client.refreshes_hints and self.asked_hints:
            self._task(self._server.workspace_inlay_hint_refresh_async(None))
        if self._client.refreshes_lenses and self.asked_lenses:
            self._task(self._server.workspace_code_lens_refresh_async(None))

    # -- messages ----------------------------------------------------------------------------------------------------

    def warn(self, message: str) -> None:
        """Show a warning, once for each message."""
        if message not in self._said:
            self._said.add(message)
            self.say(message, types.MessageType.Warning)

    def say(self, message: str, kind: types.MessageType = types.MessageType.Info) -> None:
        self._server.window_show_message(types.ShowMessageParams(kind, message))

    def log(self, level: int, message: str) -> None:
        self._server.window_log_message(types.LogMessageParams(_LEVELS.get(level, types.MessageType.Log), message))

    def status(self, key: str, state: str, message: str) -> None:
        if self._wants_status and self._status.get(key) != (state, message):
            self._status[key] = (state, message)
            self._server.protocol.notify(STATUS, {"state": state, "message": message, "uri": key})

    # -- progress ----------------------------------------------------------------------------------------------------

    def watch(self, key: str, name: str, analyses: Analyses, cancel: Callable[[], None]) -> None:
        """Show a bar while a run takes long."""
        running = self._bars.get(key)
        if self._client.progress and (running is None or running.done()):
            self._bars[key] = self._task(self._bar(key, name, analyses, cancel))

    async def _bar(self, key: str, name: str, analyses: Analyses, cancel: Callable[[], None]) -> None:
        while (left := analyses.doing(key)[1] + PROGRESS_AFTER_S - time.monotonic()) > 0:
            await asyncio.sleep(left)  # Meanwhile another run may have taken its place.
        if not analyses.doing(key)[0]:
            return
        progress, token = self._server.work_done_progress, f"autofix-{next(self._numbers)}"
        await progress.create_async(token)
        progress.begin(token, types.WorkDoneProgressBegin(f"autofix {name}", cancellable=True))
        reported = ""
        try:
            while (words := analyses.doing(key)[0]) and not progress.tokens[token].cancelled():
                if words != reported:
                    progress.report(token, types.WorkDoneProgressReport(message=words))
                    reported = words
                await asyncio.sleep(PROGRESS_EVERY_S)
            if progress.tokens[token].cancelled():
                cancel()
        finally:
            progress.tokens.pop(token, None)
            progress.end(token, types.WorkDoneProgressEnd())

    # -- tasks -------------------------------------------------------------------------------------------------------

    def task(self, work: Coroutine[Any, Any, Any]) -> None:
        self._task(work)

    def _task(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Start a request to the editor, and only log if it is refused."""

        async def quiet() -> None:
            try:
                await work
            except JsonRpcException as error:
                _LOG.info("the editor refused: %s", error)

        task = asyncio.get_running_loop().create_task(quiet())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def state_of(result: Result | None, doing: str, *, trusted: bool) -> tuple[str, str]:
    """Return a word for the status and a sentence."""
    if doing:
        return "running", doing
    if not trusted:
        return "untrusted", "this folder is not trusted: nothing is run"
    if result is None:
        return "idle", ""
    if result.stage in (ResultStage.FAILED, ResultStage.REFUSED) or result.message:
        return ("failed" if result.stage is not ResultStage.REFUSED else "idle"), result.message
    count = len(result.diagnostics)
    return ("faults", result.diagnostics[0].finding.message) if count else ("idle", "all shapes agree")
