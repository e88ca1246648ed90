"""No patch, edit or written file leaves the project: links, names that climb, names that another system reads anew."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autofix import engine
from autofix.batch import delivery
from autofix.batch.records import Change, JobOutcome
from autofix.frontends.cli import atomic_write, main
from autofix.loading import find_target, text_files
from autofix.patch import unified_diff
from autofix.patch.unified_diff import FileChange
from autofix.records.errors import ConflictError, UsageError
from autofix.records.locations import SourceText
from autofix.records.report import Report
from autofix.session.session import Session
from autofix.system.project_paths import is_inner, within

OUTER = {
    "climbs": "../x.py",
    "climbs in the middle": "a/../../x.py",
    "stays, but climbs": "a/../x.py",
    "absolute": "/etc/passwd",
    "a drive": "C:\\x.py",
    "a drive and slashes": "C:/x.py",
    "a share": "\\\\server\\share\\x.py",
    "the root of a drive": "\\x.py",
    "climbs with backslashes": "a\\..\\..\\x.py",
    "the repository": ".git/config.ini",
    "the repository of a folder": "a/.GIT/hooks.ini",
    "the repository as Windows reads it": "a/.git. /config.ini",
    "nothing": ".",
}
INNER = ["x.py", "a/b.py", "a b/ü.py", "..x/y.py", "a\\b.py", ".github/x.yml", "a..b.py", "git/x.py", "a:b.py"]


@pytest.mark.parametrize("name", OUTER.values(), ids=OUTER)
def test_change_of_a_file_elsewhere_cannot_be_made(name: str) -> None:
    with pytest.raises(UsageError, match="no file below the project root"):
        FileChange(PurePosixPath(name), b"a\n", b"b\n")


@pytest.mark.parametrize("name", INNER)
def test_change_of_a_file_inside(name: str) -> None:
    assert FileChange(PurePosixPath(name), b"a\n", b"b\n").path == PurePosixPath(name)


@given(st.lists(st.sampled_from(["..", ".", "a", "", ".git", "C:", "\\", "/", "\\..", "b.py", " ", "."]), min_size=1))
def test_what_is_inner_stays_below(parts: list[str]) -> None:
    path = PurePosixPath("/".join(parts))
    if is_inner(path):
        below = PurePosixPath("/root") / path
        assert below.is_relative_to("/root")
        assert ".." not in below.parts


# -- links -------------------------------------------------------------------------------------------------------------

MODEL = """\
import torch
from block import Block


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def forward(self, x):
        return self.block(x)
"""
BLOCK = """\
import torch


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = torch.nn.Linear(4, 2)

    def forward(self, x):
        return self.fc(x)
"""
REPAIRED = BLOCK.replace("Linear(4,", "Linear(3,")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a project beside which there is another folder."""
    root = tmp_path / "project"
    (root / "lib").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    (root / "pyproject.toml").touch()
    (root / "net.py").write_text(MODEL)
    (tmp_path / "other" / "block.py").write_text(BLOCK)
    return root


def _file_outside(root: Path) -> None:
    (root / "block.py").symlink_to("../other/block.py")


def _folder_outside(root: Path) -> None:
    (root / "linked").symlink_to("../other")
    (root / "net.py").write_text(MODEL.replace("from block", "from linked.block"))


def _link_to_a_link_outside(root: Path) -> None:
    (root / "lib" / "first.py").symlink_to("../../other/block.py")
    (root / "block.py").symlink_to("lib/first.py")


def _file_inside(root: Path) -> None:
    (root / "lib" / "real.py").write_text(BLOCK)
    (root / "block.py").symlink_to("lib/real.py")


def _root_is_a_link(root: Path) -> None:
    (root / "block.py").write_text(BLOCK)
    root.rename(root.parent / "real")
    root.symlink_to("real")


def _report(root: Path, session: Session) -> Report:
    target = find_target.target(root / "net.py", samples=find_target.parse_sample(["2,3"]))
    return engine.repair(engine.Request(target), session)


@pytest.mark.torch
@pytest.mark.parametrize("prepare", [_file_outside, _folder_outside, _link_to_a_link_outside])
def test_file_that_a_link_leads_out_to_is_never_edited(
    prepare: Callable[[Path], None], root: Path, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(root)
    report = _report(root, session)
    plans = [plan for plan in (report.plan, *report.alternatives) if plan is not None]
    assert {path for plan in plans for path, _ in plan.texts} <= {root / "net.py"}
    assert any("is not edited: it lies outside the project root" in note for note in report.notes)
    monkeypatch.chdir(root)
    assert main.main(["net.py", "-s", "2,3", "--apply", "--unsafe-fixes"], session) in {0, 1}
    assert (root.parent / "other" / "block.py").read_text() == BLOCK


@pytest.mark.torch
@pytest.mark.parametrize("prepare, changed", [(_file_inside, "lib/real.py"), (_root_is_a_link, "block.py")])
def test_file_that_a_link_leads_to_inside_is_edited_where_it_is(
    prepare: Callable[[Path], None], changed: str, root: Path, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(root)
    report = _report(root, session)
    assert report.plan is not None
    patch = unified_diff.plan_patch(report.plan, report.texts, report.target.root)
    assert f"+++ b/{changed}\n".encode() in patch
    subprocess.run(["patch", "-p1", "--dry-run"], cwd=root, input=patch, check=True, capture_output=True)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    subprocess.run(["git", "add", "."], cwd=root, check=True)
    subprocess.run(["git", "apply", "--check"], cwd=root, input=patch, check=True)
    monkeypatch.chdir(root)
    assert main.main(["net.py", "-s", "2,3", "--apply"], session) == 0
    assert (root / changed).read_text() == REPAIRED
    assert (root / "block.py").is_symlink() is (prepare is _file_inside)


def test_one_file_by_two_names_is_not_changed_twice(tmp_path: Path) -> None:
    real, link = tmp_path / "a.py", tmp_path / "b.py"
    real.write_text("a")
    link.symlink_to("a.py")
    plan = _Plan(((real, "x"), (link, "y")))
    with pytest.raises(UsageError, match=r"a\.py: the plan changes it under two names"):
        unified_diff.changes(plan, (SourceText(real, "a"), SourceText(link, "a")), tmp_path)  # type: ignore[arg-type]


class _Plan:
    def __init__(self, texts: tuple[tuple[Path, str], ...]) -> None:
        self.texts = texts


def test_link_that_was_turned_after_the_analysis_is_not_followed(root: Path) -> None:
    (root / "block.py").write_text(BLOCK)
    change = FileChange(PurePosixPath("block.py"), BLOCK.encode(), b"")
    (root / "block.py").unlink()
    _file_outside(root)
    with pytest.raises(ConflictError, match="leads out of the project root"):
        atomic_write.write([change], root)
    assert (root.parent / "other" / "block.py").read_text() == BLOCK


def test_folder_that_is_known_by_two_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a file system that takes no notice of case: the same folder, and no link between its names."""
    (tmp_path / "Project").mkdir()
    monkeypatch.setattr(Path, "samefile", lambda path, other: str(path).lower() == str(other).lower())
    assert within(tmp_path / "project" / "net.py", tmp_path / "Project") == PurePosixPath("net.py")
    assert within(tmp_path / "net.py", tmp_path / "Project") is None


# -- data files, settings, stored results ------------------------------------------------------------------------------


def test_data_file_that_leads_out_is_no_data_file(root: Path) -> None:
    (root.parent / "other" / "sizes.json").write_text("{}")
    (root / "sizes.json").symlink_to("../other/sizes.json")
    (root / "own.json").write_text("{}")
    text = "open('sizes.json'), open('own.json'), open('../other/sizes.json')"
    sources = text_files.sources([_written(root / "reads.py", text)])
    assert find_target.data_files(sources) == (root / "own.json",)


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", ["../x.py", "/etc/x.py", ".git/hooks.ini"])
def test_stored_result_of_a_batch_cannot_lead_out(name: str) -> None:
    change = Change(name, "a\n", "b\n", "utf-8", False)
    document = {"plan": {"applicability": "safe"}, "ending": "repaired"}
    outcome = replace(JobOutcome("net.py: Net", document, {}, (), ()), changes=(change,))
    with pytest.raises(UsageError, match="no file below the project root"):
        delivery.one_patch([outcome])
    with pytest.raises(UsageError, match="no file below the project root"):
        delivery.own_patch(outcome)


@pytest.mark.parametrize("key", ["allow-network", "allow_network", "network"])
def test_a_project_cannot_allow_itself_the_network(key: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "pyproject.toml").write_text(f"[tool.autofix]\n{key} = true\n")
    assert main.main([str(root / "net.py"), "-s", "2,3"]) == 2
    assert f"`tool.autofix.{key}` is not a project's to set" in capsys.readouterr().err
