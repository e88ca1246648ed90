"""Tests that failed to explanations and patches: each is run again in the probe, as the program of a repair.

What is safe is laid under the search for the next fault, so that patches fit together and each file is written once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import pytest

from autofix import engine
from autofix.frontends.cli import atomic_write
from autofix.frontends.crash import shape_errors
from autofix.frontends.pytest_plugin.conftest_options import conftest_options
from autofix.frontends.pytest_plugin.failures import TestFailure
from autofix.loading import find_target, settings
from autofix.patch import unified_diff
from autofix.patch.edits_to_text import encode
from autofix.patch.unified_diff import FileChange
from autofix.records.errors import ConflictError
from autofix.records.locations import SourceText
from autofix.records.plan import Applicability
from autofix.records.report import RepairEnding, Report
from autofix.records.samples import Target
from autofix.report import phrases, text
from autofix.report.phrases import Writing
from autofix.session.session import Session

MAX_TESTS = 20
MIN_WIDTH, MAX_WIDTH = 40, 120
_UNSAFE = "unsafe, so --autofix-apply does not write it"
ASKED = Writing("--autofix-apply writes it", _UNSAFE, "", is_command=False)
WRITING = Writing("written at the end of the session", _UNSAFE, "", is_command=False)


class Repairs:
    """Explains one fault after the other with one warm session, and keeps the texts that are safe to write."""

    def __init__(self, config: pytest.Config, began: float) -> None:
        self._config, self._began = config, began
        self._session = Session(None)
        self._before: dict[Path, SourceText] = {}
        self._after: dict[Path, str] = {}
        self._roots: dict[Path, Path] = {}

    def __enter__(self) -> Repairs:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, frames: TracebackType | None
    ) -> None:
        self._session.close()

    def explanation(self, failures: Sequence[TestFailure], passed: Sequence[str]) -> str:
        """Return what is wrong where all of these tests ended, with the patch; empty for what is no fault of shapes.

        ``passed`` are the tests of the session that passed: their other parameters have to go on doing so.
        Raises AutofixError where that cannot be said.
        """
        report = engine.repair(self._request(failures, passed), self._session)
        if report.ending is RepairEnding.HEALTHY and self._after:
            return "the patches above repair this test as well"
        if report.ending is RepairEnding.NOT_RUN:
            return f"no explanation: {report.message}"
        if not shape_errors.shows_one(report):
            return ""
        if report.plan is not None and report.plan.applicability is Applicability.SAFE:
            self._keep(report)
        return self._text(replace(report, notes=(*_counted(failures), *report.notes)))

    def written(self) -> Iterator[str]:
        """Write each file that a safe patch changes, and yield what was done, in words."""
        late = [path for path in self._after if path.stat().st_mtime > self._began]
        if late:
            yield f"nothing was written: {self._shown(late[0])} changed while the tests ran; run them again"
            return
        for root in dict.fromkeys(self._roots.values()):
            changes = [
                FileChange(
                    unified_diff.relative(path, root),
                    encode(self._before[path], self._before[path].text),
                    encode(self._before[path], after),
                )
                for path, after in self._after.items()
                if self._roots[path] == root
            ]
            try:
                atomic_write.write(changes, root)
            except ConflictError as error:
                yield f"not written: {error}"
            else:
                yield from (f"wrote {self._shown(root / change.path)}" for change in changes)
        if not self._after:
            yield "nothing was written: no patch is safe"

    def _keep(self, report: Report) -> None:
        assert report.plan is not None
        texts = {source.path: source for source in report.texts}
        for path, after in report.plan.texts:
            self._before.setdefault(path, texts[path])
            self._after[path] = after
            self._roots.setdefault(path, report.target.root)

    def _request(self, failures: Sequence[TestFailure], passed: Sequence[str]) -> engine.Request:
        chosen = settings.read(find_target.project_root(Path(failures[0].test_path)))
        return engine.Request(
            target=_target(self._config, failures, passed),
            texts=tuple(replace(self._before[path], text=after) for path, after in self._after.items()),
            settings=chosen,
            python=None if chosen.python is None else Path(chosen.python),
        )

    def _text(self, report: Report) -> str:
        terminal = self._config.get_terminal_writer()
        explanation = text.render(
            report,
            folder=self._config.invocation_params.dir,
            colour=terminal.hasmarkup,
            width=min(max(terminal.fullwidth, MIN_WIDTH), MAX_WIDTH),
            verbose=self._config.get_verbosity() > 1,
            writing=WRITING if self._config.getoption("autofix_apply") else ASKED,
        )
        return explanation.rstrip("\n")

    def _shown(self, path: Path) -> str:
        return phrases.path_from(path, self._config.invocation_params.dir)


def _counted(failures: Sequence[TestFailure]) -> Iterator[str]:
    if len(failures) > 1:
        names = [failure.test for failure in failures]
        others = f" and {len(names) - 3} more" if len(names) > 3 else ""
        yield f"{len(names)} tests end here: {', '.join(names[:3])}{others}"


def _target(config: pytest.Config, failures: Sequence[TestFailure], passed: Sequence[str]) -> Target:
    """Return the first test that failed, with the others that ended there and their other parameters, as a program."""
    first = failures[0]
    path = Path(first.test_path)
    here = [failure for failure in failures if failure.test_path == first.test_path][:MAX_TESTS]
    siblings = {f"{failure.file}::{failure.function}[" for failure in here}
    others = [name.partition("::")[2] for name in passed if f"{name.partition('[')[0]}[" in siblings]
    tests = (*(failure.test for failure in here), *others)
    target = find_target.target(path, arguments=tests)
    root = config.rootpath if config.rootpath in target.root.parents else target.root
    paths = dict.fromkeys((*target.search_paths, *map(Path, first.search_paths)))
    return replace(
        target,
        root=root,
        search_paths=tuple(paths),
        tests=True,
        session=tuple(_words(config)),
        folder=config.invocation_params.dir,
    )


def _words(config: pytest.Config) -> Iterator[str]:
    """Yield the words that have another session load tests as this one did."""
    yield f"--rootdir={config.rootpath}"
    if config.inipath is not None:
        yield f"--config-file={config.inipath}"
    yield f"--import-mode={config.getoption('importmode')}"
    for name in config.getoption("plugins") or ():
        if not name.startswith("no:") and "autofix" not in name:
            yield f"-p{name}"
    yield from conftest_options(config)
