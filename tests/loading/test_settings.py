"""Settings: what is read from which file, and one clear message for everything that cannot be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autofix.loading.settings import Prefer, Settings, read
from autofix.records.errors import UsageError
from autofix.records.report import Limits

DEFAULTS = Settings()

READ = {
    "nothing": ({}, DEFAULTS),
    "pyproject without our table": ({"pyproject.toml": "[tool.other]\nx = 1\n"}, DEFAULTS),
    "pyproject without any tool": ({"pyproject.toml": "[project]\nname = 'x'\n"}, DEFAULTS),
    "an empty file": ({"autofix.toml": ""}, DEFAULTS),
    "a byte order mark": ({"autofix.toml": "\ufeffeval = true\n"}, replace(DEFAULTS, eval=True)),
    "every key": (
        {
            "pyproject.toml": """
[tool.autofix]
model = "Net(num_classes=5)"
sample-shape = ["64,3,32,32", "mask=bool:64,8"]
also = ["8,3,48,48"]
eval = true
prefer = "lazy"
select = ["AF1"]
ignore = ["AF103", "lazy-linear"]
python = "python3.12"
time-limit = 5
memory-limit = 2048
file-limit = 64
process-limit = 9
open-files-limit = 100
temporary-directory = true
search-seconds = 1.5
search-probes = 7
"""
        },
        Settings(
            model="Net(num_classes=5)",
            sample_shape=("64,3,32,32", "mask=bool:64,8"),
            also=("8,3,48,48",),
            eval=True,
            prefer=Prefer.LAZY,
            select=("AF1",),
            ignore=("AF103", "lazy-linear"),
            python="python3.12",
            limits=Limits(
                run_seconds=5.0,
                memory_mib=2048,
                probes=7,
                seconds=1.5,
                file_mib=64,
                processes=9,
                open_files=100,
                temporary_directory=True,
            ),
        ),
    ),
    "no limits": (
        {"autofix.toml": 'memory-limit = "none"\nfile-limit = 0\nprocess-limit = 0\nopen-files-limit = 0\n'},
        replace(DEFAULTS, limits=Limits(memory_mib=0, file_mib=0, processes=0, open_files=0)),
    ),
    "one text instead of a list": (
        {"autofix.toml": 'sample-shape = "1,2"\nselect = "AF1"\n'},
        replace(DEFAULTS, sample_shape=("1,2",), select=("AF1",)),
    ),
    "autofix.toml wins over pyproject.toml, whole": (
        {"autofix.toml": 'model = "A"\n', "pyproject.toml": '[tool.autofix]\nmodel = "B"\neval = true\n'},
        replace(DEFAULTS, model="A"),
    ),
}


@pytest.mark.parametrize("files, expected", READ.values(), ids=READ)
def test_read(tmp_path: Path, files: dict[str, str], expected: Settings) -> None:
    _write(tmp_path, files)
    assert read(tmp_path) == expected


def test_an_interpreter_with_a_folder_counts_from_the_root(tmp_path: Path) -> None:
    _write(tmp_path, {"autofix.toml": 'python = ".venv/bin/python"\n'})
    assert read(tmp_path).python == str(tmp_path / ".venv" / "bin" / "python")


REFUSED = {
    "unknown key": ("colour = 1", "autofix.toml: unknown setting `colour`; known are model, "),
    "misspelt key": (
        "sample-shpae = '1'",
        "autofix.toml: unknown setting `sample-shpae`; did you mean `sample-shape`?",
    ),
    "underscore": ("sample_shape = '1'", "autofix.toml: unknown setting `sample_shape`; did you mean `sample-shape`?"),
    "number for a text": ("model = 3", "autofix.toml: `model` is 3 but must be a string"),
    "empty text": ("model = ' '", 'autofix.toml: `model` is " " but must be a string that is not empty'),
    "number for a list": ("also = 3", "autofix.toml: `also` is 3 but must be a string or a list of strings"),
    "number in a list": ("select = ['AF1', 2]", "autofix.toml: `select` holds 2 but must be a list of strings"),
    "false in a list": ("select = [false]", "autofix.toml: `select` holds false but must be"),
    "text for a flag": ("eval = 'yes'", 'autofix.toml: `eval` is "yes" but must be true or false'),
    "number for a flag": ("eval = 1", "autofix.toml: `eval` is 1 but must be true or false"),
    "unknown choice": ("prefer = 'both'", 'autofix.toml: `prefer` is "both" but must be one of concrete, lazy'),
    "flag for seconds": ("time-limit = true", "autofix.toml: `time-limit` is true but must be a number of seconds"),
    "no time": ("time-limit = 0", "autofix.toml: `time-limit` is 0 but must be a number of seconds above 0"),
    "not a number": ("search-seconds = nan", "autofix.toml: `search-seconds` is nan but must be"),
    "fraction for a count": ("memory-limit = 1.5", "autofix.toml: `memory-limit` is 1.5 but must be a whole number"),
    "a file limit below that of a reply": (
        "file-limit = 15",
        "autofix.toml: `file-limit` is 15 but must be 0, for no limit, or at",
    ),
    "the network": (
        "allow-network = true",
        "autofix.toml: `allow-network` is not a project's to set; whoever runs the code passes",
    ),
    "negative count": ("memory-limit = -1", "autofix.toml: `memory-limit` is -1 but must be a whole number from 0 up"),
    "no probe": ("search-probes = 0", "autofix.toml: `search-probes` is 0 but must be at least 1"),
    "a table": ("[model]\nx = 1", "autofix.toml: `model` is a table but must be a string"),
    "a date": ("model = 2020-01-01", "autofix.toml: `model` is a date but must be a string"),
    "not TOML": ("model = ", "autofix.toml: not valid TOML: "),
}


@pytest.mark.parametrize("text, message", REFUSED.values(), ids=REFUSED)
def test_refused(tmp_path: Path, text: str, message: str) -> None:
    _write(tmp_path, {"autofix.toml": f"{text}\n"})
    with pytest.raises(UsageError) as caught:
        read(tmp_path)
    assert str(caught.value).startswith(message)


SHARED = {
    "key": ("[tool.autofix]\nmodell = 'x'\n", "unknown setting `tool.autofix.modell`; did you mean `model`?"),
    "type": ("[tool.autofix]\neval = 0\n", "`tool.autofix.eval` is 0 but must be true or false"),
    "not a table": ("[tool]\nautofix = true\n", "`tool.autofix` is true but must be a table"),
}


@pytest.mark.parametrize("text, message", SHARED.values(), ids=SHARED)
def test_pyproject_messages_name_the_whole_key(tmp_path: Path, text: str, message: str) -> None:
    _write(tmp_path, {"pyproject.toml": text})
    with pytest.raises(UsageError) as caught:
        read(tmp_path)
    assert str(caught.value) == f"pyproject.toml: {message}"


def test_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "autofix.toml").write_bytes(b"model = '\xff'\n")
    with pytest.raises(UsageError, match=r"autofix\.toml: not valid TOML"):
        read(tmp_path)


def _write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")
