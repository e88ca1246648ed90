"""The functions that run in a worker process, here or on another machine: plain data in, plain data out.

They decide nothing about order, time or storage, and each keeps its faults to itself: what goes wrong inside becomes
a result that says so.
"""

from __future__ import annotations

import atexit
import json
import threading
from dataclasses import replace
from pathlib import Path, PurePosixPath

from autofix import __version__, engine
from autofix.batch import imports, notebook_report, notebooks, source_files, source_lines, targets
from autofix.batch.notebooks import Notebook
from autofix.batch.records import Change, Job, JobOutcome, Json, Listed, job_from, settings_from, with_tuples
from autofix.fixes import registry
from autofix.loading import find_target, text_files
from autofix.loading.settings import TargetEntry
from autofix.patch import edits_to_text, unified_diff
from autofix.records.errors import AutofixError, UsageError
from autofix.records.finding import Mismatch
from autofix.records.locations import SourceText
from autofix.records.report import RepairEnding, Report
from autofix.records.samples import Recipe, SampleInput, SampleOrigin, Samples, Target
from autofix.records.trace import Ending, Stage, Trace
from autofix.report import json as json_report
from autofix.report import pictures, sarif
from autofix.session.session import Session
from autofix.syntax.source import Source, source_of

MAX_JOBS_OF_SESSION = 250
_local = threading.local()


# -- finding -----------------------------------------------------------------------------------------------------------


def find(base: str, request: Json) -> Json:
    """Return the targets of one file, as ``{"jobs": [...], "missing": [...], "order": ...}`` in the
    order they stand.
    """
    root = Path(base)
    read: list[Path] = []
    results = targets.find(
        root / request["path"],
        root,
        [root / path for path in request["elsewhere"]],
        [TargetEntry(**with_tuples(entry)) for entry in request["entries"]],
        find_target.configured(tuple(request["settled"])),
        settings_from(request["settings"]),
        is_reached=request["reached"],
        read=read.extend,
    )
    digests = [(source_files.relative(path, root), imports.digest(path)) for path in read]
    return {"found": [_found(target, base) for target in results], "files": sorted(set(digests))}


def _found(target: targets.Found, base: str) -> Json:
    if isinstance(target, Listed):
        return {"listed": [target.path, target.name, target.kind.value, target.reason]}
    if isinstance(target, Job):
        return {"job": target.as_json()}
    return {"missing": [target.path, target.model, target.message.replace(f"{base}/", ""), target.setting]}


# -- running -----------------------------------------------------------------------------------------------------------


def run(base: str, data: Json) -> Json:
    """Check and repair one target; raises nothing of ours."""
    job, root = job_from(data), Path(base)
    files = {root / job.path: True}
    report = _as_found(job, _reported(job, root, files))
    is_outside = report.message.endswith(engine.OUTSIDE)  # What the machine lacks is told, not worked around.
    if report.ending is RepairEnding.NOT_RUN and job.of_model is not None and not is_outside:
        note = f"the model was run by itself, since the program could not be: {report.message}"
        job = job.of_model
        report = _reported(job, root, files)
        report = replace(report, notes=(*report.notes, note))
    return outcome(job, root, report, files).as_json()


def _as_found(job: Job, report: Report) -> Report:
    """Return the report of a program that nobody named, or of a part of other models built by its defaults, without a
    failure that its arguments or its data may explain: one of plain Python, outside of torch, that has no repair.
    """
    failure = report.trace.failure
    is_part = bool(job.part_of) and not job.is_known
    # A class whose defaults are not enough to build it: nobody builds it without arguments.
    is_default = failure is not None and failure.stage is Stage.CONSTRUCT and job.model.endswith("()")
    is_part = is_part or (is_default and failure is not None and failure.type in {"AttributeError", "TypeError"})
    if not (is_part or (job.script and job.is_found)) or report.plan is not None or failure is None:
        return report
    shown = {diagnostic.finding.mismatch for diagnostic in report.diagnostics}
    of_torch = failure.operation is not None or failure.callee.startswith("torch.")
    if of_torch or not shown <= {Mismatch.OTHER} or report.ending is RepairEnding.NOT_RUN:
        return report
    message = f"{report.message}, with its default arguments; pass others with --model"
    if job.script:
        message = f"the program stopped by itself: {report.message}; pass its arguments after --"
    return replace(report, ending=RepairEnding.NOT_RUN, message=message, diagnostics=())


def _reported(job: Job, base: Path, files: dict[Path, bool]) -> Report:
    try:
        return _report(job, base, files)
    except AutofixError as error:
        return failed(job, base, str(error))
    except Exception as error:
        words = f"internal error: {type(error).__name__}: {error}; please report it with the file"
        return failed(job, base, words)


def _report(job: Job, base: Path, files: dict[Path, bool]) -> Report:
    """Return the report of the engine; ``files`` gets those that it depends on, and has them whatever is raised."""
    path = base / job.path
    shown = tuple(_shown(base / name, text) for name, text in job.texts)
    notebook = _notebook(job, base)
    if notebook is not None:
        shown = (*(text for text in shown if text.path != path), notebook_report.module_text(notebook))
    own = next((text for text in shown if text.path == notebooks.module_path(path)), None) or text_files.read(path)
    target = find_target.target(
        own.path,
        model=None if job.script else job.model,
        samples=None if job.script else _samples(job),
        also=tuple(map(find_target.parse_also, job.also)),
        evaluation_mode=job.eval,
        text=own.text,
        arguments=job.arguments if job.script else (),
        elsewhere=(),
    )
    if not job.script:
        target = replace(target, built=job.built, is_guessed=job.is_guessed, recipe=_recipe(job, base))
    if job.script and not target.script:
        target = replace(target, script=True, model="", samples=Samples(origin=SampleOrigin.NONE))
    files |= imports.closure(path, own.text, target.search_paths)
    report = engine.repair(engine.Request(target, shown, job.settings), session(job.settings.python))
    read = (*report.trace.files, *(text.path for text in report.texts))
    files |= {file: True for file in read if notebook is None or file != own.path}
    files |= dict.fromkeys(find_target.data_files(_sources(files)), True)
    files |= {file: file.is_file() for file in report.trace.data_files}
    return report


def _recipe(job: Job, base: Path) -> Recipe | None:
    *data, program = job.recipe or ("",)
    return Recipe(tuple(base / name for name in data), base / program if program else None) if data else None


def _shown(path: Path, text: str) -> SourceText:
    """Return a text that stands in for a file, kept in the file's own encoding."""
    try:
        return replace(
            notebooks.read(path).raw if path.suffix == notebooks.SUFFIX else text_files.read(path), text=text
        )
    except UsageError:
        return SourceText(path, text)


def _notebook(job: Job, base: Path) -> Notebook | None:
    """Return the notebook that the job is about, as it is or as it is shown; None for a Python file."""
    path = base / job.path
    if path.suffix != notebooks.SUFFIX:
        return None
    text = dict(job.texts).get(job.path)
    return notebooks.read(path) if text is None else notebooks.parsed(_shown(path, text))


def _sources(files: dict[Path, bool]) -> list[Source]:
    sources = []
    for path, exists in files.items():
        if exists and path.suffix == ".py":
            try:
                source = source_of(path, text_files.read(path).text)
                _ = source.tree
                sources.append(source)
            except (UsageError, SyntaxError, ValueError, RecursionError, MemoryError):
                continue
    return sources


def _samples(job: Job) -> Samples:
    inputs: tuple[SampleInput, ...] = find_target.parse_sample(job.samples).inputs if job.samples else ()
    return Samples(inputs, job.sample, SampleOrigin[job.origin], job.place)


def session(python: str | None) -> Session:
    """Return this thread's warm probe for an interpreter; renewed now and then, so that nothing piles up in it."""
    known: dict[str | None, tuple[Session, int]] = _local.__dict__.setdefault("sessions", {})
    session_, used = known.get(python, (None, 0))
    if session_ is not None and used >= MAX_JOBS_OF_SESSION:
        session_.close()
        session_ = None
    if session_ is None:
        session_, used = Session(python, ahead=False), 0  # The other cores have jobs of their own.
        atexit.register(session_.close)
    known[python] = (session_, used + 1)
    return session_


# -- results -----------------------------------------------------------------------------------------------------------


def failed(job: Job, base: Path, message: str) -> Report:
    """Return the report of a target that could not be run."""
    path = base / job.path
    samples = Samples(origin=SampleOrigin.NONE)
    target = Target(path, base, path.stem, (), job.model, samples, evaluation_mode=job.eval, script=job.script)
    return Report(target, RepairEnding.NOT_RUN, message, Trace(Ending.PROBE_FAILED, message))


def outcome(job: Job, base: Path, report: Report, files: dict[Path, bool]) -> JobOutcome:
    """Return the report as the documents that readers get, told from the base of the batch and free of
    its absolute path.
    """
    try:
        notebook = _notebook(job, base)
    except UsageError:
        notebook = None
    readable = replace(report, target=replace(report.target, root=base))
    readable = readable if notebook is None else notebook_report.told(readable, notebook)
    documentation = {rule.code: rule.documentation() for rule in registry.rules()}
    document = _plain(json_report.render(readable), base, notebook)
    log = _plain(sarif.render(readable, documentation=documentation, version=__version__), base, notebook)
    if notebook is not None:
        notebook_report.add_places(document, report, notebook)
    for diagnostic, shown in zip(report.diagnostics, document["diagnostics"], strict=True):
        shown["source"] = source_lines.of(diagnostic.finding.location, report.texts)
    changes: tuple[Change, ...] = ()
    if readable.plan is not None and readable.plan.is_verified:
        try:
            unified_diff.changes(readable.plan, readable.texts, base)
            changes = _changes(readable, base)
        except UsageError as error:
            document["notes"].append(str(error))
    known = tuple(
        sorted(
            (source_files.relative(path, base), imports.digest(path) if exists else "")
            for path, exists in files.items()
        )
    )
    picture = pictures.of_fault(replace(report, target=readable.target), places=notebook is None)
    return JobOutcome(job.label, document, log, changes, known, ran=_ran(job, base, report), picture=picture)


def _ran(job: Job, base: Path, report: Report) -> tuple[str, ...]:
    """Return the classes of the tree whose forward ran, as ``path: name``."""
    trace = report.trace
    indices = {
        index
        for operation in trace.operations
        for index in (operation.scope_index, operation.layer_index)
        if index is not None
    }
    paths = {path for index in indices if (path := trace.layers[index].path) is not None}
    reached = {f"{path[:at]}" for path in paths for at in (0, *(n for n, c in enumerate(path) if c == "."), len(path))}
    indices |= set(trace.called)
    layers = [layer for at, layer in enumerate(trace.layers) if at in indices or layer.path in reached]
    modules = {"__main__": job.path, "autofix_target": job.path}
    files = [source_files.relative(path, base) for path in (*trace.files, base / job.path)]
    for module in {layer.type.rpartition(".")[0] for layer in layers} - modules.keys():
        ends = (f"/{module.replace('.', '/')}.py", f"/{module.replace('.', '/')}/__init__.py")
        module_path = next((file for file in files if f"/{file}".endswith(ends)), None)
        if module_path is not None:
            modules[module] = module_path
    labels = {
        f"{modules[module]}: {name}"
        for module, _, name in (layer.type.rpartition(".") for layer in layers)
        if module in modules
    }
    return tuple(sorted(labels))


def _plain(text: str, base: Path, notebook: Notebook | None) -> Json:
    text = text.replace(json.dumps(f"{base}/")[1:-1], "")
    document: Json = json.loads(text if notebook is None else notebook_report.words(text, notebook))
    return document


def _changes(report: Report, base: Path) -> tuple[Change, ...]:
    assert report.plan is not None
    before = {text.path: text for text in report.texts}
    changes = []
    for path, after in report.plan.texts:
        text = before[path]
        if after != text.text:
            changes.append(
                Change(unified_diff.relative(path, base).as_posix(), text.text, after, text.encoding, text.bom)
            )
    return tuple(sorted(changes, key=lambda change: change.path))


def file_change(change: Change) -> unified_diff.FileChange:
    source = SourceText(Path(change.path), change.before, change.encoding, change.bom)
    before, after = edits_to_text.encode(source, change.before), edits_to_text.encode(source, change.after)
    return unified_diff.FileChange(PurePosixPath(change.path), before, after)
