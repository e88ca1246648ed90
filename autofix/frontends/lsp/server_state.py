"""All that one server knows, from the editor's `initialize` on: documents, configuration, trust, results.

It joins the parts; what the editor asks for arrives through ``server``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from autofix.frontends.lsp import lens, trust
from autofix.frontends.lsp.capabilities import Client
from autofix.frontends.lsp.client_messages import Editor, state_of
from autofix.frontends.lsp.configuration import Configuration, Preferences, preferences
from autofix.frontends.lsp.convert import Converter
from autofix.frontends.lsp.documents import Documents, Module, path_of
from autofix.frontends.lsp.position_encoding import Encoding
from autofix.frontends.lsp.results import Result, is_fresh
from autofix.frontends.lsp.scheduler import Analyses, Trigger
from autofix.frontends.warm_sessions import Workers
from autofix.loading.settings import Settings
from autofix.records.errors import UsageError

_LOG = logging.getLogger(__name__)
_SECTION = "autofix"
_SETTINGS_FILES = ("pyproject.toml", "autofix.toml")
# How long a request waits for a run that is under way.
PATIENCE_S = 60.0


class ServerState:
    """One for each running server."""

    def __init__(
        self, server: LanguageServer, client: Client, options: Mapping[str, Any], folders: Iterable[str], store: Path
    ) -> None:
        self.client, self.server = client, server
        self.documents = Documents(Encoding(client.encoding))
        self.convert = Converter(self.documents)
        self.trust = trust.Trust(trust.declared(options), store)
        self.editor = Editor(server, client, self.convert, status=options.get("status") is True)
        self.configuration = Configuration()
        self.workers = Workers()
        self.analyses = Analyses(self.documents, self.configuration, self.trust, self.workers, self._changed)
        self.folders: dict[str, Path] = {}
        self.models: dict[str, str] = {}
        self.last: str | None = None
        self._configured = asyncio.Event()
        if not client.configuration:
            self._configured.set()
        self._early: list[tuple[str, Trigger]] = []
        self.add_folders(folders)
        self.configure(options.get("settings"))

    # -- configuration -----------------------------------------------------------------------------------------------

    def add_folders(self, uris: Iterable[str]) -> None:
        for uri in uris:
            path = path_of(uri)
            if path is not None:
                self.folders[uri] = path
                self.configuration.folders[path] = self.configuration.everywhere

    def remove_folders(self, uris: Iterable[str]) -> None:
        for uri in uris:
            path = self.folders.pop(uri, None)
            if path is not None:
                self.configuration.folders.pop(path, None)

    def configure(self, values: object) -> None:
        """Set the same settings for all folders."""
        chosen = self._read(values)
        self.configuration.everywhere = chosen
        self.configuration.folders = dict.fromkeys(self.folders.values(), chosen)
        self._set_level()

    async def fetch(self) -> None:
        """Ask the editor for the settings of each folder; what was opened meanwhile has waited for them."""
        asked: list[str | None] = [*self.folders, None]
        items = [types.ConfigurationItem(scope_uri=uri, section=_SECTION) for uri in asked]
        try:
            answers = await self.server.workspace_configuration_async(types.ConfigurationParams(items))
            for uri, values in zip(asked, answers, strict=False):
                chosen = self._read(values)
                if uri is None:
                    self.configuration.everywhere = chosen
                elif uri in self.folders:
                    self.configuration.folders[self.folders[uri]] = chosen
            self._set_level()
        finally:
            self._configured.set()
            waiting, self._early = self._early, []
            for key, cause in waiting:
                self.update(key, cause)

    def _read(self, values: object) -> Preferences:
        chosen, problems = preferences(values)
        for problem in problems:
            self.editor.warn(problem)
        return chosen

    def _set_level(self) -> None:
        logging.getLogger(_SECTION).setLevel(self.configuration.everywhere.log_level.upper())

    def settings(self, path: Path) -> Settings:
        """Return the settings of a file; wrong ones are reported once and ignored."""
        try:
            return self.configuration.settings(path)
        except UsageError as error:
            self.editor.warn(f"autofix: {error}")
            return Settings()

    # -- documents ---------------------------------------------------------------------------------------------------

    def update(self, uri: str, cause: Trigger) -> None:
        """Update after a buffer was opened, changed or saved."""
        key = self.documents.key(uri)
        self.last = key
        if not self._configured.is_set():
            self._early.append((key, cause))
            return
        path = path_of(uri)
        if self.documents.module(key) is not None:
            self.analyses.update(key, cause)
        elif path is not None and cause is Trigger.CHANGED:
            self.analyses.related(path, Trigger.RELATED)  # A data file that a model reads its sizes from.
        if path is not None and cause in (Trigger.OPENED, Trigger.SAVED):
            self.analyses.related(path, cause)  # From now on, or again, the editor's text is what runs.

    def close(self, key: str) -> None:
        self.analyses.close(key)
        self.editor.show(key, None, self.results_of)
        self.editor.clear(key)

    def file_changed(self, uri: str, *, gone: bool) -> None:
        """Update after a file changed on disk.

        What is open counts as the editor has it; settings count as they are on disk.
        """
        path = path_of(uri)
        if path is None:
            return
        if gone:
            self.editor.clear(uri)
        if path.name in _SETTINGS_FILES:
            self.rerun(Trigger.SAVED)
        elif uri not in self.documents.buffers:
            self.analyses.related(path, Trigger.SAVED)

    def rerun(self, cause: Trigger) -> None:
        """Analyse everything that is open again, as when it was opened."""
        for key in self.documents.analysable():
            self.analyses.update(key, cause)

    # -- results -----------------------------------------------------------------------------------------------------

    def results_of(self, uri: str) -> list[Result]:
        """Return the results that concern a buffer: those of its module, then those of modules that run it."""
        path = path_of(self.documents.key(uri))
        return [] if path is None else self.analyses.about(path)

    async def ready(self, uri: str, *, asked: bool) -> None:
        """Wait for what is under way; ``asked``: what the user does now is worth a run of the text of now."""
        await self._configured.wait()
        key = self.documents.key(uri)
        module, result = self.documents.module(key), self.analyses.result(key)
        stale = result is None or not is_fresh(result, self.documents)
        if asked and module is not None and stale and not self.analyses.pending(key):
            self.analyses.update(key, Trigger.SAVED)
        await self.settled(uri)

    async def settled(self, uri: str, *, early: bool = False) -> None:
        """Wait for what is under way for the text of now, and for the documents that run it."""
        await self._configured.wait()
        await self.analyses.settled(self.documents.key(uri), PATIENCE_S, early)
        for result in self.results_of(uri):
            await self.analyses.settled(result.module.uri, PATIENCE_S, early)

    def preferences(self, uri: str) -> Preferences:
        path = path_of(self.documents.key(uri))
        return self.configuration.everywhere if path is None else self.configuration.preferences(path)

    def trusted(self, module: Module) -> bool:
        return self.trust.allows(module.path)

    def known(self, module: Module) -> lens.Known:
        """Return what a code lens can say."""
        result, doing = self.analyses.result(module.uri), self.analyses.doing(module.uri)[0]
        settings, model = self.settings(module.path), self.models.get(module.uri)
        return lens.Known(result, doing, self.trusted(module), settings, model)

    def _changed(self, key: str) -> None:
        """Show a result that came, or that a run began or ended."""
        module = self.documents.module(key)
        if module is None:
            return
        result, (doing, _) = self.analyses.result(key), self.analyses.doing(key)
        self.editor.show(key, result, self.results_of)
        self.editor.status(key, *state_of(result, doing, trusted=self.trusted(module)))
        if doing:
            self.editor.watch(key, module.path.name, self.analyses, lambda: self.analyses.cancel(key))
        if not self.analyses.pending(key):
            self.editor.refresh()

    def end(self) -> None:
        """End all workers, so that nothing is run any more."""
        self.workers.close()
