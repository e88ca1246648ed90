"""Every ending has its true name and its documented code, whatever streams, files, settings and words are like."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from attacked import AUTOFIX, FAULTY, HEALTHY, SPOILS, Attacked, Spoil, faulty, is_fault_of_ours, within

from autofix.batch import imports, notebooks, source_files
from autofix.batch.records import BatchReport, JobOutcome
from autofix.loading import data_files, settings, text_files
from autofix.records.errors import AutofixError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="pipes, devices and streams as Linux has them")


@pytest.fixture
def attacked(tmp_path: Path) -> Attacked:
    return Attacked(tmp_path)


# -- streams -----------------------------------------------------------------------------------------------------------

REDIRECTIONS = {
    "stdin closed": "<&-",
    "stdout closed": ">&-",
    "stderr closed": "2>&-",
    "all closed": "<&- >&- 2>&-",
    "stdout full": ">/dev/full",
    "stderr full": "2>/dev/full",
    "both full": ">/dev/full 2>&1",
    "stdout read-only": "1</dev/null",
    "stderr read-only": "2</dev/null",
}
# Words, and the codes where the result can be written and where it cannot.
WORDS = {
    "help": ("--help", 0),
    "version": ("--version", 0),
    "rules": ("explain", 0),
    "one rule": ("explain AF101", 0),
    "no such rule": ("explain AF1O1", 2),
    "no such file": ("nope.py", 2),
    "no such option": ("net.py --nope", 2),
    "no such folder": ("batch nope", 2),
}
MODELS = {"faulty": ("net.py", 1), "json": ("net.py --format json", 1), "shapes": ("shapes net.py", 1)}
_OF_OUTPUT = {"stdout closed", "all closed", "stdout full", "both full", "stdout read-only"}


def _redirected(attacked: Attacked, words: str, redirection: str, code: int) -> None:
    attacked.write({"net.py": FAULTY})
    line = f"{' '.join(AUTOFIX)} {words} {redirection}"
    done = subprocess.run(
        ["bash", "-c", line], cwd=attacked.project, env=attacked.environment, capture_output=True, check=False
    )
    output, errors = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == code, (done.returncode, output, errors)
    assert not is_fault_of_ours(output + errors), output + errors
    assert "Traceback" not in output + errors
    attacked.check_gone()


@pytest.mark.parametrize("redirection", REDIRECTIONS)
@pytest.mark.parametrize("name", WORDS)
def test_streams_of_a_quick_command(name: str, redirection: str, attacked: Attacked) -> None:
    words, code = WORDS[name]
    has_result = code == 0
    _redirected(attacked, words, REDIRECTIONS[redirection], 2 if has_result and redirection in _OF_OUTPUT else code)


@pytest.mark.torch
@pytest.mark.parametrize("redirection", REDIRECTIONS)
@pytest.mark.parametrize("name", MODELS)
def test_streams_of_a_repair(name: str, redirection: str, attacked: Attacked) -> None:
    words, code = MODELS[name]
    _redirected(attacked, words, REDIRECTIONS[redirection], 2 if redirection in _OF_OUTPUT else code)


# -- what stands under the name of a file ------------------------------------------------------------------------------

READERS = {
    "text": text_files.read,
    "notebook": notebooks.read,
    "data": data_files.read,
    "digest": imports.digest,
    "settings": settings.read_file,
}


@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS)
@pytest.mark.parametrize("name", READERS)
def test_no_reader_waits(name: str, spoil: Spoil, tmp_path: Path) -> None:
    path = tmp_path / "file.toml"
    spoil(path)
    with within(10.0):
        try:
            READERS[name](path)
        except (AutofixError, ValueError):
            return


@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS)
@pytest.mark.parametrize(
    "name", ["x.py", "x.ipynb", ".gitignore", "pyproject.toml", "autofix.toml", "README.md", "a/__init__.py", ".git"]
)
def test_no_tree_is_waited_for(name: str, spoil: Spoil, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(HEALTHY, "utf-8")
    (tmp_path / "a").mkdir()
    spoil(tmp_path / name)
    with within(20.0):
        files = source_files.files(tmp_path, (tmp_path,))
        with contextlib.suppress(AutofixError):
            settings.read(tmp_path)
        for path in files:
            imports.digest(path)
    assert name == ".git" or tmp_path / "net.py" in files


@pytest.mark.torch
@pytest.mark.parametrize("words", [("net.py",), ("batch", ".", "-j", "1")], ids=["repair", "batch"])
@pytest.mark.parametrize("spoil", ["a pipe", "endless", "sparse", "a link to itself"])
def test_a_whole_command_among_them(spoil: str, words: tuple[str, ...], attacked: Attacked) -> None:
    attacked.write({"net.py": f"import x\nimport a\n{FAULTY}".replace("import x", "import os")})
    for name in ("x.py", "x.ipynb", ".gitignore", "autofix.toml", "README.md", "config.yaml", "conftest.py"):
        if not (spoil == "sparse" and name == "autofix.toml"):
            SPOILS[spoil](attacked.project / name)
    attacked.write({"a.py": ""})
    for name in ("x.py", "x.ipynb"):
        if spoil == "sparse":
            (attacked.project / name).unlink()
    code, _, errors = _unchecked(attacked, *words)
    assert code in (1, 2), errors


def _unchecked(attacked: Attacked, *words: str) -> tuple[int, str, str]:
    """Run where the tree cannot be compared, since some of its files have no end."""
    process = attacked.start(*words)
    output, errors = process.communicate(timeout=90)
    assert not is_fault_of_ours(errors.decode()), errors
    attacked.check_gone()
    return process.returncode, output.decode(), errors.decode()


# -- settings ----------------------------------------------------------------------------------------------------------

_LONG = 200_000
SETTINGS = {
    "deep keys": "a." * _LONG + "a = 1",
    "deep keys with blanks": "a . " * _LONG + "a = 1",
    "deep quoted keys": '"a".' * _LONG + "a = 1",
    "deep table": "[" + "a." * _LONG + "a]",
    "deep array of tables": "[[" + "a." * _LONG + "a]]",
    "deep lists": "a = " + "[" * _LONG,
    "deep tables": "a = " + "{a=" * _LONG,
    "a long number": "a = " + "9" * _LONG,
    "a long number in hex": "a = 0x" + "f" * _LONG,
    "a long string": 'model = "' + "x" * 4_000_000,
    "many tables": "\n".join(f"[a{n}]" for n in range(_LONG)),
    "many arrays of tables": "[[a]]\n" * _LONG,
    "many keys": "\n".join(f"a{n} = 1" for n in range(_LONG)),
    "dates": "a = 9999-99-99",
    "a null": 'model = "\0"',
    "an escape": 'model = "\\ud800"',
    "no text": "\udcff",
    "a key without a value": "model =",
    "an infinite limit": "time-limit = inf",
    "no number": "time-limit = nan",
    "below zero": "memory-limit = -1",
    "too few files": "open-files-limit = 1",
    "very many files": "open-files-limit = 99999999999999999999",
    "the network": "allow-network = true",
    "the network by another name": "Allow_Network = true",
    "a table for a text": "model = {a = 1}",
    "targets elsewhere": '[[targets]]\npath = "../../etc/passwd"',
    "a very large file": "#" * (5 << 20),
}


# What ends the thread that reads may come while hypothesis counts a collection of garbage, which says so and goes on.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", ["autofix.toml", "pyproject.toml"])
@pytest.mark.parametrize("text", SETTINGS.values(), ids=SETTINGS)
def test_settings_are_read_in_time(text: str, name: str, tmp_path: Path) -> None:
    head = "" if name == "autofix.toml" else "[tool.autofix]\n"
    (tmp_path / name).write_bytes(f"{head}{text}\n".encode("utf-8", "surrogateescape"))
    with within(15.0):
        try:
            settings.read(tmp_path)
        except AutofixError as error:
            assert error.exit_code == 2  # noqa: PT017
    with within(10.0):  # Nobody goes on with what came to nothing.
        while any(thread.name == "autofix settings" for thread in threading.enumerate()):
            time.sleep(0.01)


# -- places ------------------------------------------------------------------------------------------------------------

COMMANDS = {"repair": "net.py", "batch": "batch .", "shapes": "shapes net.py", "verify": "verify x.patch"}


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_a_working_directory_that_is_gone(words: str, attacked: Attacked) -> None:
    attacked.write({"sub/net.py": FAULTY})
    line = f"cd sub; rm -r ../sub; exec {' '.join(AUTOFIX).replace(' -m', ' -P -m')} {words}"
    done = subprocess.run(
        ["bash", "-c", line], cwd=attacked.project, env=attacked.environment, capture_output=True, check=False
    )
    assert done.returncode == 2
    assert b"there is no working directory any more" in done.stderr
    attacked.check_gone()


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_no_place_for_temporary_files(words: str, attacked: Attacked) -> None:
    attacked.write({"net.py": FAULTY, "x.patch": ""})
    line = f"ulimit -f 0; exec {' '.join(AUTOFIX)} {words}"
    done = subprocess.run(
        ["bash", "-c", line], cwd=attacked.project, env=attacked.environment, capture_output=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert not is_fault_of_ours(done.stderr.decode()), done.stderr
    attacked.check_gone()


# -- codes -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "codes, expected", [((0,), 0), ((0, 1), 1), ((1, 2), 3), ((2, 1), 3), ((0, 2), 2), ((0, 1, 2), 3), ((), 0)]
)
def test_a_1_hides_no_2(codes: tuple[int, ...], expected: int) -> None:
    outcomes = tuple(JobOutcome("x", {"exit_code": code}, {}) for code in codes)
    assert BatchReport(outcomes).exit_code == expected


# -- workers of ours that cannot answer --------------------------------------------------------------------------------

UNANSWERED = {
    "all files closed": "os.closerange(3, 256)",
    "every file closed": "os.closerange(0, 256)",
    "no open": "import builtins; builtins.open = None",
    "another getpid": "os.getpid = lambda: 1",
    "no write": "os.write = None",
    "no replace": "os.replace = None",
    "no json": "import json; json.dumps = None",
    "no temporary files": "import shutil, tempfile; shutil.rmtree(tempfile.gettempdir() + '/..', ignore_errors=True)",
    "no exit": "os._exit = lambda code: None",
    "no kill": "os.kill = None",
    "no fork": "os.fork = None",
    "no modules": "sys.modules.clear()",
    "no collector": "import gc; gc.collect = None",
    "no paths": "import os.path; os.path.join = None",
    "memory": "x = [bytearray(1 << 26) for _ in range(1000)]",
    "memory in small pieces": "x = [];\n        while True: x.append(bytes(1000))",
    "memory in objects": "x = {};\n        while True: x[len(x)] = [x]",
    "memory that is caught": (
        "x = []\n        try:\n            while True: x.append(bytes(9999))\n        except MemoryError: pass"
    ),
}


@pytest.mark.torch
@pytest.mark.parametrize("memory", ["800", "1500"])
@pytest.mark.parametrize("lines", UNANSWERED.values(), ids=UNANSWERED)
def test_what_a_worker_cannot_say_is_not_the_programs(lines: str, memory: str, attacked: Attacked) -> None:
    attacked.write({"net.py": faulty(lines)})
    _, output, errors = attacked.run("net.py", "--memory-limit", memory, "--time-limit", "20", codes=(1, 2))
    assert "the program ended the process" not in output + errors


# -- names -------------------------------------------------------------------------------------------------------------

NAMES = (
    "a" * 252 + ".py",
    "-x.py",
    " .py",
    "a b.py",
    "a'\"b.py",
    "ü.py",
    "a\nb.py",
    "a\x1b[31mb.py",
    "\udcff.py",
    "%s.py",
)


@pytest.mark.torch
@pytest.mark.parametrize("format", ["text", "json", "sarif"])
@pytest.mark.parametrize("name", NAMES)
def test_odd_names(name: str, format: str, attacked: Attacked) -> None:
    (attacked.project / name).write_text(FAULTY, "utf-8")
    code, output, _ = attacked.run(f"./{name}", "--format", format, codes=(1, 2))
    assert code == 2 or output
    shutil.rmtree(attacked.top / "home")
    assert os.listdir(attacked.project)  # noqa: PTH208
