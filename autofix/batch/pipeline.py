"""The whole of a batch: files to jobs, jobs to outcomes, plans to what fits together.

It joins the parts of this folder and reads files and settings; executors and streams are given to it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from autofix.batch import changed_since, conflicts, coverage, jobs, notebooks, reverse_imports, source_files, targets
from autofix.batch.cached_executor import BatchWork, CachedCall
from autofix.batch.records import Job, JobOutcome, Json, Kind, Listed, Missing, job_from, outcome_from, settings_json
from autofix.fixes import candidates
from autofix.loading import find_target, settings, test_files
from autofix.loading.settings import Settings, TargetEntry
from autofix.records.errors import UsageError
from autofix.records.options import RunOptions
from autofix.system import environments

MEMORY_MIB = 4096
FIND_SECONDS = 60.0
Found = targets.Found


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """What the user said of a batch; None and empty mean not said, and the settings of each project decide."""

    paths: tuple[Path, ...]
    config: Path | None = None
    since: str | None = None
    run: RunOptions = RunOptions()  # noqa: RUF009


def bound(data: Json) -> float:
    """Return the seconds that one call may take in all: a search, and runs before and after it, at their limits."""
    settings = data.get("settings")
    if settings is None or "model" not in data:
        return FIND_SECONDS
    # A program that cannot be run leaves its model, which is another search.
    searches = 2 if data["script"] and data["model"] else 1
    return searches * (float(settings["limits"]["seconds"]) + 6 * float(settings["limits"]["run_seconds"])) + 60.0


# -- files to jobs -----------------------------------------------------------------------------------------------------


class Discovery:
    """What there is to run in the files of a batch."""

    def __init__(self, work: BatchWork, options: BatchOptions) -> None:
        """Read settings and manifests; raise UsageError for any that cannot be used."""
        self._work, self._options = work, options
        self._manifest = _Manifest(work.base, options)
        self._users: dict[Path, tuple[Path, ...]] = {}

    def targets(self) -> list[Found]:
        """Return every target in the order of the files."""
        work, options, manifest = self._work, self._options, self._manifest
        files = source_files.files(work.base, options.paths)
        named = [path for path in options.paths if path.is_file()]
        candidates = [path for path in files if path in named or manifest.names(path) or _may_hold_targets(path)]
        candidates = list(dict.fromkeys((*candidates, *manifest.inside(options.paths))))
        chosen = sorted(path for path in candidates if manifest.takes(path))
        # Models are built and used by files that nobody named, too.
        known_files = dict.fromkeys((*source_files.files(work.base, (work.base,)), *chosen))
        texts = {path: text for path in known_files if (text := _text(path)) is not None}
        imported = reverse_imports.graph(texts)
        if options.since is not None:
            touched = changed_since.touched(texts, imported, changed_since.changed(work.base, options.since))
            chosen = [path for path in chosen if path in touched]
        worth = {path for path, text in texts.items() if _worth(text)}
        reached = {path for path in chosen if path not in worth and not worth.isdisjoint(imported.get(path, ()))}
        chosen = [path for path in chosen if path in worth or path in reached or path not in texts]
        self._users = reverse_imports.users(imported, texts, chosen)
        calls = [
            self._call(path, manifest.entries(path), is_reached=path in reached) for path in chosen if _is_text(path)
        ]
        values = iter(work.all("looking for models", jobs.find, calls))
        lists = [next(values)["found"] if _is_text(path) else [_unnameable(path, work.base)] for path in chosen]
        return [_found(target) for found_in_file in lists for target in found_in_file]

    def parts(self, listed: Sequence[Listed]) -> list[Found]:
        """Return how parts of models are run by themselves, or what is missing for that."""
        entries: dict[str, list[TargetEntry]] = {}
        for part in listed:
            entries.setdefault(part.path, []).append(TargetEntry(part.path, part.name))
        calls = [self._call(self._work.base / path, of_file) for path, of_file in entries.items()]
        values = self._work.all("looking for parts of models", jobs.find, calls)
        return [_found(target) for value in values for target in value["found"]]

    def _call(self, path: Path, entries: Sequence[TargetEntry], *, is_reached: bool = False) -> CachedCall:
        work, own = self._work, self._manifest.settings(path)
        name = source_files.relative(path, work.base)
        users = self._users.get(path, ())
        python_files = [source_files.relative(user, work.base) for user in users if user.suffix == ".py"]
        data = {
            "path": name,
            "elsewhere": python_files,
            "reached": is_reached,
            "entries": [asdict(entry) for entry in entries],
            "settled": list(own.sample_shape),
            "settings": settings_json(self._manifest.settings_of(path)),
        }
        named = [(file, work.digest(file)) for file in (name, *python_files)]

        def files(value: Json) -> list[tuple[str, str]]:
            return sorted({*named, *((file, digest) for file, digest in value["files"])})

        return CachedCall(data, None, lambda why: {"found": [{"missing": [name, "", why]}], "files": []}, files)


def _may_hold_targets(path: Path) -> bool:
    """Return whether the file is no test, or one that can be run: what else a test defines are stand-ins."""
    if not test_files.is_test(path):
        return True
    text = "" if path.name in test_files.SET_UP else _text(path) or ""
    return "def test" in text or "__main__" in text


def _is_text(path: Path) -> bool:
    try:
        return bool(str(path).encode())
    except UnicodeEncodeError:
        return False


def _unnameable(path: Path, base: Path) -> Json:
    """Return the entry of a file whose name is not UTF-8: no report can hold such a name, and no patch can name it."""
    name = os.fsencode(source_files.relative(path, base)).decode("utf-8", "replace")
    return {"missing": [name, "", "its name is not UTF-8; rename it"]}


def _worth(text: str | None) -> bool:
    return text is None or any(word in text for word in ("torch", "nn.", "Module", "forward"))


def _text(path: Path) -> str | None:
    try:
        return notebooks.text_of(path)
    except UsageError:
        return None


def _found(target: Json) -> Found:
    if "listed" in target:
        path, name, kind, reason = target["listed"]
        return Listed(path, name, Kind(kind), reason)
    return job_from(target["job"]) if "job" in target else Missing(*target["missing"])


class _Manifest:
    """The settings of every project of the tree, with what the user said on top, and the targets that they name."""

    def __init__(self, base: Path, options: BatchOptions) -> None:
        self._base, self._options = base, options
        self._config = None if options.config is None else settings.read_file(options.config)
        self._known: dict[Path, Settings] = {}
        self._environments: dict[Path, str | None] = {}
        self._entries: dict[Path, list[TargetEntry]] = {}
        roots = [options.config.parent] if options.config is not None else [base, *map(_root_of, options.paths)]
        candidates.check_words((*options.run.select, *options.run.ignore))
        for root in dict.fromkeys(map(_absolute, roots)):
            self._add(root)

    def settings(self, path: Path) -> Settings:
        if self._config is not None:
            return self._config
        root = find_target.project_root(path)
        if root not in self._known:
            self._add(root)
        return self._known[root]

    def settings_of(self, path: Path) -> Settings:
        """Return how the targets of a file are run: a batch limits memory where nobody set a limit."""
        own = settings.overlaid(self.settings(path), self._options.run)
        memory = MEMORY_MIB if own.limits.memory_mib is None else own.limits.memory_mib
        python = own.python or self._environment(find_target.project_root(path))
        return replace(own, python=python, limits=replace(own.limits, memory_mib=memory))

    def _environment(self, root: Path) -> str | None:
        if root not in self._environments:
            environment = environments.project_environment((root,), os.environ.get("VIRTUAL_ENV"))
            self._environments[root] = None if environment is None else str(environment.python)
        return self._environments[root]

    def takes(self, path: Path) -> bool:
        """Return whether the file has targets: a project that names its targets has no others."""
        return not self.settings(path).targets or self.names(path)

    def names(self, path: Path) -> bool:
        return path in self._entries

    def entries(self, path: Path) -> list[TargetEntry]:
        python = self._options.run.python
        return [replace(entry, python=python or entry.python) for entry in self._entries.get(path, [])]

    def inside(self, paths: Iterable[Path]) -> Iterator[Path]:
        """Yield the named files below the paths, whatever git ignores."""
        folders = [_absolute(path) for path in paths]
        for path in self._entries:
            if any(path == folder or folder in path.parents for folder in folders):
                yield path

    def _add(self, root: Path) -> None:
        root_settings = self._config if self._config is not None else settings.read(root)
        candidates.check_words((*root_settings.select, *root_settings.ignore))
        self._known[root] = root_settings
        for entry in root_settings.targets:
            path = _absolute(root / entry.path)
            if not path.is_relative_to(self._base):
                raise UsageError(f"the manifest names {entry.path}, which lies outside {self._base}")
            self._entries.setdefault(path, []).append(entry)


def _root_of(path: Path) -> Path:
    return find_target.project_root(path / "x.py" if path.is_dir() else path)


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))


# -- jobs to outcomes --------------------------------------------------------------------------------------------------


def repaired(
    work: BatchWork,
    targets: Sequence[Found],
    find_parts: coverage.FindParts,
    is_wanted: Callable[[JobOutcome], bool],
) -> tuple[list[JobOutcome], list[Listed]]:
    """Return an outcome for each target, in order, and what is no target of its own; plans that touch the files of
    other targets are proved together.
    """
    ran = coverage.run_in_turn(targets, lambda asked: _ran(work, "running models", asked), find_parts)
    jobs_only = [target if isinstance(target, Job) else None for target, _ in ran.kept]
    outcomes = [_missing(target, work.base) if isinstance(target, Missing) else outcome for target, outcome in ran.kept]

    def again(asked: list[Job]) -> list[JobOutcome]:
        return _ran(work, "running models with all patches", asked)

    known = [outcome for outcome in outcomes if outcome is not None]
    return conflicts.settled(jobs_only, known, is_wanted, again), ran.listed


def _ran(work: BatchWork, words: str, asked: Sequence[Job]) -> list[JobOutcome]:
    return [outcome_from(value) for value in work.all(words, jobs.run, [_run_call(job, work) for job in asked])]


def _run_call(job: Job, work: BatchWork) -> CachedCall:
    def lost(why: str) -> Json:
        return jobs.outcome(job, work.base, jobs.failed(job, work.base, f"{job.path}: {why}"), {}).as_json()

    def files(value: Json) -> list[tuple[str, str]]:
        return [(path, digest) for path, digest in value["files"]]

    return CachedCall(job.as_json(), job.settings.python, lost, files)


def _missing(target: Missing, base: Path) -> JobOutcome:
    job = Job(target.path, target.model)
    how = f"; add it to autofix.toml: {target.setting} (create one with --discover)" if target.setting else ""
    outcome = jobs.outcome(job, base, jobs.failed(job, base, f"{target.message}{how}"), {})
    return replace(outcome, label=job.label if target.model else target.path)
