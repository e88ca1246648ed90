"""Many targets in one command: what is found, run, kept, joined, delivered and told."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from autofix.batch import notebooks
from autofix.batch.journal import Journal
from autofix.frontends import cli

HEADER = "import os, time\nimport torch\nfrom torch import nn\n\n\n"
SARIF_SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-2.1.0.json").read_text("utf-8"))
Run = Callable[..., int]

pytestmark = pytest.mark.torch


def net(size: int = 128, sample: str = "4,1,10,10", extra: str = "") -> str:
    """A model whose head takes ``size`` features and gets 128, with the sample that its file declares."""
    comment = f"# autofix: sample-shape={sample}\n" if sample else ""
    return (
        f"{comment}{HEADER}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        f"        self.body = nn.Conv2d(1, 2, 3)\n        self.head = nn.Linear({size}, 3)\n\n"
        f"    def forward(self, x):\n{extra}        return self.head(torch.flatten(self.body(x), 1))\n"
    )


HANGS = net(extra="        time.sleep(600)\n")
CRASHES = net(extra="        os.abort()\n")
EATS = net(extra="        self.all = [bytearray(1 << 26) for _ in range(1000)]\n")
LIMITS = ("--time-limit", "3", "--memory-limit", "1500", "--jobs", "2")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Mapping[str, str]], Path]:
    """Write a git checkout and go there; names ending in / are left out."""

    def write(files: Mapping[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="")
        git(tmp_path, "init", "-q")
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-qm", "start")
        monkeypatch.chdir(tmp_path)
        return tmp_path

    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "somebody")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "somebody@localhost")
    return write


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def document(path: Path) -> dict[str, object]:
    made: dict[str, object] = json.loads(path.read_text("utf-8"))
    return made


def endings(path: Path) -> dict[str, str]:
    targets = json.loads(path.read_text("utf-8"))["targets"]
    return {one["report"]["target"]["path"]: one["report"]["ending"] for one in targets}


MIXED = {
    "pkg/__init__.py": "",
    "pkg/good.py": net(),
    "pkg/bad.py": net(size=6),
    "needs.py": net(sample="").replace("def __init__(self)", "def __init__(self, width)"),
    "test_bad.py": "from torch import nn\n\n\nclass Toy(nn.Module):\n    def forward(self, x):\n        return x\n",
    "ignored/other.py": net(size=5),
    ".gitignore": "ignored/\n*.json\n*.patch\nout\nreports\n",
    "plain.py": "print('no model here')\n",
}


def test_a_tree_is_repaired_and_the_patch_applies(
    tree: Callable[[Mapping[str, str]], Path], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    folder = tree(MIXED)
    assert cli.main(["batch", ".", "-j", "2", "--report", "all.json", "--report", "reports.html"]) == 1
    patch, words = capfdbinary.readouterr()
    assert endings(folder / "all.json") == {"needs.py": "not-run", "pkg/bad.py": "repaired", "pkg/good.py": "healthy"}
    assert b"needs.py: Net: not run: `Net` needs `width`" in words
    subprocess.run(["git", "apply", "--check"], input=patch, cwd=folder, check=True)
    assert b"+        self.head = nn.Linear(128, 3)" in patch
    assert "<script>" in (folder / "reports.html").read_text("utf-8")


def test_every_way_of_delivery(tree: Callable[[Mapping[str, str]], Path], capsys: pytest.CaptureFixture[str]) -> None:
    folder = tree({**MIXED, "b.py": net(size=7)})
    assert cli.main(["batch", ".", "--output", "all.patch", "--output-dir", "out", "--branch", "mended"]) == 1
    assert sorted(path.name for path in (folder / "out").iterdir()) == [
        "0001-b.py-Net.patch",
        "0002-pkg-bad.py-Net.patch",
    ]
    assert git(folder, "log", "--format=%s", "mended").splitlines() == [
        "Repair pkg/bad.py: Net()",
        "Repair b.py: Net()",
        "start",
    ]
    assert git(folder, "status", "--porcelain") == ""
    git(folder, "apply", "all.patch")
    assert git(folder, "diff", "mended") == ""
    assert cli.main(["batch", ".", "--branch", "again"]) == 2
    assert "refuses a tree with changes" in capsys.readouterr().err
    git(folder, "checkout", "-q", ".")
    assert cli.main(["batch", "pkg", "--apply"]) == 0
    assert cli.main(["batch", "pkg"]) == 0


def test_the_manifest_is_the_list_of_targets(
    tree: Callable[[Mapping[str, str]], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tree(MIXED)
    assert cli.main(["batch", ".", "--discover"]) == 0
    manifest = capsys.readouterr().out
    assert "# missing: `Net` needs `width`" in manifest
    (folder / "autofix.toml").write_text(manifest.replace('path = "pkg/bad.py"', 'path = "ignored/other.py"'), "utf-8")
    assert cli.main(["batch", ".", "--report", "all.json"]) == 1
    assert endings(folder / "all.json") == {"ignored/other.py": "repaired", "pkg/good.py": "healthy"}


def test_the_constructor_and_the_sample_come_from_a_script(tree: Callable[[Mapping[str, str]], Path]) -> None:
    script = (
        "import torch\nfrom needs import Net\n\nWIDTH = 5\nmodel = Net(width=WIDTH)\nmodel(torch.randn(2, 1, 10, 10))\n"
    )
    folder = tree({"needs.py": MIXED["needs.py"], "scripts/go.py": script, "pyproject.toml": ""})
    cli.main(["batch", "needs.py", "--report", "all.json", "-q"])
    report = json.loads((folder / "all.json").read_text("utf-8"))["targets"][0]["report"]
    assert report["ending"] == "healthy"
    assert report["target"]["model"] == "Net(width=5)"


def test_plans_that_share_a_file_are_proved_together(tree: Callable[[Mapping[str, str]], Path]) -> None:
    """One constant serves a model that is right and one that is wrong: repairing it for one would break the other."""
    shared = "WIDTH = 128\n"
    model = (
        net()
        .replace("nn.Linear(128, 3)", "nn.Linear(WIDTH, 3)")
        .replace("import torch\n", "import torch\nfrom sizes import WIDTH\n")
    )
    other = model.replace("nn.Conv2d(1, 2, 3)", "nn.Conv2d(1, 3, 3)")
    folder = tree({"sizes.py": shared, "a.py": other, "b.py": model, "c.py": other, ".gitignore": "*.json\n"})
    cli.main(["batch", ".", "--unsafe-fixes", "--output", "all.patch", "--report", "all.json", "-q"])
    git(folder, "apply", "all.patch") if (folder / "all.patch").read_bytes() else None
    cli.main(["batch", ".", "--unsafe-fixes", "--report", "after.json", "-q"])
    before, after = endings(folder / "all.json"), endings(folder / "after.json")
    assert before["b.py"] == after["b.py"] == "healthy"


def test_reports_are_equal_for_any_number_of_jobs_and_follow_their_schemas(
    tree: Callable[[Mapping[str, str]], Path],
) -> None:
    folder = tree({**MIXED, "x.py": net(size=3)})
    names = ("all.json", "all.sarif", "all.md", "all.xml", "all.html")
    made = []
    for jobs in ("1", "3"):
        words = [word for name in names for word in ("--report", f"reports/{jobs}-{name}")]
        (folder / "reports").mkdir(exist_ok=True)
        assert cli.main(["batch", ".", "-q", "--no-cache", "-j", jobs, "--output", f"{jobs}.patch", *words]) == 1
        made.append([(folder / "reports" / f"{jobs}-{name}").read_bytes() for name in names])
    assert made[0] == made[1]
    log = document(folder / "reports" / "1-all.sarif")
    jsonschema.validate(log, SARIF_SCHEMA)
    suites = ElementTree.fromstring(made[0][3].decode())
    assert [suites.get(key) for key in ("tests", "failures", "errors")] == ["4", "2", "1"]


def test_a_second_run_starts_no_worker(
    tree: Callable[[Mapping[str, str]], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tree(MIXED)
    assert cli.main(["batch", ".", "-q", "--report", "one.json"]) == 1

    def refused(*_: object) -> None:
        raise AssertionError("a worker was started")

    monkeypatch.setattr("autofix.frontends.batch.Pool", refused)
    assert cli.main(["batch", ".", "-q", "--report", "two.json"]) == 1
    assert (folder / "one.json").read_bytes() == (folder / "two.json").read_bytes()
    (folder / "pkg/good.py").write_text(net(size=4), "utf-8")
    with pytest.raises(AssertionError):
        cli._run(cli._parsed(["batch", ".", "-q"]), None)


def test_what_a_target_does_to_its_worker_costs_it_alone(tree: Callable[[Mapping[str, str]], Path]) -> None:
    good = {f"m{number:02}.py": net(size=128 if number % 2 else 6) for number in range(16)}
    bad = {
        "m03a.py": HANGS,
        "m05a.py": CRASHES,
        "m07a.py": EATS,
        "m09a.py": "import os\nimport torch\nos._exit(3)\n" + net(),
    }
    folder = tree({**good, **bad, ".gitignore": "*.json\n"})
    assert cli.main(["batch", ".", "-q", *LIMITS, "--report", "all.json"]) == 1
    found = endings(folder / "all.json")
    assert {name: found[name] for name in good} == {
        name: "healthy" if "(128, 3)" in text else "repaired" for name, text in good.items()
    }
    assert [found[name] for name in bad] == ["not-run"] * 3 + [found["m09a.py"]]


@pytest.mark.parametrize("seconds", [0.7, 3.0, 5.0])
def test_a_killed_batch_is_resumed(tree: Callable[[Mapping[str, str]], Path], seconds: float) -> None:
    folder = tree({**{f"m{number}.py": net(size=5 + number) for number in range(6)}, ".gitignore": "*.json\n"})
    words = [sys.executable, "-m", "autofix", "batch", ".", "-q", "-j", "1", "--report", "all.json"]
    started = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    started.send_signal(signal.SIGKILL)
    started.wait()
    killed_first = started.returncode < 0
    assert killed_first is not (folder / "all.json").exists()
    resumed = ["--resume"] if (folder / ".autofix_cache" / "batch.sqlite3").exists() and _unfinished(folder) else ["."]
    again = [*words[:4], *resumed, *([] if resumed == ["--resume"] else words[5:])]
    done = subprocess.run(again, cwd=folder, capture_output=True, check=False)
    assert done.returncode == 1, done.stderr
    interrupted = (folder / "all.json").read_bytes()
    (folder / "all.json").unlink()
    cli.main(["batch", ".", "-q", "--no-cache", "--report", "all.json"])
    assert (folder / "all.json").read_bytes() == interrupted


def _unfinished(folder: Path) -> bool:
    with Journal(folder / ".autofix_cache") as journal:
        return journal.interrupted() is not None


def test_an_interrupted_batch_leaves_a_report(tree: Callable[[Mapping[str, str]], Path]) -> None:
    folder = tree({"a.py": net(), "b.py": HANGS, ".gitignore": "*.json\n"})
    words = [sys.executable, "-m", "autofix", "batch", ".", "-j", "1", "--report", "all.json", "--time-limit", "500"]
    started = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and _finished(folder) < 3:  # Two files were read, and one model was run.
        time.sleep(0.1)
    started.send_signal(signal.SIGINT)
    _, told = started.communicate(timeout=60)
    assert started.returncode == 130
    assert endings(folder / "all.json") == {"a.py": "healthy", "b.py": "not-run"}
    assert b"interrupted" in told


def _finished(folder: Path) -> int:
    if not (folder / ".autofix_cache" / "batch.sqlite3").exists():
        return 0
    with Journal(folder / ".autofix_cache") as journal:
        return int(journal.known())


def test_only_what_changed_since_a_revision(tree: Callable[[Mapping[str, str]], Path]) -> None:
    user = net().replace("import torch\n", "import torch\nfrom parts import *\n")
    folder = tree({"parts.py": "X = 1\n", "a.py": user, "b.py": net(), "c.py": net(), ".gitignore": "*.json\n"})
    (folder / "parts.py").write_text("X = 2\n", "utf-8")
    (folder / "c.py").write_text(net(size=6), "utf-8")
    assert cli.main(["batch", ".", "-q", "--since", "HEAD", "--report", "all.json"]) == 1
    assert endings(folder / "all.json") == {"a.py": "healthy", "c.py": "repaired"}
    assert cli.main(["batch", ".", "-q", "--since", "nowhere"]) == 2


BAD_WORDS = {
    "no path": (["batch"], "name at least one file or folder"),
    "missing": (["batch", "nowhere"], "does not exist"),
    "report": (["batch", ".", "--report", "x.txt"], "must end in one of"),
    "empty": (["batch", "."], "no nn.Module found"),
    "both": (["batch", ".", "--apply", "--branch", "x"], "choose one"),
    "nothing to resume": (["batch", "--resume"], "--resume goes on where a batch was begun"),
    "no git": (["batch", ".", "--branch", "x"], "needs a git checkout"),
}


@pytest.mark.parametrize("words, message", BAD_WORDS.values(), ids=BAD_WORDS)
def test_bad_words_get_one_message(
    words: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    assert cli.main(words) == 2
    assert message in capsys.readouterr().err


# -- notebooks ---------------------------------------------------------------------------------------------------------


def notebook(*cells: object, indent: int | None = 1) -> str:
    listed = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in cells]
    listed.insert(1, {"cell_type": "markdown", "metadata": {}, "source": ["# Caf\u00e9 \u2028"]})
    return json.dumps({"cells": listed, "nbformat": 4, "nbformat_minor": 5}, indent=indent, ensure_ascii=False) + "\n"


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


NOTEBOOKS = {
    "lines": notebook(lines("%matplotlib inline\nimport torch"), lines(net(size=6))),
    "one string": notebook("!pip list\n", net(size=6)),
    "minified": notebook(["import torch\n"], lines(net(size=6)), indent=None),
}


@pytest.mark.parametrize("text", NOTEBOOKS.values(), ids=NOTEBOOKS)
def test_a_notebook_changes_in_one_line(tree: Callable[[Mapping[str, str]], Path], text: str) -> None:
    folder = tree({"nb.ipynb": text, ".gitignore": "*.json\n*.patch\n"})
    assert cli.main(["batch", ".", "-q", "--output", "all.patch", "--report", "all.json"]) == 1
    assert endings(folder / "all.json") == {"nb.ipynb": "repaired"}
    git(folder, "apply", "all.patch")
    assert (folder / "nb.ipynb").read_text("utf-8") == text.replace("nn.Linear(6, 3)", "nn.Linear(128, 3)")
    diagnostic = json.loads((folder / "all.json").read_text("utf-8"))["targets"][0]["report"]["diagnostics"][0]
    assert diagnostic["cell"] == 3


def test_notebook_lines_are_added_and_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "nb.ipynb"
    path.write_text(notebook(["a = 1\n", "b = 2\n", "c = 3"]), "utf-8")
    book = notebooks.read(path)
    assert book.text == "a = 1\nb = 2\nc = 3\n"
    for after in ("a = 1\nx = 0\nb = 2\nc = 3\n", "z = 0\na = 1\nb = 2\nc = 3\n", "a = 1\nb = 2\nc = 4\nd = 5\n"):
        path.write_text(notebooks.spliced(book, after), "utf-8")
        assert notebooks.read(path).text == after


# -- the page ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("there is no Chromium here (Debian: apt-get install chromium)")
    return found


def test_the_page_works_in_a_browser_without_a_network(
    tree: Callable[[Mapping[str, str]], Path], chromium: str
) -> None:
    folder = tree({**MIXED, "evil.py": net(size=6, extra="        # </script><img src=x onerror=alert(1)>\n")})
    cli.main(["batch", ".", "-q", "--unsafe-fixes", "--report", "all.html"])
    page = (folder / "all.html").read_text("utf-8")
    assert "src=" not in page.replace("&lt;img src=x", "")
    assert "http" not in page.replace("http-equiv", "")
    words = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    url = f"{(folder / 'all.html').as_uri()}#t2"
    done = subprocess.run(
        [chromium, *words, "--virtual-time-budget=2000", "--dump-dom", url],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env={**os.environ, "HOME": str(folder)},
    )
    assert "4 of 4 shown" in done.stdout  # The script ran, so its hash is the one that the page allows.
    assert "Content Security Policy" not in done.stderr
    assert done.stdout.count('<details class="target"') == 4
