"""The command line around a stand-in engine: words in, exit code, streams and files out."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from autofix import engine
from autofix.fixes import registry
from autofix.frontends.cli import main
from autofix.records.costs import Evidence
from autofix.records.errors import ConflictError, InternalError, ProbeError
from autofix.records.finding import Finding, Mismatch
from autofix.records.locations import Edit, Location, Position, Range, SourceText
from autofix.records.plan import Applicability, Fix, Plan, Proof, Step
from autofix.records.report import Diagnostic, RepairEnding, Report
from autofix.records.samples import SampleOrigin
from autofix.records.trace import Ending, Trace

BEFORE = (
    "from torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self):\n        self.head = nn.Linear(128, 10)\n"
)
PLACE = Range(Position(6, 30), Position(6, 33))


def _plan(path: Path, size: int, applicability: Applicability) -> Plan:
    fix = Fix(
        "AF101", f"set `in_features` to {size}", (Edit(path, PLACE, str(size)),), (Evidence.EDIT * 1,), applicability
    )
    location = Location(path, PLACE)
    finding = Finding(
        Mismatch.LINEAR_IN_FEATURES, "`head` takes 128 features", location, location, "head", (128,), (size,)
    )
    proof = Proof((), (), "(64, 10)", 1290, 2570, (), (), (), (), 0.1)
    return Plan((Step(finding, fix),), fix.evidence, applicability, ((path, BEFORE.replace("128", str(size))),), proof)


@dataclass
class Engine:
    """What the stand-in answers with, and what it was asked."""

    path: Path
    ending: RepairEnding = RepairEnding.REPAIRED
    applicability: Applicability = Applicability.SAFE
    error: BaseException | None = None
    disturb: Callable[[Path], object] | None = None
    asked: engine.Request | None = None

    def repair(self, request: engine.Request, session: object = None, progress: object = None) -> Report:
        """Stand in for a repair, and for a check, whose exit code is the same."""
        self.asked = request
        if self.error is not None:
            raise self.error
        report = self._report(request)
        if self.disturb is not None:
            self.disturb(self.path)
        return report

    def _report(self, request: engine.Request) -> Report:
        if self.ending is not RepairEnding.REPAIRED:
            return Report(request.target, self.ending, "the reason", Trace(Ending.PASSED, ""))
        plans = [_plan(self.path, size, self.applicability) for size in (256, 512)]
        diagnostics = (Diagnostic("AF101", "linear", plans[0].steps[0].finding, (), plans[0].steps[0].fix),)
        texts = (SourceText(self.path, BEFORE),)
        trace = Trace(Ending.RAISED, "mat1 and mat2")
        return Report(request.target, self.ending, "", trace, diagnostics, plans[0], (plans[1],), texts)


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    (tmp_path / "pyproject.toml").touch()
    path = tmp_path / "net.py"
    path.write_text(BEFORE)
    stand_in = Engine(path)
    monkeypatch.setattr(engine, "repair", stand_in.repair)
    monkeypatch.setattr(engine, "check", stand_in.repair)
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return stand_in


PATCH_LINES = (
    "--- a/net.py",
    "+++ b/net.py",
    "-        self.head = nn.Linear(128, 10)",
    "+        self.head = nn.Linear(256, 10)",
)
SAFE, UNSAFE, SHOWN = Applicability.SAFE, Applicability.UNSAFE, Applicability.DISPLAY_ONLY

# words, ending, label -> exit code, whether stdout has a patch, whether the file was written
OUTCOMES = {
    "a patch is proposed": ("", RepairEnding.REPAIRED, SAFE, 1, True, False),
    "a patch is proposed, exit zero": ("--exit-zero", RepairEnding.REPAIRED, SAFE, 0, True, False),
    "applied": ("--apply", RepairEnding.REPAIRED, SAFE, 0, False, True),
    "unsafe is held back": ("--apply", RepairEnding.REPAIRED, UNSAFE, 1, True, False),
    "unsafe is written when asked for": ("--apply --unsafe-fixes", RepairEnding.REPAIRED, UNSAFE, 0, False, True),
    "safe is written too": ("--apply --unsafe-fixes", RepairEnding.REPAIRED, SAFE, 0, False, True),
    "display-only is never written": ("--apply --unsafe-fixes", RepairEnding.REPAIRED, SHOWN, 1, True, False),
    "healthy": ("", RepairEnding.HEALTHY, SAFE, 0, False, False),
    "healthy, to be applied": ("--apply", RepairEnding.HEALTHY, SAFE, 0, False, False),
    "suppressed": ("", RepairEnding.SUPPRESSED, SAFE, 0, False, False),
    "no fix": ("", RepairEnding.NO_FIX, SAFE, 1, False, False),
    "no fix, exit zero": ("--exit-zero", RepairEnding.NO_FIX, SAFE, 0, False, False),
    "limit": ("", RepairEnding.LIMIT, SAFE, 1, False, False),
    "not run": ("", RepairEnding.NOT_RUN, SAFE, 2, False, False),
    "not run stays an error": ("--exit-zero", RepairEnding.NOT_RUN, SAFE, 2, False, False),
}


@pytest.mark.parametrize("words, ending, label, code, shown, written", OUTCOMES.values(), ids=OUTCOMES)
def test_outcomes(
    fake: Engine,
    capfd: pytest.CaptureFixture[str],
    words: str,
    ending: RepairEnding,
    label: Applicability,
    code: int,
    shown: bool,
    written: bool,
) -> None:
    fake.ending, fake.applicability = ending, label
    assert main.main(["net.py", "-s", "64,256", *words.split()]) == code
    out, err = capfd.readouterr()
    assert [line for line in PATCH_LINES if line in out.split("\n")] == (list(PATCH_LINES) if shown else [])
    assert bool(out) is shown
    assert err
    assert fake.path.read_text() == (BEFORE.replace("128", "256") if written else BEFORE)
    assert ("wrote net.py" in err) is written


@pytest.mark.parametrize("format", ["json", "sarif"])
@pytest.mark.parametrize("words, code", [("", 1), ("--apply", 0), ("--exit-zero", 0)])
def test_documents(fake: Engine, capfd: pytest.CaptureFixture[str], format: str, words: str, code: int) -> None:
    assert main.main(["net.py", "-s", "64,256", "--format", format, *words.split()]) == code
    out, err = capfd.readouterr()
    assert err == ""
    document = json.loads(out)
    exit_code = document["exit_code"] if format == "json" else document["runs"][0]["invocations"][0]["exitCode"]
    assert exit_code == code


def test_output_gets_what_stdout_would_carry(fake: Engine, capfd: pytest.CaptureFixture[str]) -> None:
    main.main(["net.py", "-s", "64,256"])
    shown = capfd.readouterr().out
    assert main.main(["net.py", "-s", "64,256", "--output", "fix.patch"]) == 1
    out, err = capfd.readouterr()
    assert (out, Path("fix.patch").read_text()) == ("", shown)
    assert "wrote fix.patch" in err


def test_output_of_a_healthy_model_replaces_an_old_patch(fake: Engine) -> None:
    Path("fix.patch").write_text("an old patch\n")
    fake.ending = RepairEnding.HEALTHY
    assert main.main(["net.py", "-s", "64,256", "--output", "fix.patch"]) == 0
    assert Path("fix.patch").read_text() == ""


def test_pick_takes_another_plan(fake: Engine, capfd: pytest.CaptureFixture[str]) -> None:
    assert main.main(["net.py", "-s", "64,256", "--pick", "2"]) == 1
    out, err = capfd.readouterr()
    assert "+        self.head = nn.Linear(512, 10)" in out.split("\n")
    assert "set `in_features` to 512" in err


def test_quiet_leaves_the_patch_alone(fake: Engine, capfd: pytest.CaptureFixture[str]) -> None:
    assert main.main(["net.py", "-s", "64,256", "-q"]) == 1
    out, err = capfd.readouterr()
    assert out.startswith("diff --git a/net.py b/net.py\n")
    assert err == ""


@pytest.mark.parametrize("ending, code", [(RepairEnding.HEALTHY, 0), (RepairEnding.REPAIRED, 1)])
def test_check_says_nothing_but_its_exit_code(
    fake: Engine, capfd: pytest.CaptureFixture[str], ending: RepairEnding, code: int
) -> None:
    fake.ending = ending
    assert main.main(["check", "net.py", "-s", "64,256"]) == code
    assert capfd.readouterr() == ("", "")


def test_check_says_why_a_model_could_not_run(fake: Engine, capfd: pytest.CaptureFixture[str]) -> None:
    fake.ending = RepairEnding.NOT_RUN
    assert main.main(["check", "net.py", "-s", "64,256"]) == 2
    assert capfd.readouterr() == ("", "autofix: the reason\n")


def test_fix_is_another_name_of_apply(fake: Engine) -> None:
    assert main.main(["net.py", "-s", "64,256", "--fix"]) == 0
    assert fake.path.read_text() == BEFORE.replace("128", "256")


# What is a terminal, the options, and whether the patch is printed.
TERMINALS = {
    "a terminal has seen the lines that change": ({"stdout", "stderr"}, [], False),
    "all of it": ({"stdout", "stderr"}, ["-v"], True),
    "no explanation": ({"stdout", "stderr"}, ["-q"], True),
    "the patch alone": ({"stdout", "stderr"}, ["--diff"], True),
    "the explanation is elsewhere": ({"stdout"}, [], True),
    "a pipe": ({"stderr"}, [], True),
    "two pipes": (set[str](), [], True),
}


@pytest.mark.parametrize("terminals, options, expected", TERMINALS.values(), ids=TERMINALS)
def test_a_patch_is_not_shown_twice_on_one_terminal(
    fake: Engine,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    terminals: set[str],
    options: list[str],
    expected: bool,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(getattr(sys, name), "isatty", lambda name=name: name in terminals, raising=False)
    assert main.main(["net.py", "-s", "64,256", *options]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("diff --git a/net.py b/net.py\n") is expected
    assert bool(out) is expected
    assert ("  - 128        + 256\n" in err) is (not {"-q", "--diff"}.intersection(options))


def test_paths_are_those_of_the_working_directory(
    fake: Engine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = fake.path.parent / "inner" / "most"
    inside.mkdir(parents=True)
    for folder, expected in ((fake.path.parent, "net.py"), (inside, "../../net.py"), (fake.path.parent.parent, None)):
        monkeypatch.chdir(folder)
        main.main([str(fake.path), "-s", "64,256"])
        name = expected or f"{fake.path.parent.name}/net.py"
        assert f"  --> {name}:6:31\n" in capsys.readouterr().err


def test_quiet_still_says_why_a_model_could_not_run(fake: Engine, capfd: pytest.CaptureFixture[str]) -> None:
    fake.ending = RepairEnding.NOT_RUN
    assert main.main(["net.py", "-s", "64,256", "-q"]) == 2
    assert "the reason" in capfd.readouterr().err


ANSWERS = {
    "yes": ("y\n", 0, "256"),
    "the next one": ("n\ny\n", 0, "512"),
    "none": ("n\nn\n", 1, "128"),
    "quit": ("q\n", 1, "128"),
    "no more answers": ("", 1, "128"),
    "asked again until it is a letter": ("what\n\nYES\n", 0, "256"),
}


@pytest.mark.parametrize("answers, code, size", ANSWERS.values(), ids=ANSWERS)
def test_interactive(fake: Engine, monkeypatch: pytest.MonkeyPatch, answers: str, code: int, size: str) -> None:
    monkeypatch.setattr("autofix.frontends.cli.terminal.interactive", lambda: True)
    monkeypatch.setattr("sys.stdin", io.StringIO(answers))
    assert main.main(["net.py", "-s", "64,256", "--interactive"]) == code
    assert fake.path.read_text() == BEFORE.replace("128", size)


# -- what can go wrong -------------------------------------------------------------------------------------------------

REFUSED = {
    "no words": ("", "missing argument 'FILE[:MODEL]'; see `autofix --help`"),
    "no such option": ("net.py --aply", "no such option: --aply"),
    "option without a value": ("net.py -s", "option '-s' requires an argument"),
    "two files": ("net.py other.py", "got unexpected extra argument(s) (other.py)"),
    "unknown format": ("net.py --format xml", "invalid value for '--format'"),
    "pick nothing": ("net.py --pick 0", "invalid value for '--pick'"),
    "no time": ("net.py --time-limit 0", "invalid value for '--time-limit'"),
    "no file": ("gone.py -s 1,2", "gone.py does not exist"),
    "a folder": (". -s 1,2", "is run as a batch"),
    "malformed shape": ("net.py -s 64,x3", "cannot read the sample shape '64,x3'"),
    "negative shape": ("net.py -s 64,-3", "the sample shape '64,-3' has the size -3"),
    "two ways to sample": ("net.py -s 1,2 --sample torch.ones(1)", "--sample and --sample-shape both say"),
    "two ways to name a model": ("net.py:Net -m Net -s 1,2", "`net.py:Net` and --model both name a model"),
    "stdin without a name": ("- -s 1,2", "pass --stdin-filename"),
    "a name without stdin": ("net.py --stdin-filename a.py", "--stdin-filename needs `-` as FILE"),
    "stdin cannot be written": (
        "- --stdin-filename net.py --apply",
        "--apply cannot write a text that came from standard input",
    ),
    "unsafe without apply": ("net.py --unsafe-fixes", "pass --apply as well"),
    "apply and output": ("net.py --apply --output x.patch", "choose one"),
    "output over the model": ("net.py -s 1,2 --output ./net.py", "is the file to repair"),
    "quiet and verbose": ("net.py -q -v", "--quiet and --verbose contradict each other"),
    "interactive without a terminal": ("net.py --interactive", "--interactive asks on a terminal, and there is none"),
    "interactive json": ("net.py --interactive --format json", "--interactive works with --format text only"),
    "too high a pick": ("net.py -s 1,2 --pick 3", "--pick 3: there are 2 plans; --alternatives lists them"),
    "diff and apply": ("net.py --diff --fix", "--diff prints the patch, --apply writes the files; choose one"),
    "diff and verbose": ("net.py --diff -v", "--diff prints the patch alone"),
    "an input twice": ("net.py -s x=4,6 -s x=4,6,9", "the input `x` has two sample shapes; leave one out"),
    "unknown rule": ("explain AF000000", "there is no rule `AF000000`; "),
    "shapes without a file": ("shapes", "missing argument 'FILE[:MODEL]'; see `autofix --help`"),
}


@pytest.mark.parametrize("words, message", REFUSED.values(), ids=REFUSED)
def test_refused(fake: Engine, capfd: pytest.CaptureFixture[str], words: str, message: str) -> None:
    assert main.main(words.split()) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("autofix: ")
    assert message in err
    assert err.count("\n") == 1
    assert fake.path.read_text() == BEFORE


FAILURES = {
    "the job could not be done": (ProbeError("cannot run torch"), 2, "autofix: cannot run torch\n"),
    "our fault, known": (InternalError("the patch is wrong; please report this"), 2, "please report this\n"),
    "our fault, unknown": (
        ZeroDivisionError("by zero"),
        2,
        "autofix: internal error: ZeroDivisionError: by zero; please report",
    ),
    "interrupt": (KeyboardInterrupt(), 130, "autofix: interrupted\n"),
    "terminal escapes": (ProbeError("a\x1b[2Jb"), 2, "autofix: a^[[2Jb\n"),
}


@pytest.mark.parametrize("error, code, message", FAILURES.values(), ids=FAILURES)
def test_failures(
    fake: Engine, capfd: pytest.CaptureFixture[str], error: BaseException, code: int, message: str
) -> None:
    fake.error = error
    assert main.main(["net.py", "-s", "64,256", "--apply"]) == code
    out, err = capfd.readouterr()
    assert out == ""
    assert message in err
    assert err.count("\n") == 1
    assert fake.path.read_text() == BEFORE


@pytest.mark.parametrize("error", [ZeroDivisionError("by zero"), InternalError("wrong")], ids=repr)
def test_verbose_shows_where_our_faults_are(fake: Engine, capfd: pytest.CaptureFixture[str], error: Exception) -> None:
    fake.error = error
    assert main.main(["net.py", "-s", "64,256", "-v"]) == 2
    assert "Traceback" in capfd.readouterr().err


def _edited(path: Path) -> None:
    path.write_text("x = 1\n")


def _protected(path: Path) -> None:
    path.chmod(0o444)


@pytest.mark.parametrize("disturb, message", [(_edited, "changed on disk"), (_protected, "is read-only")])
def test_conflicts(
    fake: Engine, capfd: pytest.CaptureFixture[str], disturb: Callable[[Path], None], message: str
) -> None:
    fake.disturb = disturb
    assert main.main(["net.py", "-s", "64,256", "--apply"]) == ConflictError.exit_code
    assert message in capfd.readouterr().err
    assert "256" not in fake.path.read_text()


def test_a_reader_that_goes_away_is_no_error(fake: Engine, tmp_path: Path) -> None:
    words = [
        sys.executable,
        "-c",
        "import sys; from autofix.frontends.cli import main; sys.exit(main.main(['--help']))",
    ]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(__file__).parents[3]
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode in (0, 1)


# -- what the engine is asked ------------------------------------------------------------------------------------------


def _asked(fake: Engine, words: str) -> engine.Request:
    assert main.main(["net.py", *words.split()]) == 1
    assert fake.asked is not None
    return fake.asked


def test_options_are_laid_over_the_settings(fake: Engine) -> None:
    Path("autofix.toml").write_text(
        'model = "Net()"\nsample-shape = "8,128"\neval = true\nselect = "AF2"\ntime-limit = 3\nsearch-probes = 9\n'
    )
    from_settings = _asked(fake, "")
    assert str(from_settings.target.samples) == "8,128"
    assert from_settings.target.samples.origin is SampleOrigin.SETTINGS
    assert from_settings.target.evaluation_mode
    overlaid = _asked(
        fake, "-s 64,256 -s mask=bool:64 -m nn.Linear(128,3) --select AF1,AF3 --time-limit 7 --memory-limit 99"
    )
    assert str(overlaid.target.samples) == "64,256;mask=bool:64"
    assert overlaid.target.samples.origin is SampleOrigin.GIVEN
    assert overlaid.target.model == "nn.Linear(128,3)"
    assert overlaid.settings.select == ("AF1", "AF3")
    limits = overlaid.settings.limits
    assert (limits.run_seconds, limits.memory_mib, limits.probes) == (7.0, 99, 9)


def test_a_comment_comes_before_the_settings(fake: Engine) -> None:
    Path("autofix.toml").write_text('sample-shape = "8,128"\n')
    fake.path.write_text(f"# autofix: sample-shape=4,128\n{BEFORE}")
    fake.ending = RepairEnding.NO_FIX
    asked = _asked(fake, "")
    assert (str(asked.target.samples), asked.target.samples.origin) == ("4,128", SampleOrigin.COMMENT)


MODELS = {
    "file and class": ("net.py:Net", "net.py", "Net()"),
    "file and expression": ("net.py:nn.Linear(1, 2)", "net.py", "nn.Linear(1, 2)"),
    "a colon in the name of the file": ("a.py:b.py", "a.py:b.py", "Net()"),
}


@pytest.mark.parametrize("file, name, model", MODELS.values(), ids=MODELS)
def test_file_and_model(fake: Engine, file: str, name: str, model: str) -> None:
    Path("a.py:b.py").write_text(BEFORE)
    fake.ending = RepairEnding.NO_FIX
    assert main.main([file, "-s", "64,256"]) == 1
    assert fake.asked is not None
    assert (fake.asked.target.path.name, fake.asked.target.model) == (name, model)


def test_standard_input_belongs_to_a_file(fake: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"# -*- coding: latin-1 -*-\r\n# \xe9\r\n{BEFORE}"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode("latin-1"))))
    fake.ending = RepairEnding.NO_FIX
    assert main.main(["-", "--stdin-filename", "net.py", "-s", "64,256"]) == 1
    assert fake.asked is not None
    assert fake.asked.target.path == fake.path
    assert fake.asked.texts == (SourceText(fake.path, text, "iso-8859-1"),)


# -- the other commands ------------------------------------------------------------------------------------------------

PASSED, RAISED = Trace(Ending.PASSED, ""), Trace(Ending.RAISED, "mat1 and mat2")
FINDING = _plan(Path("net.py"), 256, SAFE).steps[0].finding
RUNS = {
    "healthy": (PASSED, None, 0, "0 operations", ""),
    "failing": (RAISED, FINDING, 1, "`head` takes 128 features", ""),
    "not run": (Trace(Ending.TIMED_OUT, "after 30 s"), None, 2, "", "autofix: net.py: timed out: after 30 s\n"),
}


@pytest.mark.parametrize("trace, finding, code, shown, error", RUNS.values(), ids=RUNS)
def test_shapes(
    fake: Engine,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    trace: Trace,
    finding: Finding | None,
    code: int,
    shown: str,
    error: str,
) -> None:
    monkeypatch.setattr(engine, "trace", lambda request, session: (trace, finding))
    assert main.main(["shapes", "net.py", "-s", "64,256"]) == code
    out, err = capfd.readouterr()
    assert shown in out
    assert bool(out) is bool(shown)
    assert err == error


def test_shapes_of_a_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    cells = ["import torch\nfrom torch import nn", "net = nn.Sequential(nn.Linear(256, 8), nn.Linear(9, 4))"]
    whole = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell.splitlines(True)} for cell in cells]
    Path("net.ipynb").write_text(json.dumps({"cells": whole, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))

    assert main.main(["shapes", "net.ipynb", "-s", "64,256"]) == 1
    assert "error: `1` takes 9 features but receives 8" in capsys.readouterr().out
    assert main.main(["check", "net.ipynb", "-s", "64,256"]) == 1


@pytest.mark.parametrize("name, start", [("svg", "<svg "), ("html", "<!doctype html>"), ("mermaid", "%% net.py")])
def test_shapes_as_a_picture(
    fake: Engine, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], name: str, start: str
) -> None:
    monkeypatch.setattr(engine, "trace", lambda request, session: (RAISED, FINDING))
    assert main.main(["shapes", "net.py", "-s", "64,256", "--format", name]) == 1
    out, err = capfd.readouterr()
    assert (out.startswith(start), err) == (True, "")


PAGE = registry.Page("AF199", "stand-in", "AF199 stand-in: a rule for this test.\n\nWhy it fails\n    It does not.")


@pytest.mark.parametrize("words, asked", {"": False, " --verbose": True}.items())
def test_json_tells_what_the_search_took_where_that_is_asked_for(
    fake: Engine, capfd: pytest.CaptureFixture[str], words: str, asked: bool
) -> None:
    main.main(f"net.py -s 64,256 --format json{words}".split())
    document = json.loads(capfd.readouterr().out)
    assert ("spent" in document) is asked
    assert not asked or set(document["spent"]) == {"probes", "seconds"}


EXPLANATIONS = {
    "all": ("explain", 0, "AF199 stand-in: a rule for this test\n", ""),
    "by code": ("explain af199", 0, f"{PAGE.text}\n", ""),
    "by name": ("explain stand-in", 0, f"{PAGE.text}\n", ""),
    "nearly": ("explain standin", 2, "", "autofix: there is no rule `standin`; did you mean `stand-in`?\n"),
    "unknown": ("explain xyz", 2, "", "autofix: there is no rule `xyz`; `autofix explain` lists all\n"),
}


@pytest.mark.parametrize("words, code, shown, error", EXPLANATIONS.values(), ids=EXPLANATIONS)
def test_explain(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    words: str,
    code: int,
    shown: str,
    error: str,
) -> None:
    monkeypatch.setattr(registry, "pages", lambda: (PAGE,))
    assert main.main(words.split()) == code
    assert capfd.readouterr() == (shown, error)


# -- the whole program -------------------------------------------------------------------------------------------------

FIXTURE = Path(__file__).parents[3] / "fixtures" / "lenet-wider-image"


@pytest.mark.torch
def test_whole_program(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    path = tmp_path / "lenet.py"
    path.write_bytes((FIXTURE / "before.py").read_bytes())
    command = [sys.executable, "-m", "autofix", str(path), "-s", "64,3,32,32"]
    root = Path(__file__).parents[3]
    shown = subprocess.run(command, capture_output=True, cwd=root, check=False)
    assert (shown.returncode, path.read_bytes()) == (1, (FIXTURE / "before.py").read_bytes()), shown.stderr
    assert b"\n+        self.fc1 = nn.Linear(16 * 5 * 5, 120)\n" in shown.stdout
    written = subprocess.run([*command, "--apply"], capture_output=True, cwd=root, check=False)
    assert (written.returncode, written.stdout) == (0, b""), written.stderr
    assert path.read_bytes() == (FIXTURE / "after.py").read_bytes()
