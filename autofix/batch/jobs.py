"""The functions that run in a worker process, here or on another machine: plain data in, plain data out.

They decide nothing about order, time or storage, and each keeps its faults to itself: what goes wrong inside becomes
a result that says so.
"""

from __future__ import annotations

import atexit
import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from autofix import __version__, engine, load, patch, registry
from autofix.batch import discovery, imports, notebooks, tree
from autofix.batch.records import Change, Job, Json, Missing, Outcome, Terms, job_from, terms_from, with_tuples
from autofix.child import Session
from autofix.errors import AutofixError, UsageError
from autofix.records import (
    Ending,
    Limits,
    RepairEnding,
    Report,
    SampleInput,
    SampleOrigin,
    Samples,
    SourceText,
    Target,
    Trace,
)
from autofix.report import json as json_report
from autofix.report import sarif
from autofix.settings import Prefer, Settings, TargetEntry
from autofix.source import Source, source_of

MAX_JOBS_OF_SESSION = 250
_local = threading.local()


# -- finding -----------------------------------------------------------------------------------------------------------


def find(base: str, request: Json) -> Json:
    """The targets of one file, as ``{"jobs": [...], "missing": [...], "order": ...}`` in the order they stand."""
    root = Path(base)
    made = discovery.find(
        root / request["path"],
        root,
        [root / path for path in request["elsewhere"]],
        [TargetEntry(**with_tuples(one)) for one in request["entries"]],
        load.configured(tuple(request["settled"])),
        terms_from(request["terms"]),
    )
    return {"found": [_found(one, base) for one in made]}


def _found(one: Job | Missing, base: str) -> Json:
    if isinstance(one, Job):
        return {"job": one.as_json()}
    return {"missing": [one.path, one.model, one.message.replace(f"{base}/", "")]}


# -- running -----------------------------------------------------------------------------------------------------------


def run(base: str, data: Json) -> Json:
    """Check and repair one target; raises nothing of ours."""
    job, root = job_from(data), Path(base)
    try:
        report, files = _report(job, root)
    except AutofixError as error:
        report, files = failed(job, root, str(error)), {}
    except Exception as error:
        words = f"internal error: {type(error).__name__}: {error}; please report it with the file"
        report, files = failed(job, root, words), {}
    return outcome(job, root, report, files).as_json()


def _report(job: Job, base: Path) -> tuple[Report, dict[Path, bool]]:
    path = base / job.path
    texts = tuple(_overlay(base / name, text) for name, text in job.texts)
    virtual = notebooks.module_path(path)
    own = next((one for one in texts if one.path == virtual), None)
    if own is None:
        own = SourceText(virtual, notebooks.text_of(path)) if virtual != path else load.read(path)
        texts = (*texts, own) if virtual != path else texts
    target = load.target(
        virtual,
        model=None if job.script else job.model,
        samples=None if job.script else _samples(job),
        also=tuple(map(load.parse_also, job.also)),
        evaluation_mode=job.eval,
        text=own.text,
        elsewhere=(),
    )
    if job.script and not target.script:
        target = replace(target, script=True, model="", samples=Samples(origin=SampleOrigin.NONE))
    files = imports.closure(path, own.text, target.search_paths)
    report = engine.repair(engine.Request(target, texts, _settings(job.terms)), session(job.terms.python))
    files |= {file: True for file in report.trace.files if file != virtual}
    files |= {text.path: True for text in report.texts if text.path != virtual}
    files |= dict.fromkeys(load.data_files(_sources(files)), True)
    return report, files


def _overlay(path: Path, text: str) -> SourceText:
    """A text that stands in for a file, kept in the file's own encoding."""
    if path.suffix == notebooks.SUFFIX:
        return SourceText(notebooks.module_path(path), text)
    try:
        return replace(load.read(path), text=text)
    except UsageError:
        return SourceText(path, text)


def _sources(files: dict[Path, bool]) -> list[Source]:
    found = []
    for path, there in files.items():
        if there and path.suffix == ".py":
            try:
                source = source_of(path, load.read(path).text)
                _ = source.tree
                found.append(source)
            except (UsageError, SyntaxError, ValueError, RecursionError, MemoryError):
                continue
    return found


def _samples(job: Job) -> Samples:
    inputs: tuple[SampleInput, ...] = load.parse_sample(job.samples).inputs if job.samples else ()
    return Samples(inputs, job.sample, SampleOrigin[job.origin], job.place)


def _settings(terms: Terms) -> Settings:
    limits = Limits(terms.run_seconds, terms.memory_mib, terms.probes, terms.seconds)
    return Settings(prefer=Prefer(terms.prefer), select=terms.select, ignore=terms.ignore, limits=limits)


def session(python: str | None) -> Session:
    """This thread's warm probe for an interpreter; renewed now and then, so that nothing piles up in it."""
    known: dict[str | None, tuple[Session, int]] = _local.__dict__.setdefault("sessions", {})
    found, used = known.get(python, (None, 0))
    if found is not None and used >= MAX_JOBS_OF_SESSION:
        found.close()
        found = None
    if found is None:
        found, used = Session(python, ahead=False), 0  # The other cores have jobs of their own.
        atexit.register(found.close)
    known[python] = (found, used + 1)
    return found


# -- results -----------------------------------------------------------------------------------------------------------


def failed(job: Job, base: Path, message: str) -> Report:
    """The report of a target that could not be run."""
    path = base / job.path
    samples = Samples(origin=SampleOrigin.NONE)
    target = Target(path, base, path.stem, (), job.model, samples, evaluation_mode=job.eval, script=job.script)
    return Report(target, RepairEnding.NOT_RUN, message, Trace(Ending.PROBE_FAILED, message))


def outcome(job: Job, base: Path, report: Report, files: dict[Path, bool]) -> Outcome:
    """The report as the documents that readers get, told from the base of the batch and free of its absolute path."""
    told = replace(report, target=replace(report.target, root=base))
    documentation = {rule.code: rule.documentation() for rule in registry.rules()}
    document = _plain(json_report.render(told), base)
    log = _plain(sarif.render(told, documentation=documentation, version=__version__), base)
    changes: tuple[Change, ...] = ()
    if report.plan is not None:
        try:
            patch.changes(report.plan, report.texts, base)
            changes = _changes(report, base)
        except UsageError as error:
            document["notes"].append(str(error))
    known = tuple(
        sorted((tree.relative(path, base), imports.digest(path) if there else "") for path, there in files.items())
    )
    made = Outcome(job.label, document, log, changes, known)
    return _as_notebook(made, job, base) if job.path.endswith(notebooks.SUFFIX) else made


def _plain(text: str, base: Path) -> Json:
    quoted = json.dumps(f"{base}/")[1:-1]
    made: Json = json.loads(text.replace(quoted, ""))
    return made


def _changes(report: Report, base: Path) -> tuple[Change, ...]:
    assert report.plan is not None
    before = {text.path: text for text in report.texts}
    made = []
    for path, after in report.plan.texts:
        text = before[path]
        if after != text.text:
            made.append(Change(tree.relative(path, base), text.text, after, text.encoding, text.bom))
    return tuple(sorted(made, key=lambda change: change.path))


def _as_notebook(made: Outcome, job: Job, base: Path) -> Outcome:
    """The same told of the notebook: its name, the cell and line of each place, and its raw text as what changes."""
    virtual = tree.relative(notebooks.module_path(base / job.path), base)
    try:
        notebook = notebooks.read(base / job.path)
    except UsageError:
        return made
    changes = tuple(_notebook_change(one, notebook, virtual, job.path) for one in made.changes)
    document = _renamed(made.document, virtual, job.path)
    for diagnostic in document["diagnostics"]:
        if diagnostic["path"] == job.path:
            cell, line = notebook.place(diagnostic["range"]["start"]["line"])
            diagnostic["cell"], diagnostic["cell_line"] = cell, line
    if document["plan"] is not None and changes:
        document["plan"]["patch"] = patch_text(changes)
    log = _renamed(made.sarif, virtual, job.path)
    return replace(made, document=document, sarif=log, changes=changes)


def _notebook_change(change: Change, notebook: notebooks.Notebook, virtual: str, name: str) -> Change:
    if change.path != virtual:
        return change
    raw = notebook.raw
    return Change(name, raw.text, notebooks.spliced(notebook, change.after), raw.encoding, raw.bom)


def _renamed(document: Json, virtual: str, name: str) -> Json:
    text = json.dumps(document)
    for old, new in ((virtual, name), (Path(virtual).name, Path(name).name)):
        text = text.replace(json.dumps(old)[1:-1], json.dumps(new)[1:-1])
    made: Json = json.loads(text)
    return made


def file_change(change: Change) -> patch.FileChange:
    source = SourceText(Path(change.path), change.before, change.encoding, change.bom)
    before, after = patch.encode(source, change.before), patch.encode(source, change.after)
    return patch.FileChange(PurePosixPath(change.path), before, after)


def patch_text(changes: Sequence[Change]) -> str:
    return patch.unified([file_change(one) for one in changes]).decode("utf-8", "replace")
