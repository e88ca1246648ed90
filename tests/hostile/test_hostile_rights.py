"""Nothing that a repository brings grants rights: no file of its own decides what is run, read or written."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from attacked import FAULTY, HEALTHY, SPOILS, Attacked, contents, within

from autofix.batch import changed_since, delivery, git, source_files
from autofix.batch.journal import FILE, Journal, folder_of
from autofix.frontends.cli import atomic_write
from autofix.loading import settings
from autofix.records.errors import AutofixError, UsageError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="links, pipes and processes as Linux has them")

# -- words that are handed to git --------------------------------------------------------------------------------------

OPTIONS = (
    *("--output=pwned", "-opwned", "--output", "--ext-diff", "--textconv", "--no-index", "-h", "--help", "--exec-path"),
    *("-O/etc/passwd", "--upload-pack=touch pwned", "-c", "-C", "--git-dir=.", "--work-tree=/", "--", "-", "--all"),
    *("--end-of-options", "--stdin", "--glob=*", "--no-relative", "--relative=..", "-s", "-p", "--stat=1"),
)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text(HEALTHY, "utf-8")
    for words in (["init", "-q"], ["add", "a.py"], ["commit", "-qm", "x"]):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.parametrize("word", OPTIONS)
def test_a_revision_is_no_option(word: str, repository: Path) -> None:
    before = contents(repository)
    with pytest.raises(UsageError):
        changed_since.changed(repository, word)
    assert contents(repository) == before


@pytest.mark.parametrize("word", OPTIONS)
def test_a_branch_is_no_option(word: str, repository: Path) -> None:
    before = contents(repository)
    with pytest.raises(AutofixError):
        delivery.check_branch(repository, word)
    assert {name: data for name, data in contents(repository).items() if "index" not in name} == {
        name: data for name, data in before.items() if "index" not in name
    }


# -- programs that a repository's settings of git name -----------------------------------------------------------------

PROGRAMS = {
    "file watcher": ("[core]\n\tfsmonitor = {program}\n", ""),
    "hooks": ("[core]\n\thooksPath = {hooks}\n", ""),
    "diff": ("[diff]\n\texternal = {program}\n", ""),
    "diff of a kind": ('[diff "x"]\n\tcommand = {program}\n\ttextconv = {program}\n', "*.py diff=x\n"),
    "clean": ('[filter "x"]\n\tclean = {program}\n', "*.py filter=x\n"),
    "smudge": ('[filter "x"]\n\tsmudge = {program}\n', "*.py filter=x\n"),
    "process": ('[filter "x"]\n\tprocess = {program}\n\trequired = true\n', "*.py filter=x\n"),
    "a filter with an odd name": ('[filter "a=b.c"]\n\tclean = {program}\n', "*.py filter=a=b.c\n"),
    "a filter that has to work": ('[filter "x"]\n\tclean = {program}\n\trequired = true\n', "*.py filter=x\n"),
    "pager": ("[core]\n\tpager = {program}\n\teditor = {program}\n\taskPass = {program}\n", ""),
    "ssh": ("[core]\n\tsshCommand = {program}\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = o\n"
            '[remote "o"]\n\turl = ssh://x/y\n\tpromisor = true\n', ""),
    "transport": ("[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = o\n"
                  '[remote "o"]\n\turl = ext::{program}\n\tpromisor = true\n[protocol "ext"]\n\tallow = always\n', ""),
    "signature": ("[commit]\n\tgpgSign = true\n[gpg]\n\tprogram = {program}\n", ""),
}  # fmt: skip
QUESTIONS: dict[str, Callable[[Path], object]] = {
    "files": lambda base: source_files.files(base, (base,)),
    "since": lambda base: changed_since.changed(base, "HEAD"),
    "branch": lambda base: delivery.check_branch(base, "repairs"),
    "commit": lambda base: delivery.branch(base, "repairs", []),
}


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
@pytest.mark.parametrize("config, attributes", PROGRAMS.values(), ids=PROGRAMS)
def test_no_program_of_git_is_run(
    config: str, attributes: str, ask: Callable[[Path], object], repository: Path
) -> None:
    canary = repository.parent / f"{repository.name}-ran"
    program = repository / "program.sh"
    program.write_text(f"#!/bin/sh\ntouch {canary}\ncat\n", "utf-8")
    program.chmod(0o755)
    (repository / "hooks").mkdir()
    for name in ("reference-transaction", "post-index-change", "pre-commit", "fsmonitor-watchman"):
        (repository / "hooks" / name).symlink_to(program)
    with (repository / ".git/config").open("a") as file:
        file.write(config.format(program=program, hooks=repository / "hooks"))
    (repository / ".gitattributes").write_text(attributes, "utf-8")
    (repository / "a.py").write_text(FAULTY, "utf-8")
    git.filters.cache_clear()
    with contextlib.suppress(AutofixError):
        ask(repository)
    assert not canary.exists()


# -- caches ------------------------------------------------------------------------------------------------------------

NAMES = (".gitignore", "CACHEDIR.TAG", FILE, *(f"{FILE}-{end}" for end in ("wal", "shm", "journal")))


@pytest.mark.parametrize("kind", [*SPOILS, "a link", "another name"])
@pytest.mark.parametrize("name", NAMES)
def test_a_cache_is_written_through_nothing(name: str, kind: str, tmp_path: Path) -> None:
    folder, precious = tmp_path / "cache", tmp_path / "precious"
    folder.mkdir()
    precious.write_text("precious", "utf-8")
    links: dict[str, Callable[[Path], None]] = {
        "a link": lambda path: path.symlink_to(precious),
        "another name": lambda path: os.link(precious, path),
    }
    {**SPOILS, **links}[kind](folder / name)
    with within(20.0), contextlib.suppress(UsageError), Journal(folder) as journal:
        journal.put("key", {"a": 1}, [])
    assert precious.read_text("utf-8") == "precious"
    assert not (folder / "nowhere").exists()


def test_the_folder_of_a_cache_is_no_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "cache").symlink_to("elsewhere")
    with pytest.raises(UsageError, match="cannot open the journal"):
        Journal(tmp_path / "cache")
    assert contents(tmp_path / "elsewhere") == {}


VALUES = ("", "[]", "5", "{}", "nope", "null", b"\xff\x00", None, 5, "[" * 100_000, '{"a": 1}')


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize("column", ["value", "files", "signature", "run"])
def test_a_row_that_somebody_wrote_is_a_miss(column: str, value: object, tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.put("key", {"b": 1}, [("/dev/zero", "x")])
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    try:
        other.execute(f"update results set {column} = ?", (value,))
    except sqlite3.IntegrityError:
        return
    finally:
        other.close()
    with Journal(tmp_path) as journal, within(10.0):
        known = journal.get("key", lambda _: "x")
        assert known == ({"b": 1} if column == "run" else None)
        journal.begin()
        journal.finish()


@pytest.mark.parametrize("words", ["drop table results", "drop table runs", "alter table results rename to other"])
def test_a_cache_without_its_tables_is_begun_anew(words: str, tmp_path: Path) -> None:
    Journal(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE) as other:
        other.execute(words)
    other.close()
    with Journal(tmp_path) as journal:
        journal.begin()
        journal.put("key", {"a": 1}, [])
        assert journal.get("key", str) == {"a": 1}
        assert journal.is_unfinished()


@pytest.mark.parametrize("at", range(0, 20_000, 500))
def test_a_cache_with_a_hole_is_no_fault(at: int, tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.put("key", {"a": 1}, [])
    data = bytearray((tmp_path / FILE).read_bytes())
    data[at : at + 500] = bytes(len(data[at : at + 500]))
    (tmp_path / FILE).write_bytes(data)
    with Journal(tmp_path) as journal:
        journal.begin()
        assert journal.get("key", str) in ({"a": 1}, None)
        journal.put("key", {"a": 2}, [])
        assert journal.get("key", str) in ({"a": 2}, None)
        journal.finish()


# -- interpreters ------------------------------------------------------------------------------------------------------

BROUGHT = ("./python", "bin/python", ".venv/bin/python", "../project/python", "sub/../python", "{project}/python")


@pytest.mark.parametrize("key", ["python", "targets"])
@pytest.mark.parametrize("name", BROUGHT)
def test_a_project_names_no_program_of_its_own(name: str, key: str, tmp_path: Path) -> None:
    project = tmp_path / "project"
    for folder in ("bin", ".venv/bin", "sub"):
        (project / folder).mkdir(parents=True)
    (project / ".venv/pyvenv.cfg").touch()
    for path in ("python", "bin/python", ".venv/bin/python"):
        (project / path).write_text("#!/bin/sh\ntouch pwned\n", "utf-8")
        (project / path).chmod(0o755)
    value = json.dumps(name.format(project=project))
    entry = f"python = {value}\n" if key == "python" else f'[[targets]]\npath = "a.py"\npython = {value}\n'
    (project / "autofix.toml").write_text(entry, "utf-8")
    with pytest.raises(UsageError, match="a program that the project brings"):
        settings.read(project)


def test_an_environment_that_leads_to_the_systems_python_is_taken(tmp_path: Path) -> None:
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/pyvenv.cfg").touch()
    (tmp_path / ".venv/bin/python").symlink_to(os.path.realpath(sys.executable))
    (tmp_path / "autofix.toml").write_text('python = ".venv/bin/python"\n', "utf-8")
    assert settings.read(tmp_path).python == str(tmp_path / ".venv/bin/python")


# -- links at the places of results ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["out.patch", "folder/out.patch", "./folder/deeper/out.patch", "folder/../out.patch"])
@pytest.mark.parametrize("leads", ["to a file", "to nothing", "to itself"])
def test_a_result_is_written_through_no_link(
    name: str, leads: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere/deeper").mkdir(parents=True)
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    Path("folder").symlink_to("../elsewhere")
    target = {"to a file": "../elsewhere/precious", "to nothing": "../elsewhere/new", "to itself": "out.patch"}[leads]
    Path("out.patch").symlink_to(target)
    (tmp_path / "elsewhere/precious").write_text("precious", "utf-8")
    before = contents(tmp_path / "elsewhere")
    with pytest.raises(AutofixError, match="is a link"):
        atomic_write.write_file(Path(name), b"x")
    assert contents(tmp_path / "elsewhere") == before


# -- whole commands ----------------------------------------------------------------------------------------------------


@pytest.fixture
def attacked(tmp_path: Path) -> Attacked:
    return Attacked(tmp_path)


CANARY = "import os\nopen({canary!r}, 'a').write(__name__ + ' ' + str(os.getpid()) + chr(10))\n"


@pytest.mark.torch
def test_modules_of_the_working_directory_do_not_run(attacked: Attacked) -> None:
    """Every name of the standard library, and of what we use, stands in the folder; the file lies elsewhere."""
    canary = attacked.top / "ran"
    names = {*sys.stdlib_module_names, "torch", "libcst", "typer", "rich", "unidiff", "autofix_rules", "sitecustomize"}
    attacked.write({f"other/{name}.py": CANARY.format(canary=str(canary)) for name in names if name != "autofix"})
    attacked.write({"net.py": HEALTHY})
    folder = attacked.project / "other"
    environment = {**attacked.environment, "PYTHONSAFEPATH": ""}
    del environment["PYTHONSAFEPATH"]
    command = str(Path(sys.executable).with_name("autofix"))
    done = subprocess.run([command, "../net.py"], cwd=folder, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not canary.exists(), canary.read_text("utf-8")


@pytest.mark.torch
def test_a_cache_in_the_repository_is_not_looked_at(attacked: Attacked) -> None:
    """What was the cache of an older version: its words were a command line, its rows results."""
    attacked.write({"a.py": FAULTY})
    cache = attacked.project / ".autofix_cache"
    cache.mkdir()
    (cache / ".gitignore").symlink_to(attacked.top / "precious")
    with sqlite3.connect(cache / "batch.sqlite3") as base:
        base.execute("create table runs (run integer primary key, words text, finished integer)")
        words = [".", "batch", ".", "--apply", "--unsafe-fixes", "--allow-network", "--output", "../pwned"]
        base.execute("insert into runs values (1, ?, 0)", (json.dumps(words),))
    base.close()
    _, _, errors = attacked.run("batch", "--resume", codes=(2,))
    assert "there is nothing to resume" in errors
    attacked.run("batch", ".", "-j", "1", codes=(1,))
    assert not (attacked.top / "precious").exists()
    assert not (attacked.top / "pwned").exists()


def test_every_project_has_a_cache_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "a/x").mkdir(parents=True)
    (tmp_path / "b/x").mkdir(parents=True)
    (tmp_path / "c").symlink_to("a")
    assert folder_of(tmp_path / "a/x") != folder_of(tmp_path / "b/x")
    assert folder_of(tmp_path / "a/x") == folder_of(tmp_path / "c/x")
