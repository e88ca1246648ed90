"""Fixtures: real models made minimal, each repaired byte for byte as a maintainer would, refused, or left alone.

``pytest --update`` writes what the engine makes of a fixture, and its report where ``case.toml`` has ``report = true``.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autofix import engine
from autofix.loading import find_target
from autofix.loading.settings import Settings
from autofix.patch import unified_diff
from autofix.records.errors import UsageError
from autofix.records.finding import Finding
from autofix.records.options import Mode
from autofix.records.plan import Applicability
from autofix.records.report import Limits, RepairEnding, Report
from autofix.report import text
from autofix.report.terminal_text import columns
from autofix.session.session import Session

ROOT = Path(__file__).parents[1] / "fixtures"
FOLDERS = sorted(path.parent for path in ROOT.glob("*/case.toml"))
CASES = {folder: tomllib.loads((folder / "case.toml").read_text("utf-8")) for folder in FOLDERS}
LIMITS = Limits()
KEYS = {
    "script",
    "title",
    "kind",
    "model",
    "samples",
    "also",
    "eval",
    "family",
    "output",
    "file",
    "applicability",
    "report",
}
SINGLE = "model.py"


@pytest.fixture(scope="module", autouse=True)
def _looking_changes_nothing(request: pytest.FixtureRequest) -> Iterator[None]:
    """Check that the fixtures' folder is unchanged after they ran: contents, names, times and modes."""
    before = _status(ROOT)
    yield
    if not request.config.getoption("--update"):
        assert _status(ROOT) == before


def _status(folder: Path) -> dict[Path, tuple[int, int, int]]:
    statuses = {path: path.lstat() for path in (folder, *folder.rglob("*"))}
    return {path: (status.st_mode, status.st_size, status.st_mtime_ns) for path, status in statuses.items()}


def _of_kind(*kinds: str) -> list[Any]:
    return [pytest.param(folder, id=folder.name) for folder in FOLDERS if CASES[folder]["kind"] in kinds]


def _files(folder: Path, side: str) -> dict[str, bytes]:
    """Return the files of one side of a fixture by their path in the project."""
    if not (folder / side).is_dir():
        return {SINGLE: (folder / f"{side}.py").read_bytes()}
    return {
        path.relative_to(folder / side).as_posix(): path.read_bytes()
        for path in sorted((folder / side).rglob("*"))
        if path.is_file()
    }


def _request(folder: Path, root: Path, mode: Mode = Mode.AUTO, limits: Limits = LIMITS) -> engine.Request:
    case = CASES[folder]
    for name, content in _files(folder, "before").items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (root / "pyproject.toml").touch()
    target = find_target.target(
        root / str(case.get("file", SINGLE)),
        model=case.get("model"),
        samples=find_target.parse_sample(case["samples"]) if case.get("samples") else None,
        also=tuple(find_target.parse_also(example) for example in case.get("also", ())),
        evaluation_mode=case.get("eval", False),
    )
    return engine.Request(target, settings=Settings(mode=mode, limits=limits))


_REPORTS: dict[Path, Report] = {}


def _report(folder: Path, root: Path, session: Session) -> Report:
    """Return the report of the fixture; kept, since two tests ask for it."""
    _REPORTS[folder] = engine.repair(_request(folder, root), session)
    return _REPORTS[folder]


def _changed(report: Report) -> dict[str, bytes]:
    """Return the files that the plan changes, with their bytes after it."""
    if report.plan is None:
        return {}
    return {
        change.path.as_posix(): change.after
        for change in unified_diff.changes(report.plan, report.texts, report.target.root)
    }


def _update(folder: Path, changed: Mapping[str, bytes], report: Report) -> None:
    if CASES[folder]["kind"] == "fix" and changed:
        several = (folder / "after").is_dir()
        if several:
            shutil.rmtree(folder / "after")
            shutil.copytree(folder / "before", folder / "after")
        for name, content in changed.items():
            (folder / "after" / name if several else folder / "after.py").write_bytes(content)
    if CASES[folder].get("report"):
        (folder / "report.txt").write_text(text.render(report), "utf-8", newline="\n")


@pytest.mark.parametrize("folder", _of_kind("fix"))
def test_repaired_as_expected(folder: Path, tmp_path: Path, session: Session, request: pytest.FixtureRequest) -> None:
    report = _report(folder, tmp_path, session)
    changed = _changed(report)
    if request.config.getoption("--update"):
        _update(folder, changed, report)
    case, before, after = CASES[folder], _files(folder, "before"), _files(folder, "after")
    assert report.plan is not None, report.message
    assert changed == {name: content for name, content in after.items() if content != before.get(name)}
    if "output" in case:
        assert report.plan.proof.output == str(tuple(case["output"]))
    if "applicability" in case:
        assert report.plan.applicability is Applicability(case["applicability"])
    _check_report(folder, report)


@pytest.mark.parametrize("folder", _of_kind("healthy"))
def test_healthy_model_is_left_alone(folder: Path, tmp_path: Path, session: Session) -> None:
    report = _report(folder, tmp_path, session)
    assert (report.ending, report.plan, report.diagnostics) == (RepairEnding.HEALTHY, None, ()), report.message
    assert _files(folder, "before") == _files(folder, "after")
    _check_report(folder, report)


@pytest.mark.parametrize("folder", _of_kind("refuse"))
def test_no_safe_plan_where_a_person_must_decide(folder: Path, tmp_path: Path, session: Session) -> None:
    try:
        report = _report(folder, tmp_path, session)
    except UsageError:
        return  # What its constructor needs cannot be known, which is refusing too.
    assert report.ending is not RepairEnding.HEALTHY
    assert report.plan is None or report.plan.applicability is not Applicability.SAFE
    _check_report(folder, report)


@pytest.mark.parametrize("folder", [pytest.param(folder, id=folder.name) for folder in FOLDERS])
def test_real_and_meta_agree(folder: Path, tmp_path: Path, session: Session) -> None:
    """The same finding and the same patch without storage. What mixes samples shows in values alone: the report says
    that it was not looked for. Where no repair is to be, only the fault is compared.
    """
    limits = Limits(probes=1) if CASES[folder]["kind"] == "refuse" else LIMITS
    try:
        meta = engine.repair(_request(folder, tmp_path, Mode.META, limits), session)
    except UsageError:
        return  # No mode runs what cannot be called.
    real = _REPORTS.get(folder) or _report(folder, tmp_path, session)
    assert real.trace.mode is Mode.REAL
    assert meta.trace.ending is real.trace.ending
    repaired = all(report.plan is not None and report.plan.is_verified for report in (real, meta))
    expected = _raised(real, repaired)
    assert _raised(meta, repaired) == expected
    unknown = any("whether its samples influence each other is not known" in note for note in meta.notes)
    assert unknown == (meta.trace.mode is Mode.META and meta.ending is not RepairEnding.NOT_RUN)
    if CASES[folder]["kind"] == "fix" and not (unknown and not expected):
        before, after = _files(folder, "before"), _files(folder, "after")
        assert _changed(meta) == {name: content for name, content in after.items() if content != before.get(name)}


def _raised(report: Report, repaired: bool) -> list[Finding]:
    """Return what raises: all of it where both runs are `repaired`, else the first. How far an unverified repair comes
    depends on values that a run without storage does not have: an index out of range ends the real run alone.
    """
    shown = report.diagnostics if repaired else report.diagnostics[:1]
    return [_placed(diagnostic.finding, report) for diagnostic in shown if not diagnostic.finding.silent]


def _placed(finding: Finding, report: Report) -> Finding:
    """Return the finding with paths that do not depend on where the project stands."""
    location, call = (
        replace(place, path=place.path.relative_to(report.target.root)) for place in (finding.location, finding.call)
    )
    return replace(finding, location=location, call=call)


def _check_report(folder: Path, report: Report) -> None:
    _check_size(report)
    golden = folder / "report.txt"
    if golden.exists():
        shown = text.render(report)
        assert shown == golden.read_text("utf-8")
        assert str(report.target.root) not in shown


def _check_size(report: Report) -> None:
    """Check that a report of one fault is seen whole in a terminal of 80x24, as is each section of one of several, and
    that no terminal has to wrap it, but for the names of files, which are kept whole.
    """
    for folder, width, most in ((None, 80, 16), (Path(__file__).parents[1], 80, 16), (None, 40, 24)):
        shown = text.render(report, folder=folder, width=width)
        sections = shown.removesuffix("\n").split("\n\n")
        assert max(section.count("\n") + 1 for section in sections) <= most
        assert len(sections) == 1 or len(report.diagnostics) > 1
        wide = [line for line in shown.splitlines() if columns(line) > width]
        assert [line for line in wide if not re.match(r"  (--> |::: |in \S+:$)", line)] == []


@pytest.mark.parametrize("folder", [pytest.param(folder, id=folder.name) for folder in FOLDERS])
def test_case_is_complete(folder: Path) -> None:
    case = CASES[folder]
    assert set(case) <= KEYS
    assert case["kind"] in {"fix", "healthy", "refuse"}
    assert case["title"]
    assert case["family"]
    assert (folder / "before").is_dir() == ("file" in case)
    assert not {"fix": False, "healthy": False, "refuse": True}[case["kind"]] or not (folder / "after.py").exists()
    assert (folder / "report.txt").exists() == bool(case.get("report"))


def test_there_are_enough_fixtures_of_every_kind() -> None:
    kinds = [case["kind"] for case in CASES.values()]
    assert (kinds.count("fix") >= 250, kinds.count("healthy") >= 50, kinds.count("refuse") >= 12) == (True, True, True)
