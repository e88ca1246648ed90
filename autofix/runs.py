"""Texts in, traces out: the runs of one target, of its files as they are or edited.

It sends requests to a session's probe and reads the replies; what a trace means is for the stages after it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from autofix import load, replies, silence
from autofix.child import Asked, Session
from autofix.errors import UsageError
from autofix.probe import wire
from autofix.project import Project
from autofix.records import Limits, Samples, SourceText, Target, Texts, Trace
from autofix.silence import Suspect
from autofix.source import Source, source_of


class Runs:
    """Texts in, traces out: the files of one request as they are, edited or not."""

    def __init__(self, target: Target, texts: tuple[SourceText, ...], limits: Limits, session: Session) -> None:
        self._target, self._limits, self._session = target, limits, session
        self._given = {text.path: text for text in texts}
        self._read: dict[Path, SourceText] = dict(self._given)
        self._sources: dict[tuple[Path, str], Source] = {}
        self._confirming: dict[Texts, Asked] = {}
        self.probes = 0

    @property
    def samples(self) -> Samples:
        return self._target.samples

    def source_text(self, path: Path) -> SourceText:
        if path not in self._read:
            self._read[path] = load.read(path)
        return self._read[path]

    def source(self, path: Path, texts: Texts = ()) -> Source:
        text = dict(texts).get(path)
        text = self.source_text(path).text if text is None else text
        key = (path, text)
        if key not in self._sources:
            self._sources[key] = source_of(path, text)
        return self._sources[key]

    def project(self, texts: Texts, made: Trace) -> Project:
        target = self._target
        files = tuple(self.source(path, texts) for path in made.files or (target.path,))
        return Project(target.root, made, lambda path: self.source(path, texts), target.path, load.data_files(files))

    def trace(self, texts: Texts, checks: bool, graph: bool = False) -> Trace:
        return self._reply(texts, self._wire_request(texts, checks, fresh=False, graph=graph))

    def compared(self, texts: Texts) -> Trace:
        """A run with the ladder, and whether its outputs equal those of the texts as they are."""
        asked = self._wire_request(texts, checks=True, fresh=False, graph=False)
        as_is = self._wire_request((), checks=True, fresh=False, graph=False).texts
        return self._reply(texts, replace(asked, against=as_is))

    def confirm(self, texts: Texts) -> None:
        """Begin the run in a fresh process that ``confirmed`` gives the trace of, beside those of the search."""
        self.probes += 1
        asked = self._wire_request(texts, checks=False, fresh=True, graph=False)
        self._confirming[texts] = self._session.ask(asked)

    def confirmed(self, texts: Texts) -> Trace:
        """One run in a process that has run no user code before."""
        if texts not in self._confirming:
            self.confirm(texts)
        return self._read_reply(texts, self._session.wait(self._confirming.pop(texts)))

    def finish(self) -> None:
        """Wait for what was begun and is not wanted any more."""
        while self._confirming:
            self._session.wait(self._confirming.popitem()[1])

    def suspects(self, texts: Texts, made: Trace) -> tuple[Suspect, ...]:
        """What is wrong though nothing raised; other batch sizes are run where that can tell."""

        def another(size: int) -> Project:
            asked = self._wire_request(texts, checks=False, fresh=False, graph=False)
            evaluation = asked.evaluation_mode or size == 1
            samples = _wire_samples(silence.with_batch(self.samples, size))
            return self.project(texts, self._reply(texts, replace(asked, samples=samples, evaluation_mode=evaluation)))

        return silence.suspects(self.project(texts, made), silence.batch_of(self.samples), another)

    def _reply(self, texts: Texts, asked: wire.RunRequest) -> Trace:
        self.probes += 1
        return self._read_reply(texts, self._session.run(asked))

    def _read_reply(self, texts: Texts, reply: dict[str, Any]) -> Trace:
        return replies.read(reply, lambda path, line: self._line(path, line, texts))

    def _line(self, path: Path, line: int, texts: Texts) -> str:
        try:
            return self.source(path, texts).line(line)
        except UsageError:
            return ""

    def _wire_request(self, texts: Texts, checks: bool, fresh: bool, graph: bool) -> wire.RunRequest:
        target, limits = self._target, self._limits
        overlay = {path: text.text for path, text in self._given.items()} | dict(texts)
        overlay.setdefault(target.path, self.source_text(target.path).text)
        return wire.RunRequest(
            path=str(target.path),
            module=target.module,
            root=str(target.root),
            search_paths=tuple(map(str, target.search_paths)),
            model=target.model,
            samples=_wire_samples(target.samples),
            also=tuple(map(_wire_samples, target.also)),
            evaluation_mode=target.evaluation_mode,
            texts=tuple((str(path), text) for path, text in overlay.items()),
            checks=checks,
            fresh=fresh,
            graph=graph,
            seconds=limits.run_seconds,
            memory_mib=limits.memory_mib,
            script=target.script,
            arguments=target.arguments,
        )


def _wire_samples(samples: Samples) -> wire.SamplesRequest:
    inputs = tuple(wire.InputRequest(one.shape, one.dtype, one.low, one.high, one.name) for one in samples.inputs)
    return wire.SamplesRequest(inputs, samples.expression)
