"""What there is to run in one file: each model with the way to build it and its sample, or what is missing for that.

It reads texts; nothing is run. A file that a manifest names is looked at for what the manifest leaves open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from autofix import load, models, programs
from autofix.batch import notebooks, tree
from autofix.batch.records import Job, Missing, Terms
from autofix.errors import UsageError
from autofix.records import SampleOrigin, Samples, Target
from autofix.settings import TargetEntry
from autofix.source import Source, source_of

# A file without any of these words defines no model.
_WORDS = ("nn.", "torch", "Module", "forward")


def find(
    path: Path,
    base: Path,
    elsewhere: Sequence[Path],
    entries: Sequence[TargetEntry] = (),
    settled: Samples | None = None,
    terms: Terms = Terms(),  # noqa: B008
) -> tuple[Job | Missing, ...]:
    """The targets of a file in the order of their definition; those of ``entries`` where a manifest names it."""
    name = tree.relative(path, base)
    try:
        text = notebooks.read(path).text if path.suffix == notebooks.SUFFIX else load.read(path).text
    except UsageError as error:
        return (Missing(name, "", str(error)),) if entries or _might_be_model(path) else ()
    if not entries and not any(word in text for word in _WORDS):
        return ()
    wanted = tuple(entries) or tuple(_entries(path, name, text))
    return tuple(_one(path, name, text, entry, elsewhere, settled, terms) for entry in wanted)


def _might_be_model(path: Path) -> bool:
    """A file that is no text at all is nobody's model; one that only is in a wrong encoding is worth a word."""
    try:
        data = path.read_bytes()
    except OSError:
        return True
    return b"torch" in data and b"\0" not in data


def _entries(path: Path, name: str, text: str) -> Iterator[TargetEntry]:
    source = source_of(notebooks.module_path(path), text)
    try:
        found = models.names(source)
    except (SyntaxError, RecursionError, MemoryError, ValueError):
        if "import torch" in text or "from torch" in text:
            yield TargetEntry(name)
        return
    yield from (TargetEntry(name, model) for model in found)


def _one(
    path: Path,
    name: str,
    text: str,
    entry: TargetEntry,
    elsewhere: Sequence[Path],
    settled: Samples | None,
    terms: Terms,
) -> Job | Missing:
    given = _given(entry)
    try:
        if entry.script:
            return Job(name, "", script=True, origin=SampleOrigin.NONE.name, terms=terms)
        target = load.target(
            notebooks.module_path(path),
            model=entry.model,
            samples=given,
            also=tuple(map(load.parse_also, entry.also)),
            text=text,
            settled=settled,
            elsewhere=elsewhere,
        )
    except UsageError as error:
        if entry.model and _is_program(path, text) and "no sample input" in str(error):
            return Job(name, "", script=True, origin=SampleOrigin.NONE.name, terms=terms)
        return Missing(name, entry.model or "", str(error))
    return _job(name, target, entry, terms)


def _is_program(path: Path, text: str) -> bool:
    return path.suffix == ".py" and programs.is_program(Source(path, text))


def _given(entry: TargetEntry) -> Samples | None:
    if entry.sample is not None:
        return Samples(expression=entry.sample, origin=SampleOrigin.SETTINGS, place="the manifest")
    if entry.samples:
        made = load.parse_sample(entry.samples)
        return Samples(made.inputs, None, SampleOrigin.SETTINGS, "the manifest")
    return None


def _job(name: str, target: Target, entry: TargetEntry, terms: Terms) -> Job:
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
        script=target.script,
        terms=terms,
    )
