"""What there is to run in one file: each model with the way to build it and its sample, or what is missing for that.

It reads texts; nothing is run. A file that a manifest names is looked at for what the manifest leaves open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autofix.batch import notebook_report, notebooks, source_files
from autofix.batch.records import Job, Missing
from autofix.loading import find_target, model_discovery, script_detection, text_files
from autofix.loading.settings import Settings, TargetEntry
from autofix.records.errors import MissingInputError, UsageError
from autofix.records.samples import SampleOrigin, Samples, Target
from autofix.syntax.source import Source, source_of

# A file without any of these words defines no model.
_WORDS = ("nn.", "torch", "Module", "forward")


def find(
    path: Path,
    base: Path,
    elsewhere: Sequence[Path],
    entries: Sequence[TargetEntry] = (),
    settled: Samples | None = None,
    settings: Settings = Settings(),  # noqa: B008
) -> tuple[Job | Missing, ...]:
    """Return the targets of a file in the order of their definition; those of ``entries`` where a manifest names it.

    ``elsewhere`` are files that import it.
    """
    name = source_files.relative(path, base)
    try:
        notebook = notebooks.read(path) if path.suffix == notebooks.SUFFIX else None
        text = text_files.read(path).text if notebook is None else notebook.text
    except UsageError as error:
        return (Missing(name, "", str(error)),) if entries or _might_be_model(path) else ()
    if not entries and not any(word in text for word in _WORDS):
        return ()
    file = _File(path, name, text, tuple(elsewhere), settled, settings)
    targets = [_named(file, entry) for entry in entries] if entries else _unnamed(file)
    if notebook is not None:
        targets = [_of_cells(target, notebook) for target in targets]
    return tuple(dict.fromkeys(targets))


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    name: str
    text: str
    elsewhere: tuple[Path, ...]
    settled: Samples | None
    settings: Settings

    @property
    def source(self) -> Source:
        return source_of(notebooks.module_path(self.path), self.text)

    @property
    def is_program(self) -> bool:
        return self.path.suffix == ".py" and script_detection.is_program(self.source)


def _of_cells(target: Job | Missing, notebook: notebooks.Notebook) -> Job | Missing:
    if isinstance(target, Job):
        return replace(target, place=notebook_report.words(target.place, notebook))
    return replace(target, message=notebook_report.words(target.message, notebook))


def _might_be_model(path: Path) -> bool:
    """Return whether a file that cannot be read as text may hold a model: one in a wrong encoding may,
    a binary one does not.
    """
    try:
        data = path.read_bytes()
    except OSError:
        return True
    return b"torch" in data and b"\0" not in data


def _unnamed(file: _File) -> list[Job | Missing]:
    """Return the targets in a file that no manifest names."""
    try:
        names = model_discovery.names(file.source)
    except (SyntaxError, RecursionError, MemoryError, ValueError):
        imports_torch = "import torch" in file.text or "from torch" in file.text
        return [_named(file, TargetEntry(file.name))] if imports_torch else []
    targets = [_named(file, TargetEntry(file.name, name)) for name in names]
    if not file.is_program:
        return [target for target in targets if isinstance(target, Job) or not _is_part(file, target)]
    # What a program feeds its model says more than what the layers would take.
    alone = len(targets) == 1
    return [_as_program(file, target, alone=alone) for target in targets]


def _as_program(file: _File, target: Job | Missing, *, alone: bool) -> Job | Missing:
    if isinstance(target, Job):
        return replace(target, script=True) if alone and target.origin == SampleOrigin.SOLVED.name else target
    program = Job(file.name, "", script=True, origin=SampleOrigin.NONE.name, settings=file.settings)
    return program if alone or target.setting.startswith("samples") else target


def _is_part(file: _File, target: Missing) -> bool:
    """Return whether a model is a part of models in other files: it runs within those and needs no
    sample of its own.
    """
    return bool(target.setting) and model_discovery.is_part_elsewhere(target.model, text_files.sources(file.elsewhere))


def _named(file: _File, entry: TargetEntry) -> Job | Missing:
    settings = replace(file.settings, python=entry.python or file.settings.python)
    if entry.script and entry.model is None:
        return Job(file.name, "", script=True, origin=SampleOrigin.NONE.name, settings=settings)
    try:
        target = find_target.target(
            notebooks.module_path(file.path),
            model=entry.model,
            samples=_given(entry),
            also=tuple(map(find_target.parse_also, entry.also)),
            text=file.text,
            settled=file.settled,
            elsewhere=file.elsewhere,
        )
    except MissingInputError as error:
        return Missing(file.name, entry.model or "", error.problem, error.setting)
    except UsageError as error:
        return Missing(file.name, entry.model or "", str(error))
    return _job(file.name, target, entry, settings)


def _given(entry: TargetEntry) -> Samples | None:
    if entry.sample is not None:
        return Samples(expression=entry.sample, origin=SampleOrigin.SETTINGS, place="the manifest")
    if entry.samples:
        sample = find_target.parse_sample(entry.samples)
        return Samples(sample.inputs, None, SampleOrigin.SETTINGS, "the manifest")
    return None


def _job(name: str, target: Target, entry: TargetEntry, settings: Settings) -> Job:
    samples = target.samples
    return Job(
        path=name,
        model=target.model,
        samples=tuple(map(str, samples.inputs)),
        sample=samples.expression,
        origin=samples.origin.name,
        place=samples.place,
        also=entry.also,
        eval=entry.eval,
        script=target.script or entry.script,
        settings=settings,
    )
