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
from textwrap import indent
from xml.etree import ElementTree

import jsonschema
import pytest
from gates import Gate

from autofix.batch import changed_since, imports, reverse_imports
from autofix.batch.journal import FILE, Journal, folder_of
from autofix.frontends.cli import main
from autofix.loading import module_files

HEADER = "import os, time\nimport torch\nfrom torch import nn\n\n\n"
SARIF_SCHEMA = json.loads((Path(__file__).parents[1] / "data" / "sarif-2.1.0.json").read_text("utf-8"))
Run = Callable[..., int]

pytestmark = pytest.mark.torch


def net(size: int = 128, sample: str = "4,1,10,10", extra: str = "") -> str:
    """Return a model whose head takes ``size`` features and gets 128, with the sample that its file declares."""
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
    """Write a git checkout and go there. One worker is enough where nothing else is said: each imports torch."""

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

    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "somebody")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "somebody@localhost")
    return write


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def document(path: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads(path.read_text("utf-8"))
    return content


def endings(path: Path) -> dict[str, str]:
    targets = json.loads(path.read_text("utf-8"))["targets"]
    return {target["report"]["target"]["path"]: target["report"]["ending"] for target in targets}


MIXED = {
    "pkg/__init__.py": "",
    "pkg/good.py": net(),
    "pkg/bad.py": net(size=6),
    "needs.py": net(sample="").replace("def __init__(self)", "def __init__(self, oracle)"),
    "test_bad.py": "from torch import nn\n\n\nclass Toy(nn.Module):\n    def forward(self, x):\n        return x\n",
    "ignored/other.py": net(size=5),
    ".gitignore": "ignored/\n*.json\n*.patch\nout\nreports\n",
    "plain.py": "print('no model here')\n",
}


def test_a_tree_is_repaired_and_the_patch_applies(
    tree: Callable[[Mapping[str, str]], Path], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    folder = tree(MIXED)
    assert main.main(["batch", ".", "-j", "2", "--report", "all.json", "--report", "reports.html"]) == 3
    patch, words = capfdbinary.readouterr()
    assert endings(folder / "all.json") == {"needs.py": "not-run", "pkg/bad.py": "repaired", "pkg/good.py": "healthy"}
    assert b"needs.py: Net: not run: `Net` needs `oracle`" in words
    subprocess.run(["git", "apply", "--check"], input=patch, cwd=folder, check=True)
    assert b"+        self.head = nn.Linear(128, 3)" in patch
    assert "<script>" in (folder / "reports.html").read_text("utf-8")


def test_every_way_of_delivery(tree: Callable[[Mapping[str, str]], Path], capsys: pytest.CaptureFixture[str]) -> None:
    folder = tree({**MIXED, "b.py": net(size=7)})
    assert main.main(["batch", ".", "--output", "all.patch", "--output-dir", "out", "--branch", "mended"]) == 3
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
    assert main.main(["batch", ".", "--branch", "again"]) == 2
    assert "refuses a tree with changes" in capsys.readouterr().err
    git(folder, "checkout", "-q", ".")
    assert main.main(["batch", "pkg", "--apply"]) == 0
    assert main.main(["batch", "pkg"]) == 0


def test_the_manifest_is_the_list_of_targets(
    tree: Callable[[Mapping[str, str]], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tree(MIXED)
    assert main.main(["batch", ".", "--discover"]) == 0
    manifest = capsys.readouterr().out
    assert "# missing: `Net` needs `oracle`" in manifest
    (folder / "autofix.toml").write_text(manifest.replace('path = "pkg/bad.py"', 'path = "ignored/other.py"'), "utf-8")
    assert main.main(["batch", ".", "--report", "all.json"]) == 1
    assert endings(folder / "all.json") == {"ignored/other.py": "repaired", "pkg/good.py": "healthy"}


def test_the_constructor_and_the_sample_come_from_a_script(tree: Callable[[Mapping[str, str]], Path]) -> None:
    script = (
        "import torch\nfrom needs import Net\n\nWIDTH = 5\nmodel = Net(width=WIDTH)\nmodel(torch.randn(2, 1, 10, 10))\n"
    )
    needs = MIXED["needs.py"].replace("oracle", "width")
    folder = tree({"needs.py": needs, "scripts/go.py": script, "pyproject.toml": ""})
    main.main(["batch", "needs.py", "--report", "all.json", "-q"])
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
    main.main(["batch", ".", "--unsafe-fixes", "--output", "all.patch", "--report", "all.json", "-q"])
    git(folder, "apply", "all.patch") if (folder / "all.patch").read_bytes() else None
    main.main(["batch", ".", "--unsafe-fixes", "--report", "after.json", "-q"])
    before, after = endings(folder / "all.json"), endings(folder / "after.json")
    assert before["b.py"] == after["b.py"] == "healthy"


def test_reports_are_equal_for_any_number_of_jobs_and_follow_their_schemas(
    tree: Callable[[Mapping[str, str]], Path],
) -> None:
    folder = tree({**MIXED, "x.py": net(size=3)})
    names = ("all.json", "all.sarif", "all.md", "all.xml", "all.html")
    reports = []
    for jobs in ("1", "3"):
        words = [word for name in names for word in ("--report", f"reports/{jobs}-{name}")]
        (folder / "reports").mkdir(exist_ok=True)
        assert main.main(["batch", ".", "-q", "--no-cache", "-j", jobs, "--output", f"{jobs}.patch", *words]) == 3
        reports.append([(folder / "reports" / f"{jobs}-{name}").read_bytes() for name in names])
    assert reports[0] == reports[1]
    log = document(folder / "reports" / "1-all.sarif")
    jsonschema.validate(log, SARIF_SCHEMA)
    suites = ElementTree.fromstring(reports[0][3].decode())
    assert [suites.get(key) for key in ("tests", "failures", "errors")] == ["4", "2", "1"]


def test_a_second_run_starts_no_worker(
    tree: Callable[[Mapping[str, str]], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tree(MIXED)
    assert main.main(["batch", ".", "-q", "--report", "one.json"]) == 3

    def refused(*_: object) -> None:
        raise AssertionError("a worker was started")

    monkeypatch.setattr("autofix.frontends.cli.batch.Pool", refused)
    assert main.main(["batch", ".", "-q", "--report", "two.json"]) == 3
    assert (folder / "one.json").read_bytes() == (folder / "two.json").read_bytes()
    (folder / "pkg/good.py").write_text(net(size=4), "utf-8")
    assert main.main(["batch", ".", "-q"]) == main.INTERNAL


def test_a_result_depends_on_the_data_that_the_model_reads(tree: Callable[[Mapping[str, str]], Path]) -> None:
    """The file stands where no rule of ours looks for it, so only the run tells."""
    reads = net().replace("class Net", "WIDTH = int(open('../data/width.txt').read())\n\n\nclass Net")
    folder = tree({"data/width.txt": "128", "nets/a.py": reads.replace("Linear(128", "Linear(WIDTH")})
    assert main.main(["batch", ".", "-q"]) == 0
    (folder / "data/width.txt").write_text("6", "utf-8")
    assert main.main(["batch", ".", "-q"]) == 1


def test_a_program_that_cannot_be_run_leaves_its_model(tree: Callable[[Mapping[str, str]], Path]) -> None:
    trains = (
        net(sample="")
        + "\n\nimages = torch.load('{data}')\nfor step in range(2):\n    Net()(images).sum().backward()\n"
    )
    runnable = trains.replace(
        "torch.load('{data}')", "torch.stack([torch.ones(1, 11, 11) for _ in open(__file__)][:9])"
    )
    folder = tree({"absent.py": trains, "made.py": runnable, ".gitignore": "*.json\n"})
    assert main.main(["batch", ".", "-q", "--report", "all.json"]) == 1
    absent, other = json.loads((folder / "all.json").read_text("utf-8"))["targets"]
    assert (absent["label"], absent["report"]["ending"]) == ("absent.py: Net()", "unconfirmed")
    assert "the program could not be: " in absent["report"]["notes"][-1]
    assert (other["label"], other["report"]["diagnostics"][0]["actual"]) == ("made.py", [162])


def test_a_rewriting_that_changes_the_model_is_told_and_not_made(
    tree: Callable[[Mapping[str, str]], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    pinned = net().replace("(128, 3)\n", "(128, 3)\n        nn.init.ones_(self.head.weight)\n")
    tree({"a.py": pinned})
    assert main.main(["batch", ".", "-v", "--select", "lazy-linear", "--unsafe-fixes"]) == 0
    out, errors = capsys.readouterr()
    assert out == ""
    assert "note: a.py:11: left as it is; to make `head` a LazyLinear would change it: Attempted" in errors


LOADS = "import pathlib\nif not pathlib.Path(__file__).with_name('lib.so').exists(): raise ImportError('lib.so')\n"


def test_a_failed_import_is_tried_again(tree: Callable[[Mapping[str, str]], Path]) -> None:
    """What it lacked is no file of the project, so nothing in the cache's key tells that it is there now."""
    uses = (
        net()
        .replace("import torch\n", "import torch\nimport native\n", 1)
        .replace("self.body(x)", "native.same(self.body(x))")
    )
    folder = tree({"a.py": net(), "b.py": uses, "native.py": f"{LOADS}\ndef same(x):\n    return x\n"})
    assert main.main(["batch", ".", "-q", "--report", "all.json"]) == 2
    assert endings(folder / "all.json") == {"a.py": "healthy", "b.py": "not-run"}
    (folder / "lib.so").touch()
    assert main.main(["batch", ".", "-q", "--report", "all.json"]) == 0
    assert endings(folder / "all.json") == {"a.py": "healthy", "b.py": "healthy"}


def test_rewritings_of_one_file_do_not_stand_in_the_way_of_each_other(
    tree: Callable[[Mapping[str, str]], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    two = net() + net().partition("\n\n\n")[2].replace("class Net", "\n\nclass Other")
    tree({"a.py": two})
    assert main.main(["batch", ".", "--select", "RF", "--unsafe-fixes"]) == 1
    out, errors = capsys.readouterr()
    assert out.count("+        self.head = nn.LazyLinear(3)") == 2
    assert "withheld" not in errors


def test_what_a_target_does_to_its_worker_costs_it_alone(tree: Callable[[Mapping[str, str]], Path]) -> None:
    good = {f"m{number:02}.py": net(size=128 if number % 2 else 6) for number in range(16)}
    bad = {
        "m03a.py": HANGS,
        "m05a.py": CRASHES,
        "m07a.py": EATS,
        "m09a.py": "import os\nimport torch\nos._exit(3)\n" + net(),
    }
    folder = tree({**good, **bad, ".gitignore": "*.json\n"})
    assert main.main(["batch", ".", "-q", *LIMITS, "--report", "all.json"]) == 3
    by_path = endings(folder / "all.json")
    assert {name: by_path[name] for name in good} == {
        name: "healthy" if "(128, 3)" in text else "repaired" for name, text in good.items()
    }
    assert [by_path[name] for name in bad] == ["not-run"] * 3 + [by_path["m09a.py"]]


def test_a_killed_batch_is_resumed(tree: Callable[[Mapping[str, str]], Path]) -> None:
    folder = tree({**{f"m{number}.py": net(size=5 + number) for number in range(6)}, ".gitignore": "*.json\n"})
    report, journal = folder / "all.json", folder_of(folder)
    main.main(["batch", ".", "-q", "--no-cache", "--report", "all.json"])
    undisturbed = report.read_bytes()
    words = [sys.executable, "-m", "autofix", "batch", ".", "-q", "-j", "1", "--report", "all.json"]
    for seconds in (0.5, 3.0):
        report.unlink()
        shutil.rmtree(journal, ignore_errors=True)
        started = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        started.send_signal(signal.SIGKILL)
        killed = started.wait() < 0
        # The end may fall between the report and the last words of the process: a report that stands is a whole one.
        assert report.read_bytes() == undisturbed if report.exists() else killed
        begun = (journal / FILE).exists() and _unfinished(journal)
        again = [*words, "--resume"] if begun else words
        done = subprocess.run(again, cwd=folder, capture_output=True, check=False)
        assert done.returncode == 1, done.stderr
        assert report.read_bytes() == undisturbed


def _unfinished(folder: Path) -> bool:
    with Journal(folder) as journal:
        return journal.is_unfinished()


def test_an_interrupted_batch_leaves_a_report(tree: Callable[[Mapping[str, str]], Path], gate: Gate) -> None:
    """The second model says that it runs, so the first was run before the interruption, however slow the machine."""
    hangs = net(extra=indent(f"{gate.opening}\ntime.sleep(3600)\n", " " * 8))
    folder = tree({"a.py": net(), "b.py": hangs, ".gitignore": "*.json\n"})
    words = [sys.executable, "-m", "autofix", "batch", ".", "-j", "1", "--report", "all.json", "--time-limit", "3600"]
    # What a shell starts in its background ignores interruptions, and hands that down.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    started = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        gate.await_code()
        started.send_signal(signal.SIGINT)
        _, errors = started.communicate(timeout=120)
    finally:
        started.kill()
    assert started.returncode == 130, errors
    assert endings(folder / "all.json") == {"a.py": "healthy", "b.py": "not-run"}
    assert b"interrupted" in errors


def test_only_what_changed_since_a_revision(tree: Callable[[Mapping[str, str]], Path]) -> None:
    user = net().replace("import torch\n", "import torch\nfrom parts import *\n")
    reads = net(extra="        # Its width stands in sizes.yaml.\n")
    files = {"parts.py": "X = 1\n", "conf/sizes.yaml": "width: 3\n", "a.py": user, "b.py": net(), "c.py": net()}
    folder = tree({**files, "d.py": reads, ".gitignore": "*.json\n"})
    (folder / "parts.py").write_text("X = 2\n", "utf-8")
    (folder / "c.py").write_text(net(size=6), "utf-8")
    (folder / "conf/sizes.yaml").write_text("width: 4\n", "utf-8")
    assert main.main(["batch", ".", "-q", "--since", "HEAD", "--report", "all.json"]) == 1
    assert endings(folder / "all.json") == {"a.py": "healthy", "c.py": "repaired", "d.py": "healthy"}
    assert main.main(["batch", ".", "-q", "--since", "nowhere"]) == 2


def test_a_module_named_like_one_of_the_library_is_the_projects_where_python_finds_it_first(tmp_path: Path) -> None:
    own, inner = tmp_path / "profile.py", tmp_path / "pack" / "copy.py"
    inner.parent.mkdir()
    texts = {own: "X = 1\n", tmp_path / "net.py": "import profile\n", inner: "X = 1\n"}
    texts |= {inner.with_name("__init__.py"): "", inner.with_name("net.py"): "import copy\nimport profile\n"}
    for path, text in texts.items():
        path.write_text(text, "utf-8")
    users = {tmp_path / "net.py", inner.with_name("net.py")}
    assert changed_since.touched(texts, reverse_imports.graph(texts), frozenset((own,))) == {own, *users}
    for user in users:
        assert own in imports.closure(user, texts[user], (tmp_path,))
    files = module_files.ModuleFiles(tmp_path, (tmp_path,))
    assert {files.find(user, 0, "profile") for user in users} == {files.source(own)}
    assert files.find(inner.with_name("net.py"), 0, "copy") is None


@pytest.mark.parametrize("words", [[".", "--since", "HEAD"], ["plain.py"]], ids=["since", "named"])
def test_nothing_to_run_is_no_fault_where_none_was_promised(
    words: list[str], tree: Callable[[Mapping[str, str]], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tree({**MIXED})
    assert main.main(["batch", *words, "--report", "all.json"]) == 0
    assert endings(folder / "all.json") == {}
    assert "note: no " in capsys.readouterr().err


BAD_WORDS = {
    "no path": (["batch"], "name at least one file or folder"),
    "missing": (["batch", "nowhere"], "does not exist"),
    "report": (["batch", ".", "--report", "x.txt"], "must end in one of"),
    "empty": (["batch", "."], "no nn.Module found"),
    "both": (["batch", ".", "--apply", "--branch", "x"], "choose one"),
    "nothing to resume": (["batch", "--resume"], "there is nothing to resume"),
    "no git": (["batch", ".", "--branch", "x"], "needs a git checkout"),
}


@pytest.mark.parametrize("words, message", BAD_WORDS.values(), ids=BAD_WORDS)
def test_bad_words_get_one_message(
    words: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    assert main.main(words) == 2
    assert message in capsys.readouterr().err
