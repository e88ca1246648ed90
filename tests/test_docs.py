"""Every command of README and the documentation is run, in a project that has the files they name; what they are shown
to print they print, and the page of reasons has every reason.

A block of commands is marked as ``sh`` or, with what they print, as ``console``; ``--update`` writes that anew. A
comment before a block says which of its commands are not run here and why
(``<!-- not run here (autofix mcp): ... -->``); ``<!-- file: net.py -->`` stands before a file that they need. Other
blocks of Python run as well, and a ``text`` after one is what it prints.
"""

from __future__ import annotations

import ast
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from autofix import engine
from autofix.frontends.cli import main
from autofix.probe.main.wire import CheckKind
from autofix.records.costs import Evidence
from autofix.records.report import Report
from autofix.session.session import Session

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"((?:^<!-- .*? -->\n)*)^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"<!-- (file|not run here)(?: \((.*?)\))?: (.*?) -->")
# How a line begins that a reader would type.
_PROGRAMS = "autofix|pip|make|git|docker|npm|claude|codex|cd|pytest|[.]venv/bin/python"
COMMAND = re.compile(rf"\$ |%|({_PROGRAMS}) (?!=)")
SPECIAL = re.compile(r" (2>|>|<) (\S+)")
ENDS = {0, 1, 3}
ANSWERS: dict[str, Report] = {}
SEEN: set[str] = set()  # Commands that ran on the same files already.

NET = """\
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 5)
        self.fc1 = nn.Linear(6 * 12 * 12, 20)
        self.fc2 = nn.Linear(20, num_classes)

    def forward(self, x):
        x = F.max_pool2d(self.conv(x), 2)
        x = x.flatten(1)
        return self.fc2(F.relu(self.fc1(x)))
"""
MODEL = """\
from torch import nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.{layer}

    def forward(self, {inputs}):
        return {result}
"""
TRACEBACK = """\
Traceback (most recent call last):
  File "train.py", line 4, in <module>
    Net()(torch.rand(4, 3, 32, 32))
  File "net.py", line 16, in forward
    return self.fc2(F.relu(self.fc1(x)))
RuntimeError: mat1 and mat2 shapes cannot be multiplied (4x1176 and 864x20)
"""
SAMPLE = "# autofix: sample-shape=64,3,32,32\n"
FILES = {
    "pyproject.toml": "",
    "net.py": NET,
    "decoder.py": NET.replace("Net", "Decoder").replace("import torch\n", SAMPLE + "import torch\n", 1),
    "tokens.py": MODEL.format(layer="Embedding(30000, 8)", inputs="ids", result="self.layer(ids)"),
    "gate.py": MODEL.format(layer="Linear(15, 16)", inputs="x, mask", result="self.layer(x) * mask"),
    "train.py": "import torch\nfrom net import Net\n\nNet()(torch.rand(4, 3, 32, 32))\n",
    "ci.log": TRACEBACK,
    "error.txt": TRACEBACK,
    "src/net.py": SAMPLE + NET,
    "fix.diff": "--- a/net.py\n+++ b/net.py\n@@ -10,1 +10,1 @@\n-        self.fc1 = nn.Linear(6 * 12 * 12, 20)\n"
    "+        self.fc1 = nn.Linear(6 * 14 * 14, 20)\n",
}


class Block(NamedTuple):
    """One fenced block: where its text stands in the page, its language, and what the comments before it say of it."""

    language: str
    text: str
    start: int
    comments: tuple[tuple[str, str, str], ...]

    def file(self) -> str | None:
        return next((value for kind, _, value in self.comments if kind == "file"), None)

    def is_left_out(self, command: str) -> bool:
        return any(kind != "file" and command.startswith(prefix) for kind, prefix, _ in self.comments)

    def commands(self) -> list[str]:
        lines = self.text.splitlines()
        if self.language == "console":
            lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        words = (re.sub(r" {2,}# .*", "", line).rstrip() for line in lines)
        return [line for line in words if line and not self.is_left_out(line)]


def blocks(text: str) -> list[Block]:
    return [
        Block(match[2], match[3], match.start(3), tuple(COMMENT.findall(match[1]))) for match in FENCE.finditer(text)
    ]


def _write(folder: Path) -> None:
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")


@pytest.fixture
def project(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with the files that commands name, which is the working directory: for all pages one name."""
    tmp_path = tmp_path_factory.getbasetemp() / "documented"
    shutil.rmtree(tmp_path, ignore_errors=True)
    tmp_path.mkdir()
    _write(tmp_path)
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), (*identity, "commit", "-qm", "begin")):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("PATH", os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])))
    return tmp_path


class Ran(NamedTuple):
    code: int
    out: str
    err: str


class Shell(NamedTuple):
    """Runs commands of ours in this process, since starting one takes seconds, and those of others as they are."""

    session: Session
    capfd: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def run(self, line: str) -> Ran:
        out, code, err = "", 0, ""
        for part in line.split(" | "):
            streams = dict(SPECIAL.findall(part))
            words = shlex.split(SPECIAL.sub("", part))
            given = Path(streams["<"]).read_text("utf-8") if "<" in streams else out
            if words[0] == "autofix":
                ended = self._ours(words[1:], given)
                code = ended.code
            else:
                done = subprocess.run(words, input=given, capture_output=True, text=True, check=True)
                ended = Ran(0, done.stdout, done.stderr)
            out, err = ended.out, err + ("" if "2>" in streams else ended.err)
            if ">" in streams:
                Path(streams[">"]).write_text(out, "utf-8")
                out = ""
        return Ran(code, out, err)

    def _ours(self, words: list[str], given: str) -> Ran:
        self.capfd.readouterr()
        with self.monkeypatch.context() as patch:
            patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
            code = main.main(words, self.session)
        return Ran(code, *self.capfd.readouterr())


@pytest.fixture
def answered_once(monkeypatch: pytest.MonkeyPatch, session: Session) -> None:
    """Let the engine answer the same request for the same files once: many commands differ in what they print of it."""
    repair, shared = engine.repair, session

    def answered(request: engine.Request, session: Session | None = None, *rest: Any) -> Report:
        key = repr((request, [path.read_text("utf-8") for path in sorted(Path().glob("*.py"))]))
        if key not in ANSWERS:
            ANSWERS[key] = repair(request, session or shared, *rest)
        return ANSWERS[key]

    monkeypatch.setattr(engine, "repair", answered)


@pytest.mark.torch
@pytest.mark.usefixtures("answered_once")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_of_a_page(
    page: Path,
    project: Path,
    session: Session,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    """Each ends as a job that was done; a console shows what is explained, or what is printed where nothing is."""
    text = page.read_text("utf-8")
    for name in set(re.findall(r"fixtures/([\w-]+)/", text)):
        shutil.copytree(ROOT / "fixtures" / name, project / "fixtures" / name)
    shell, changed = Shell(session, capfd, monkeypatch), []
    written = {block.file(): block.text for block in blocks(text)}
    for name, content in written.items():
        if name is not None:
            (project / name).write_text(content, "utf-8")
    namespace: dict[str, Any] = {}
    for block, after in pairwise([*blocks(text), Block("", "", 0, ())]):
        if block.language == "python" and not (block.file() or block.is_left_out("")):
            capfd.readouterr()
            exec(compile(block.text, page.name, "exec"), namespace)
            changed += [(after, capfd.readouterr().out)] if after.language == "text" else []
        if block.language not in {"sh", "console"}:
            continue
        shown = ""
        for command in block.commands():
            if len(written) == 1:  # A page that has no files of its own says nothing of an order.
                if command in SEEN:
                    continue
                SEEN.add(command)
                _write(project)
            ran = shell.run(command)
            assert ran.code in ENDS, f"{command}: {ran.err}"
            shown += f"$ {command}\n{ran.err or ran.out}"
        if block.language == "console" and shown:
            changed.append((block, shown))
    if request.config.getoption("--update"):
        page.write_text(_with(text, changed), "utf-8")
    else:
        assert [shown for _, shown in changed] == [block.text for block, _ in changed]


def _with(text: str, changed: list[tuple[Block, str]]) -> str:
    for block, shown in reversed(changed):
        text = text[: block.start] + shown + text[block.start + len(block.text) :]
    return text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_is_marked_as_one(page: Path) -> None:
    """A command in a block without a language would be seen by nobody; who runs it elsewhere is a test that exists."""
    for block in blocks(page.read_text("utf-8")):
        lines = block.text.splitlines()
        assert block.language in {"sh", "console"} or [line for line in lines if COMMAND.match(line)] == []
        elsewhere = [place for _, _, reason in block.comments for place in re.findall(r"tests/[\w/.]+\w", reason)]
        assert [place for place in elsewhere if not (ROOT / place).exists()] == []


@pytest.mark.torch
def test_the_picture_of_shapes_is_what_is_drawn(
    session: Session, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(ROOT)
    picture = ROOT / "docs" / "images" / "shapes.svg"
    words = ["shapes", "fixtures/lenet-wider-image/before.py", "-s", "64,3,32,32", "--format", "svg"]
    assert main.main(words, session) == 1
    drawn = capfd.readouterr().out
    if request.config.getoption("--update"):
        picture.write_text(drawn, "utf-8")
    assert picture.read_text("utf-8") == drawn


def test_the_first_screen_of_readme_holds_a_report_and_the_two_commands() -> None:
    text = PAGES[0].read_text("utf-8")
    screen = "\n".join(text.splitlines()[:45])
    report = blocks(screen)[0]
    assert report.language == "console"
    assert report.text.count("\n") <= 1 + 16
    assert {"make demo", "make test", "pip install ."} <= {line.partition("  ")[0] for line in screen.splitlines()}
    assert "![" in screen


# --------------------------------------------------------------------------------------------------------------------
# Why it said unsafe
# --------------------------------------------------------------------------------------------------------------------

JUDGES = ("applicability.py", "other_ways.py", "triangular_masks.py")


def _template(node: ast.expr) -> str:
    """Return the text of a string with dots for what is put into it."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    texts = (str(part.value) if isinstance(part, ast.Constant) else "..." for part in parts)
    return "".join(texts).replace("`", "")


def _reasons() -> Iterator[str]:
    for name in JUDGES:
        tree = ast.parse((ROOT / "autofix" / "verification" / name).read_text("utf-8"))
        inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
        for node in ast.walk(tree):
            holds = ast.iter_child_nodes(node)
            if isinstance(node, ast.Expr) or (id(node) in inner and not isinstance(node, ast.JoinedStr)):
                continue  # What is documentation, or a part of a text.
            for text in holds:
                is_text = isinstance(text, ast.JoinedStr) or (
                    isinstance(text, ast.Constant) and isinstance(text.value, str) and id(text) not in inner
                )
                if is_text and isinstance(text, ast.expr) and len(_template(text).replace("...", "").split()) >= 4:
                    yield _template(text)
    without = {CheckKind.FORWARD, CheckKind.FRESH, CheckKind.EQUAL}  # A plan that fails these is none.
    yield from (f"{kind.value}: ..." for kind in CheckKind if kind not in without)
    yield from (evidence.words for evidence in Evidence if evidence.is_doubtful)


def test_the_page_of_reasons_has_every_reason() -> None:
    text = (ROOT / "docs" / "unsafe.md").read_text("utf-8")
    rows = set(re.findall(r"^\| `([^`]*)` \|", text, re.MULTILINE))
    reasons = set(_reasons())
    assert len(reasons) > 25
    assert reasons - rows == set()
    assert rows - reasons == {"whether this is what you mean cannot be told by running it"}
