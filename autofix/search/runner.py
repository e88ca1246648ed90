"""Texts in, traces out: the runs of one target, of its files as they are or edited.

It sends requests to a session's probe and reads the replies; what a trace means is for the stages after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from autofix.diagnosis import silent_faults
from autofix.diagnosis.silent_fault import SilentFault
from autofix.facts import checked_shapes
from autofix.facts.project_view import Project
from autofix.loading import constructor_arguments, find_target, text_files
from autofix.loading.module_files import ModuleFiles
from autofix.probe.main import wire
from autofix.probe.main.samples_request import InputRequest, SamplesRequest, batch_size, with_batch
from autofix.records.errors import UsageError
from autofix.records.locations import SourceText, Texts
from autofix.records.options import Mode
from autofix.records.report import Limits
from autofix.records.samples import Samples, Target
from autofix.records.trace import Ending, Run, Trace
from autofix.session import decode_reply
from autofix.session.pending_runs import PendingRun
from autofix.session.session import Session
from autofix.syntax.source import Source, source_of


class Runner:
    """Texts in, traces out: the files of one request as they are, edited or not."""

    def __init__(
        self, target: Target, texts: tuple[SourceText, ...], limits: Limits, mode: Mode, session: Session
    ) -> None:
        self._target, self._limits, self._mode, self._session = target, limits, mode, session
        self._given = {text.path: text for text in texts}
        self._read: dict[Path, SourceText] = dict(self._given)
        self._sources: dict[tuple[Path, str], Source] = {}
        self._begun: dict[Run, PendingRun] = {}
        self.probes = 0

    @property
    def samples(self) -> Samples:
        return self._target.samples

    def source_text(self, path: Path) -> SourceText:
        if path not in self._read:
            self._read[path] = text_files.read(path)
        return self._read[path]

    def source(self, path: Path, texts: Texts = ()) -> Source:
        text = dict(texts).get(path)
        text = self.source_text(path).text if text is None else text
        key = (path, text)
        if key not in self._sources:
            self._sources[key] = source_of(path, text)
        return self._sources[key]

    def project(self, texts: Texts, trace: Trace) -> Project:
        target = self._target
        files = tuple(self.source(path, texts) for path in trace.files or (target.path,))
        data = dict.fromkeys((*find_target.data_files(files), *filter(find_target.may_hold_sizes, trace.data_files)))
        recipe = () if target.recipe is None else target.recipe.data
        data |= dict.fromkeys(recipe)

        def load(path: Path) -> Source:
            return self.source(path, texts)

        return Project(target.root, trace, load, target.path, tuple(data), is_configured=bool(recipe))

    def trace(self, run: Run, ahead: Iterable[Run] = ()) -> Trace:
        """Return the trace of ``run``, and begin those ``ahead`` beside it where that delays nothing."""
        pending = self._begun.pop(run, None)
        unchecked = self._begun.pop(replace(run, checks=False), None) if pending is None and run.checks else None
        if unchecked is not None:
            trace = self._trace(run.texts, unchecked)
            if trace.ending is not Ending.PASSED:  # What fails is not checked.
                self.probes += 1
                return trace
        pending = pending or self._session.ask(self._wire_request(run))
        for next_run in ahead:
            begun = None if next_run in self._begun else self._session.ask_ahead(self._wire_request(next_run))
            if begun is not None:
                self._begun[next_run] = begun
        return self._waited(run.texts, pending)

    def begin(self, run: Run) -> None:
        """Begin a run that will be asked for."""
        if run not in self._begun:
            self._begun[run] = self._session.ask(self._wire_request(run))

    def compared(self, texts: Texts, against: Texts = ()) -> Trace:
        """Run the texts with the checks, and compare the outputs with those of other texts, by default the original."""
        others = self._wire_request(Run(against)).texts
        return self._reply(texts, replace(self._wire_request(Run(texts, checks=True)), against=others))

    def finish(self) -> None:
        """Abandon the runs that were begun and never asked for."""
        while self._begun:
            self._session.abandon(self._begun.popitem()[1])

    def find_silent_faults(self, texts: Texts, trace: Trace) -> tuple[SilentFault, ...]:
        """Return what is wrong though nothing raised; other batch sizes are run where that can tell."""

        def rerun_with_batch(size: int) -> Project:
            request = self._wire_request(Run(texts))
            evaluation = request.evaluation_mode or size == 1
            samples = with_batch(_wire_samples(self.samples), size)
            return self.project(
                texts, self._reply(texts, replace(request, samples=samples, evaluation_mode=evaluation))
            )

        batch = batch_size(_wire_samples(self.samples))
        return silent_faults.find_silent_faults(self.project(texts, trace), batch, rerun_with_batch)

    def _reply(self, texts: Texts, request: wire.RunRequest) -> Trace:
        return self._waited(texts, self._session.ask(request))

    def _waited(self, texts: Texts, pending: PendingRun) -> Trace:
        self.probes += 1
        return self._trace(texts, pending)

    def _trace(self, texts: Texts, pending: PendingRun) -> Trace:
        """Return the trace of a pending run; a model that was too large once is run without storage from then on."""
        trace = self._read_reply(texts, self._session.wait(pending))
        if trace.ending is Ending.OUT_OF_MEMORY and pending.request.mode == wire.AUTO:
            again = self._session.ask(replace(pending.request, mode=wire.META))
            trace = self._read_reply(texts, self._session.wait(again))
        if trace.mode is Mode.META:
            self._mode = Mode.META
        if not checked_shapes.may_have_ended(trace.failure):
            return trace
        try:
            return checked_shapes.with_check(self.project(texts, trace))
        except UsageError:  # A file that cannot be read is told of where it is asked for.
            return trace

    def _read_reply(self, texts: Texts, reply: dict[str, Any]) -> Trace:
        sources: dict[Path, Source | None] = {}

        def line_of(path: Path, number: int) -> str:
            if path not in sources:
                try:
                    sources[path] = self.source(path, texts)
                except UsageError:
                    sources[path] = None
            source = sources[path]
            return "" if source is None else source.line(number)

        return decode_reply.read(reply, line_of)

    def _wire_request(self, run: Run) -> wire.RunRequest:
        target = self._target
        overlay = {path: text.text for path, text in self._given.items()} | dict(run.texts)
        overlay.setdefault(target.path, self.source_text(target.path).text)
        return wire.RunRequest(
            path=str(target.path),
            module=target.module,
            root=str(target.root),
            search_paths=tuple(map(str, target.search_paths)),
            model=self._model(overlay),
            samples=_wire_samples(target.samples),
            also=tuple(map(_wire_samples, target.also)),
            evaluation_mode=target.evaluation_mode,
            texts=tuple((str(path), text) for path, text in overlay.items()),
            checks=run.checks,
            fresh=run.fresh,
            graph=run.graph,
            limits=self._limits,
            script=target.script,
            tests=target.tests,
            driver=target.driver,
            arguments=target.arguments,
            mode=self._mode.value,
            session=target.session,
            past=run.past,
            folder="" if target.folder is None else str(target.folder),
        )

    def _model(self, texts: dict[Path, str]) -> str:
        """Return the expression that builds the model: another one where the data is edited that it was read from."""
        target, recipe = self._target, self._target.recipe
        if recipe is None or texts.keys().isdisjoint(recipe.data):
            return target.model
        source = self.source(target.path, tuple(texts.items()))
        files = ModuleFiles(target.root, target.search_paths, (source,), texts)
        return constructor_arguments.rebuilt(source, target.model, recipe, files)


def _wire_samples(samples: Samples) -> SamplesRequest:
    inputs = tuple(
        InputRequest(sample.shape, sample.dtype, sample.low, sample.high, sample.name) for sample in samples.inputs
    )
    return SamplesRequest(inputs, samples.expression)
