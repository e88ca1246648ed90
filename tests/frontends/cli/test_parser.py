"""Words of the command line: help, completion, and whether the probe is started ahead of parsing them."""

from __future__ import annotations

import pytest

from autofix.__main__ import interpreter, runs_model
from autofix.frontends.cli import main, parser
from autofix.frontends.cli.options import ShapesChoice
from autofix.records.errors import UsageError


@pytest.mark.parametrize("words", ["--help", "-h", "net.py --help", "net.py -s 1,2 -h"])
def test_help_shows_options_and_commands(capsys: pytest.CaptureFixture[str], words: str) -> None:
    assert main.main(words.split()) == 0
    out = capsys.readouterr().out
    assert out.startswith("Usage: autofix [OPTIONS] FILE[:MODEL]\n")
    missing = [
        part for part in ("--sample-shape", "--unsafe-fixes", "shapes", "explain", "Exit codes:") if part not in out
    ]
    assert missing == []


COMMANDS = ("", "check", "shapes", "verify", "watch", "run", "batch", "cache", "explain", "doctor", "mcp", "lsp")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_every_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main.main([*filter(None, [command]), "--help"]) == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert [line for line in out.splitlines() if len(line) > 80] == []


def test_every_command_is_listed_and_has_its_help_read(capsys: pytest.CaptureFixture[str]) -> None:
    main.main(["--help"])
    listed = capsys.readouterr().out.partition("Commands:\n")[2].partition("\n\n")[0]
    assert [line.split()[0] for line in listed.splitlines() if line[2] != " "] == list(COMMANDS[1:])


COMPLETIONS = {
    "commands": ("autofix sh", {"shapes"}),
    "options without a file": ("autofix --al", {"--allow-network", "--also", "--alternatives"}),
    "options after a file": ("autofix net.py --pi", {"--pick"}),
    "options of a command": ("autofix shapes --ti", {"--time-limit"}),
    "choices": ("autofix net.py --prefer ", {"concrete", "lazy"}),
}


@pytest.mark.parametrize("words, expected", COMPLETIONS.values(), ids=COMPLETIONS)
def test_completion(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str, expected: set[str]
) -> None:
    monkeypatch.setenv("_AUTOFIX_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(words.count(" ")))
    with pytest.raises(SystemExit, match="0"):
        main.main([])
    assert set(capsys.readouterr().out.split()) == expected


# -- starting the probe ahead ------------------------------------------------------------------------------------------

STARTS = {
    "repair": ("net.py -s 1,2", {}, True),
    "options first": ("-s 1,2 net.py", {}, True),
    "shapes": ("shapes net.py", {}, True),
    "a file called like an option": ("-- --help", {}, True),
    "nothing": ("", {}, False),
    "help": ("--help", {}, False),
    "late help": ("net.py -h", {}, False),
    "version": ("--version", {}, False),
    "version, short": ("-V", {}, False),
    "check": ("check net.py", {}, True),
    "explain": ("explain AF101", {}, False),
    "completion": ("net.py -s 1,2", {"_AUTOFIX_COMPLETE": "complete_bash"}, False),
}


@pytest.mark.parametrize("words, environment, expected", STARTS.values(), ids=STARTS)
def test_runs_model(words: str, environment: dict[str, str], expected: bool) -> None:
    assert runs_model(words.split(), environment) is expected


INTERPRETERS = {
    "none": ("net.py", None),
    "a word": ("net.py --python a/python -s 1", "a/python"),
    "joined": ("--python=a/python net.py", "a/python"),
    "the last one": ("--python a --python=b net.py", "b"),
    "no value": ("net.py --python", None),
    "after the separator": ("net.py -- --python x", None),
}


@pytest.mark.parametrize("words, expected", INTERPRETERS.values(), ids=INTERPRETERS)
def test_interpreter(words: str, expected: str | None) -> None:
    assert interpreter(words.split()) == expected


def test_the_depth_of_a_table_is_a_number_from_one() -> None:
    choice = parser.parse(["shapes", "net.py", "--depth", "2"])
    assert isinstance(choice, ShapesChoice)
    assert choice.depth == 2
    with pytest.raises(UsageError, match="--depth"):
        parser.parse(["shapes", "net.py", "--depth", "0"])
