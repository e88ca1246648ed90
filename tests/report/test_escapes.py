"""One hostile project through every format: what a file, a name or an error says is shown, and never obeyed."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autofix.batch.records import BatchReport, JobOutcome
from autofix.batch.reports import github, html, markdown
from autofix.frontends.cli import main, terminal
from autofix.report.terminal_text import visible
from autofix.session.session import Session

ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\r\u202e\u2066\u200b"
MARKUP = "</script><img src=x onerror=alert(1)>&lt; | `a` [a](javascript:alert(1)) @all #1 %0A::error::owned"
HOSTILE = f"{ESCAPES}{MARKUP} ::error::owned \n::error::owned\n## owned\n| a | b | c | d |"
NAME = f"e{ESCAPES.replace(chr(13), '')}<img src=x>|`%0A::error::,;&\n::error::owned.py"
TEXT = f'''\
import torch

Hostile = type({HOSTILE!r}, (torch.nn.Linear,), {{}})


class Net(torch.nn.Module):
    """{ESCAPES.replace(chr(13), "")}{MARKUP}"""

    def __init__(self):
        super().__init__()
        self.add_module({HOSTILE.replace(".", "")!r}, Hostile(4, 4))
        self.last = torch.nn.Linear(5, 2)  # {ESCAPES.replace(chr(13), "")}{MARKUP}

    def forward(self, x):
        for layer in self.children():  # {ESCAPES.replace(chr(13), "")}{MARKUP}
            x = layer(x)
        return x


class Raises(torch.nn.Module):
    def forward(self, x):
        x = x + 1  # A forward that only raises is that of an abstract class.
        raise ValueError({HOSTILE!r})


class Exits(torch.nn.Module):
    def forward(self, x):
        x = x + 1
        raise SystemExit({HOSTILE!r})
'''
# A terminal obeys the styles of ours; everything else that it would obey, or that reorders what is read, is no text.
OUR_STYLES = re.compile(r"\x1b\[[0-9;]*m")

pytestmark = pytest.mark.torch


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").touch()
    path = tmp_path / NAME
    path.write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return path


def _is_shown_only(text: str) -> None:
    plain = OUR_STYLES.sub("", text)
    unseen = {character for character in plain if character != "\n" and visible(character) != character}
    assert not unseen, f"{sorted(map(ascii, unseen))} in {plain!r}"
    assert not [line for line in plain.splitlines() if line.lstrip().startswith(("::", "##"))]


@pytest.mark.parametrize("colour", ["", "1"], ids=["plain", "coloured"])
@pytest.mark.parametrize("model", ["Net", "Raises", "Exits", "Absent", HOSTILE])
@pytest.mark.parametrize("option", ["shapes", "--alternatives", "--verbose", "--quiet"])
def test_words_for_people(
    option: str,
    model: str,
    colour: str,
    hostile: Path,
    session: Session,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FORCE_COLOR", colour)
    words = [option, NAME] if option == "shapes" else [NAME, option]
    assert main.main([*words, "-s", "2,4", "-m", model], session) in {1, 2}
    streams = capsys.readouterr()
    _is_shown_only(streams.err)
    if option == "shapes":
        _is_shown_only(streams.out)


@pytest.mark.parametrize("format", ["json", "sarif"])
def test_documents_for_programs(
    format: str, hostile: Path, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main([NAME, "-s", "2,4", "-m", "Net", "--format", format], session) == 1
    document = capsys.readouterr().out
    assert document.isascii()
    assert "\x1b" not in document
    content = json.loads(document)
    if format == "sarif":
        uris = {artifact["location"]["uri"] for artifact in content["runs"][0]["artifacts"]}
        assert {unquote(uri) for uri in uris} == {NAME}
        assert all(re.fullmatch(r"[A-Za-z0-9._~/%-]+", uri) for uri in uris)


def test_patch_has_the_bytes_of_the_file_where_nobody_looks(
    hostile: Path, session: Session, capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    plain = tmp_path / "plain.py"
    plain.write_text(TEXT)
    assert main.main(["plain.py", "-s", "2,4", "-m", "Net"], session) == 1
    patch = capfdbinary.readouterr().out
    assert f"-        self.last = torch.nn.Linear(5, 2)  # {ESCAPES.replace(chr(13), '')}{MARKUP}\n".encode() in patch
    _is_shown_only(terminal.patch_to_look_at(patch, coloured=True))


# -- a batch -----------------------------------------------------------------------------------------------------------


class _Page(HTMLParser):
    """The tags of a page, and what they may run or fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.scripts = 0
        self.find_silent_faults: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.scripts += tag == "script"
        names = ("src", "href", "style", "srcdoc", "action", "formaction")
        self.find_silent_faults += [(tag, name) for name, _ in attrs if name.startswith("on") or name in names]


def _html(document: str) -> None:
    page = _Page()
    page.feed(document)
    assert page.scripts == 1
    assert page.find_silent_faults == []
    assert not page.tags & {"img", "iframe", "object", "embed", "link", "base", "form", "a"}
    assert not page.tags & {"image", "use", "foreignobject", "animate", "set"}  # Of an SVG element, which is ours.
    assert "default-src &#x27;none&#x27;" in document
    assert not {character for character in document if character not in "\n\t" and visible(character) != character}


def _markdown(document: str) -> None:
    assert not {character for character in document if character not in "\n\t" and visible(character) != character}
    outside = "".join(re.split(r"^(`{3,})diff\n.*?^\1$", document, flags=re.MULTILINE | re.DOTALL)[::2])
    ours = re.sub(r"</?details>|<summary><code>[^<>]*</code></summary>", "", outside)
    assert not re.search(r"(?<!\\)[<>]", ours.replace("\n> ", "\n"))
    assert not re.search(r"(?<!\\)\[", ours)
    rows = [line for line in ours.splitlines() if line.startswith("|")]
    assert rows
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {4}
    assert [line for line in ours.splitlines() if line.startswith("#")] == ["# autofix"]


def _junit(document: str) -> None:
    cases = ElementTree.fromstring(document).iter("testcase")
    assert [case.get("file") for case in cases] == [visible(NAME)] * 3


def _github(document: str) -> None:
    lines = document.splitlines()
    assert len(lines) >= 3
    assert [line for line in lines if not re.match(r"::(error|warning) file=[^:,]+,(line|title)=", line)] == []
    assert not {character for character in document if character != "\n" and visible(character) != character}


def _ascii(document: str) -> None:
    assert document.isascii()
    json.loads(document)


FORMATS: dict[str, Callable[[str], None]] = {
    "html": _html,
    "markdown": _markdown,
    "junit": _junit,
    "github": _github,
    "json": _ascii,
    "sarif": _ascii,
}


def test_formats_of_a_batch(
    hostile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "autofix.toml").write_text('sample-shape = ["2,4"]\n')
    for name, check in FORMATS.items():
        main.main(["batch", ".", "--jobs", "1", "--format", name])
        streams = capsys.readouterr()
        _is_shown_only(streams.err)
        check(streams.out)
    main.main(["batch", ".", "--jobs", "1", "--discover"])
    manifest = capsys.readouterr().out
    assert [target["path"] for target in tomllib.loads(manifest)["targets"]] == [NAME] * 3
    assert not {character for character in manifest if character != "\n" and visible(character) != character}


# -- any text ----------------------------------------------------------------------------------------------------------

ANY = st.text(st.characters(exclude_categories=()) | st.sampled_from("<>&\"'`|\\[]@#%:\x1b\u202e\r\n\t"))


@given(ANY)
def test_any_text_is_shown_on_a_terminal(text: str) -> None:
    for line in (terminal.one_line(text), visible(text)):
        assert all(visible(character) == character for character in line)
    assert all(character in "\t\n" or visible(character) == character for character in terminal.visible(text))


@given(ANY)
def test_any_text_is_text_in_html(text: str) -> None:
    ours, page = _Page(), _Page()
    ours.feed(html.render(BatchReport((), ("a note",))))
    page.feed(html.render(BatchReport((), (text,))))
    assert (page.tags, page.scripts) == (ours.tags, ours.scripts)


@given(ANY)
def test_any_text_is_text_in_markdown(text: str) -> None:
    before = markdown.render(BatchReport((), ("a note",))).removesuffix("a note\n")
    document = markdown.render(BatchReport((), (text,)))
    assert document.startswith(before)
    shown = document.removeprefix(before).removesuffix("\n")
    assert "\n" not in shown
    assert not re.search(r"[<>|`\[\]]", re.sub(r"\\[\\<>|`\[\]]", "", shown))


@given(ANY)
def test_any_text_is_one_property_of_a_workflow_command(text: str) -> None:
    outcome = JobOutcome("", {"ending": "not-run", "target": {"path": text}, "message": text}, {})
    document = github.render(BatchReport((outcome,)))
    assert re.fullmatch(r"::warning file=[^:,\r\n]*,title=autofix::[^\n]*\n", document)
