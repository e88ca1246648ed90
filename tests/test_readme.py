"""The commands in README print what README shows, in a terminal of 80 columns."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from autofix.frontends.cli import main
from autofix.session.session import Session

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
# A command of ours with what it prints; without what goes to stderr where that is sent elsewhere.
EXAMPLES = re.findall(r"^```\n\$ autofix (.*?)( 2> /dev/null)?\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("words, silenced, expected", EXAMPLES, ids=[words.split("/")[1] for words, _, _ in EXAMPLES])
def test_an_example_prints_what_is_shown(
    words: str,
    silenced: str,
    expected: str,
    session: Session,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")
    main.main(shlex.split(words), session)
    out, err = capfd.readouterr()
    assert (out if silenced else err) == expected


def test_the_first_screen_holds_a_report_and_the_two_commands() -> None:
    screen = README.splitlines()[:42]
    assert {"make demo", "make test"} <= {line.partition("  ")[0] for line in screen}
    assert len(EXAMPLES) == 3
    assert EXAMPLES[0][2].count("\n") <= 16
