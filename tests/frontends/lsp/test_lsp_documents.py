"""Open texts, the changes made to them, and notebooks as one module."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autofix.frontends.lsp.documents import Documents, Module, path_of
from autofix.frontends.lsp.position_encoding import Encoding, Lines
from autofix.frontends.lsp.results import moved_range
from autofix.records.locations import Position, Range

URI = "file:///project/net.py"
NOTEBOOK = "file:///project/net.ipynb"
CHARACTERS = st.text(st.sampled_from("aß🙂\r\n\x0c\u2028 "), max_size=20)


@given(text=CHARACTERS, edits=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 9), CHARACTERS), max_size=6))
def test_changes_arrive_as_the_editor_made_them(text: str, edits: list[tuple[int, int, str]]) -> None:
    """Against the same edits made on a string, in units of UTF-16."""
    documents = Documents(Encoding.UTF_16)
    documents.open(URI, 1, text, "python")
    version = 1
    for at, removed, added in edits:
        start = at % (len(text) + 1)
        end = min(len(text), start + removed)
        if {text[start - 1 : start + 1], text[end - 1 : end + 1]} & {"\r\n"}:
            continue  # No position lies between CR and LF.
        version += 1
        documents.change(URI, version, [((*_place(text, start), *_place(text, end)), added)])
        text = text[:start] + added + text[end:]
        assert documents.buffers[URI].text == text
        assert documents.buffers[URI].version == version


def _place(text: str, offset: int) -> tuple[int, int]:
    before = re.split(r"\r\n|\r|\n", text[:offset])
    return len(before) - 1, len(before[-1].encode("utf-16-le")) // 2


def test_a_change_of_a_text_that_is_not_open_is_nothing() -> None:
    documents = Documents()
    assert documents.change(URI, 2, [(None, "x")]) is None
    assert documents.module(URI) is None


@pytest.mark.parametrize(
    "uri, path",
    [
        ("file:///a/b.py", Path("/a/b.py")),
        ("file:///a/b%20c/%C3%A4.py", Path("/a/b c/ä.py")),
        ("file:///a/x%2523.py", Path("/a/x%23.py")),
        ("untitled:Untitled-1", None),
        ("vscode-notebook-cell:/a/b.ipynb#W0", None),
        ("", None),
    ],
)
def test_the_file_of_a_uri(uri: str, path: Path | None) -> None:
    assert path_of(uri) == path


CELLS = {
    "import torch\n%matplotlib inline": "import torch\npass",
    "# Notes": None,
    "%%bash\nls": "#\n#",
    "files = !ls\nif files:\n    !rm x\nnet?": "files = None\nif files:\n    pass\npass",
    "x = 10 % 3\ny = x\n": "x = 10 % 3\ny = x\n",
    "": "",
}


@pytest.fixture
def notebook() -> Module:
    documents = Documents()
    uris = []
    for number, (text, plain) in enumerate(CELLS.items()):
        uris.append(f"cell:{number}")
        documents.open(uris[-1], 1, text, "markdown" if plain is None else "python")
    documents.open_notebook(NOTEBOOK, uris)
    assert documents.key("cell:0") == NOTEBOOK
    assert documents.analysable() == [NOTEBOOK]
    assert list(documents.texts()) == []
    module = documents.module(NOTEBOOK)
    assert module is not None
    assert module.is_notebook
    return module


def test_cells_are_one_module(notebook: Module) -> None:
    assert notebook.text == "\n".join(plain for plain in CELLS.values() if plain is not None) + "\n"
    compile(notebook.text, "net.ipynb", "exec")


def test_every_place_of_a_notebook_is_one_of_its_cell(notebook: Module) -> None:
    for part in notebook.parts:
        cell = part.buffer
        for number in range(1, cell.lines.count + 1):
            own = Range(Position(number, 0), Position(number, len(cell.lines.line(number))))
            in_module = notebook.to_module(cell.uri, own)
            assert in_module is not None
            assert notebook.to_editor(in_module) == (cell, own)
            assert notebook.is_kept(in_module.start.line) == (
                cell.lines.line(number) == notebook.lines.line(in_module.start.line)
            )
    assert notebook.to_module("cell:1", Range(Position(1, 0), Position(1, 0))) is None


def test_a_range_over_two_cells_is_none_but_whole_lines_are_the_cells(notebook: Module) -> None:
    first = notebook.parts[0]
    assert notebook.to_editor(Range(Position(1, 0), Position(first.last + 1, 1))) is None
    in_cell = notebook.to_editor(Range(Position(first.last, 0), Position(first.last + 1, 0)))
    assert in_cell == (first.buffer, Range(Position(first.last, 0), first.buffer.lines.end))


def test_cells_come_and_go() -> None:
    documents = Documents()
    documents.open("cell:0", 1, "a = 1", "python")
    documents.open_notebook(NOTEBOOK, ["cell:0"])
    documents.open("cell:1", 1, "b = 2", "python")
    documents.change_cells(NOTEBOOK, 0, 0, ["cell:1"])
    module = documents.module(NOTEBOOK)
    assert module is not None
    assert module.text == "b = 2\na = 1\n"
    documents.change("cell:0", 2, [((0, 4, 0, 5), "3")])
    documents.change_cells(NOTEBOOK, 0, 1, [])
    documents.close("cell:1")
    module = documents.module(NOTEBOOK)
    assert module is not None
    assert module.text == "a = 3\n"
    documents.close_notebook(NOTEBOOK)
    assert documents.module(NOTEBOOK) is None
    assert documents.buffers == {}


@given(before=CHARACTERS, now=CHARACTERS, line=st.integers(1, 8))
def test_what_was_found_moves_with_its_line_or_is_gone(before: str, now: str, line: int) -> None:
    old, new = Lines(before), Lines(now)
    place = Range(Position(line, 0), Position(line, len(old.line(line))))
    moved = moved_range(before, now, place)
    if line <= old.count and moved is not None:
        assert new.line(moved.start.line) == old.line(line)


def test_lines_below_an_inserted_one_move() -> None:
    place = Range(Position(2, 0), Position(2, 1))
    assert moved_range("a\nb\n", "new\na\nb\n", place) == Range(Position(3, 0), Position(3, 1))
    assert moved_range("a\nb\n", "a\nc\n", place) is None
