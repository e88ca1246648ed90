"""What there is to run in one file: each model with the way to build it and its sample, or what is missing for that.

It reads texts; nothing is run. A file that a manifest names is looked at for what the manifest leaves open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autofix.batch import notebook_report, notebooks, source_files
from autofix.batch.records import Job, Kind, Listed, Missing
from autofix.loading import (
    class_kinds,
    find_target,
    model_classes,
    model_discovery,
    readme_commands,
    script_detection,
    test_files,
    text_files,
    training_steps,
)
from autofix.loading.settings import Settings, TargetEntry
from autofix.records.errors import MissingInputError, UsageError
from autofix.records.samples import Recipe, SampleOrigin, Samples, Target
from autofix.syntax.name_bindings import class_name
from autofix.syntax.source import Source, source_of
from autofix.system import regular_files

# A file without any of these words defines no model.
_WORDS = ("nn.", "torch", "Module", "forward")
Found = Job | Missing | Listed


def find(
    path: Path,
    base: Path,
    elsewhere: Sequence[Path],
    entries: Sequence[TargetEntry] = (),
    settled: Samples | None = None,
    settings: Settings = Settings(),  # noqa: B008
    *,
    is_reached: bool = False,
    read: Callable[[Iterable[Path]], None] = lambda _: None,
) -> tuple[Found, ...]:
    """Return the targets of a file in the order of their definition; those of ``entries`` where a manifest names it.

    ``elsewhere`` are files that import it. ``is_reached``: the file imports one that may hold a model. ``read`` is told
    the files that the answer depends on besides.
    """
    name = source_files.relative(path, base)
    try:
        notebook = notebooks.read(path) if path.suffix == notebooks.SUFFIX else None
        text = text_files.read(path).text if notebook is None else notebook.text
    except UsageError as error:
        return (Missing(name, "", str(error)),) if entries or _might_be_model(path) else ()
    if not entries and not is_reached and not any(word in text for word in _WORDS):
        return ()
    file = _File(path, name, text, tuple(elsewhere), settled, settings, read)
    targets: list[Found] = [_named(file, entry) for entry in entries] if entries else _unnamed(file)
    if notebook is not None:
        targets = [_of_cells(target, notebook) for target in targets]
        targets += [
            Listed(name, f"cell {cell}", Kind.CELL, "it is no Python and was left out") for cell in notebook.left_out
        ]
    return tuple(dict.fromkeys(targets))


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    name: str
    text: str
    elsewhere: tuple[Path, ...]
    settled: Samples | None
    settings: Settings
    read: Callable[[Iterable[Path]], None]

    @property
    def source(self) -> Source:
        return source_of(notebooks.module_path(self.path), self.text)

    @property
    def is_program(self) -> bool:
        is_acting = script_detection.is_program(self.source) or bool(training_steps.driver(self.source))
        return self.path.suffix == ".py" and is_acting


def _of_cells(target: Found, notebook: notebooks.Notebook) -> Found:
    if isinstance(target, Listed):
        return target
    if isinstance(target, Job):
        return replace(target, place=notebook_report.words(target.place, notebook))
    return replace(target, message=notebook_report.words(target.message, notebook))


def _might_be_model(path: Path) -> bool:
    """Return whether a file that cannot be read as text may hold a model: one in a wrong encoding may,
    a binary one does not.
    """
    try:
        data = regular_files.read(path, text_files.MAX_BYTES)
    except OSError:
        return True
    return b"torch" in data and b"\0" not in data


def _unnamed(file: _File) -> list[Found]:
    """Return the targets in a file that no manifest names, and its classes that are none."""
    try:
        if test_files.holds_tests(file.source):
            return [_program(file)]  # The classes in it are stand-ins, and run where a test uses them.
        names = model_discovery.names(file.source)
    except (SyntaxError, RecursionError, MemoryError, ValueError):
        imports_torch = "import torch" in file.text or "from torch" in file.text
        return [_named(file, TargetEntry(file.name))] if imports_torch else []
    targets = [_of_name(file, name) for name in names]
    models = [target for target in targets if not isinstance(target, Listed)]
    if file.is_program:
        # What a program feeds its model says more than what the layers would take.
        if len(models) == 1:
            targets = [_as_program(file, models[0]) if target is models[0] else target for target in targets]
        elif not all(isinstance(target, Job) and target.is_known for target in models) or not models:
            targets = [_program(file), *targets]
    elsewhere = [_part_elsewhere(file, target) for target in targets]
    return [*elsewhere, *_parts(file)]


def _of_name(file: _File, name: str) -> Found:
    source = file.source
    reason = class_kinds.abstract(source, name) if name in source.classes else ""
    if reason:
        return Listed(file.name, name, Kind.ABSTRACT, reason)
    target = _named(file, TargetEntry(file.name, name))
    is_shown = isinstance(target, Job) and target.is_known
    if name in source.classes and not is_shown and class_kinds.is_loss(source, name):
        return Listed(file.name, name, Kind.LOSS, "a loss takes what a model gives; it runs where a program calls it")
    return target


def _parts(file: _File) -> Iterator[Listed]:
    for name, kind, reason in class_kinds.parts(file.source):
        yield Listed(file.name, name, Kind(kind), reason)


def _program(file: _File) -> Job:
    origin = SampleOrigin.NONE.name
    arguments = readme_commands.arguments(file.path, file.source)
    return Job(file.name, "", script=True, arguments=arguments, origin=origin, is_found=True, settings=file.settings)


def _as_program(file: _File, target: Found) -> Found:
    """Return the target of a program with one model."""
    if isinstance(target, Job):
        return target if target.is_known else replace(target, script=True, is_found=True)
    return _program(file)


def _part_elsewhere(file: _File, target: Found) -> Found:
    """Return a model that cannot be run alone and is a part of models in other files as that: it runs within those."""
    is_open = isinstance(target, Job) and not target.is_known
    is_missing = isinstance(target, Missing) and bool(target.setting and target.model)
    if isinstance(target, Listed) or not (is_open or is_missing):
        return target
    name = class_name(target.model)
    users = [path for path in file.elsewhere if model_classes.is_part_elsewhere(name, text_files.sources([path]))]
    if not users:
        return target
    if isinstance(target, Job):
        return replace(target, part_of=f"it is a part of a model in {users[0].name}")
    return Listed(
        file.name, target.model, Kind.PART, f"it is a part of a model in {users[0].name}; alone, {target.message}"
    )


def _named(file: _File, entry: TargetEntry) -> Job | Missing:
    settings = replace(file.settings, python=entry.python or file.settings.python)
    if entry.script and entry.model is None:
        origin = SampleOrigin.NONE.name
        return Job(file.name, "", script=True, arguments=entry.arguments, origin=origin, settings=settings)
    try:
        target = find_target.target(
            notebooks.module_path(file.path),
            model=entry.model,
            samples=_given(entry),
            also=tuple(map(find_target.parse_also, entry.also)),
            text=file.text,
            settled=file.settled,
            elsewhere=file.elsewhere,
            on_read=file.read,
        )
    except MissingInputError as error:
        return Missing(file.name, entry.model or "", error.problem, error.setting)
    except UsageError as error:
        return Missing(file.name, entry.model or "", str(error))
    return replace(_job(file.name, target, entry, settings), recipe=_recipe(file, target.recipe))


def _recipe(file: _File, recipe: Recipe | None) -> tuple[str, ...]:
    base = Path(str(file.path).removesuffix(file.name))
    if recipe is None:
        return ()
    program = "" if recipe.program is None else source_files.relative(recipe.program, base)
    return (*(source_files.relative(path, base) for path in recipe.data), program)


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
        built=target.built,
        is_guessed=target.is_guessed,
        settings=settings,
    )
