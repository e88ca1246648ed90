"""Files that change under the hands of a repair, and notebooks of any JSON: nothing is lost or half written."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from fuzzing import World, check_ending, check_patch, check_unchanged, command, fuzzed, world
from hypothesis import strategies as st
from programs import FAULTY, HEAD, SAMPLE
from texts import file_texts, json_values, odd_texts

from autofix.batch import notebooks
from autofix.frontends.cli import atomic_write
from autofix.records.errors import UsageError
from autofix.records.locations import SourceText
from autofix.session.session import Session

MODEL = (HEAD + FAULTY).encode()
APPLY = ["net.py", "-s", SAMPLE, "--apply", "--unsafe-fixes"]
Change = Callable[[Path], None]


def _remove(path: Path) -> None:
    path.unlink()


def _remove_folder(path: Path) -> None:
    shutil.rmtree(path.parent)
    path.parent.mkdir()  # The working directory of the test stays.
    path.with_name("pyproject.toml").touch()


def _folder(path: Path) -> None:
    path.unlink()
    (path / "net.py").mkdir(parents=True)


def _link_out(path: Path) -> None:
    path.unlink()
    path.symlink_to("../secret.py")


def _link_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to("nothing.py")


def _link_to_itself(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def _link_to_null(path: Path) -> None:
    path.unlink()
    path.symlink_to(os.devnull)


def _protect(path: Path) -> None:
    path.chmod(0o444)


def _append(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _other_line_ends(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


CHANGES: dict[str, Change] = {
    change.__name__.strip("_").replace("_", " "): change
    for change in (
        *(_remove, _remove_folder, _folder, _link_out, _link_to_nothing, _link_to_itself, _link_to_null, _protect),
        *(_append, _empty, _other_line_ends),
    )
}


def _applied_while(change: Change, project_world: World, words: list[str], session: Session | None) -> None:
    """Check that a file that changes after it was analysed and before it is written stays as it was changed."""
    real = atomic_write.write
    left: list[dict[str, bytes]] = []

    def write(changes: Any, root: Path) -> None:
        change(project_world.project / "net.py")
        left.append(project_world.files())
        real(changes, root)

    with mock.patch.object(atomic_write, "write", write):
        done = command(words, session)
    check_ending(done)
    assert len(left) == 1, done
    check_unchanged(left[0], project_world)
    assert (done.code, done.output) == (2, b"")
    assert "nothing was written" in done.errors


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_file_changes_before_it_is_written(session: Session, change: Change) -> None:
    with world({"net.py": MODEL}) as project_world:
        _applied_while(change, project_world, APPLY, session)


@fuzzed(normal=6, long=180, data=st.one_of(st.binary(max_size=40), file_texts.map(str.encode), st.just(MODEL + b" ")))
def test_the_file_becomes_anything_before_it_is_written(session: Session, data: bytes) -> None:
    with world({"net.py": MODEL}) as project_world:
        _applied_while(lambda path: _write(path, data), project_world, APPLY, session)


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


class _Meddling:
    """A session beside which somebody changes the file at one of the runs."""

    def __init__(self, session: Session, at: int, change: Callable[[], None]) -> None:
        self._session, self._left, self._change = session, at, change

    def ask(self, request: Any) -> Any:
        self._left -= 1
        if self._left == 0:
            self._change()
        return self._session.ask(request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


@fuzzed(normal=6, long=180, at=st.integers(1, 4), name=st.sampled_from(sorted(CHANGES)))
def test_the_file_changes_while_the_search_runs(session: Session, at: int, name: str) -> None:
    """What is shown belongs to the text that was read first, and what is written too, or nothing is."""
    with world({"net.py": MODEL}) as project_world:
        left: list[dict[str, bytes]] = []

        def meddle() -> None:
            CHANGES[name](project_world.project / "net.py")
            left.append(project_world.files())

        done = command(APPLY, _Meddling(session, at, meddle))  # type: ignore[arg-type]
        check_ending(done)
        if left:
            check_unchanged(left[0], project_world)
            # Where it leads out of the project before a repair is searched for, there is none.
            assert done.code == 2 or (
                done.code == 1 and "is not edited: it lies outside" in " ".join(done.errors.split())
            )
        else:
            assert done.code == 0


@pytest.mark.parametrize("name", ["append", "remove", "folder", "link out", "protect"])
def test_the_file_changes_before_a_batch_writes_it(name: str) -> None:
    with world({"net.py": MODEL + f"Net()(torch.ones({SAMPLE}))\n".encode()}) as project_world:
        words = ["batch", "net.py", "--apply", "--unsafe-fixes", "--no-cache", "--jobs", "1"]
        _applied_while(CHANGES[name], project_world, words, None)


# -- notebooks ---------------------------------------------------------------------------------------------------------

_SOURCES = st.one_of(
    st.lists(st.one_of(odd_texts, st.sampled_from(("%magic\n", "x = 1\n", "!ls", "%%bash\n", "\n", "a?"))), max_size=4),
    odd_texts,
    json_values,
)
_CELLS = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {"cell_type": st.sampled_from(("code", "code", "markdown", "raw", 1)), "source": _SOURCES},
            optional={"metadata": json_values, "outputs": json_values, "größe": json_values},
        ),
        json_values,
    ),
    max_size=4,
)
_NOTEBOOKS = st.one_of(json_values, st.fixed_dictionaries({"cells": st.one_of(_CELLS, json_values)}))
_RAW = st.one_of(
    st.tuples(_NOTEBOOKS, st.sampled_from((None, 1)), st.booleans()).map(
        lambda parts: json.dumps(parts[0], indent=parts[1], ensure_ascii=parts[2])
    ),
    odd_texts,
    st.sampled_from(('{"cells": [', '{"cells": [{}]}', '{"cells": ' + "[" * 100_000, '{"cells": [1e999]}')),
    st.just('{"cells": [' + "1" * 5000 + "]}"),
)


@fuzzed(normal=45, long=900, text=_RAW)
def test_any_json_is_a_notebook_or_is_not(text: str) -> None:
    """What is read is put back byte for byte where nothing changed."""
    raw = SourceText(Path("nb.ipynb"), text, "utf-8", False)
    with contextlib.suppress(UsageError):
        read = notebooks.parsed(raw)
        assert notebooks.spliced(read, read.text) == text


_LINES = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"), max_size=6), min_size=1, max_size=4
)


@fuzzed(
    normal=30,
    long=675,
    cells=st.lists(st.tuples(_LINES, st.booleans(), st.booleans()), min_size=1, max_size=3),
    data=st.data(),
)
def test_a_changed_line_is_put_back_into_its_cell(
    cells: list[tuple[list[str], bool, bool]], data: st.DataObject
) -> None:
    """Reading the notebook again gives the changed text, and other cells keep their bytes."""
    drawn = []
    for lines, as_string, ends in cells:
        source = [f"{line}\n" for line in lines[:-1]] + [lines[-1] + ("\n" if ends else "")]
        drawn.append({"cell_type": "code", "source": "".join(source) if as_string else source, "outputs": [{"a": 1}]})
    text = json.dumps({"cells": drawn, "nbformat": 4}, indent=data.draw(st.sampled_from((None, 1))), ensure_ascii=False)
    read = notebooks.parsed(SourceText(Path("nb.ipynb"), text, "utf-8", False))
    old = read.text.split("\n")[:-1]
    at = data.draw(st.integers(0, len(old) - 1))
    new = [*old[:at], "changed = 'größe \\ \"'", *old[at + 1 :]]
    after = notebooks.spliced(read, "\n".join(new) + "\n")
    again = notebooks.parsed(SourceText(Path("nb.ipynb"), after, "utf-8", False))
    assert len(again.lines) == len(read.lines)
    assert again.lines[at].text == new[at]
    others = [line.text for number, line in enumerate(read.lines) if number != at]
    assert [line.text for number, line in enumerate(again.lines) if number != at] == others
    assert json.loads(after)["nbformat"] == 4


@fuzzed(normal=4, long=40, texts=st.lists(_RAW, min_size=3, max_size=3))
def test_notebooks_of_any_json_in_a_batch(texts: list[str]) -> None:
    """A batch of files that are hardly notebooks repairs the model beside them."""
    files = {f"{number}.ipynb": text.encode("utf-8", "surrogatepass") for number, text in enumerate(texts)}
    model = MODEL + f"Net()(torch.ones({SAMPLE}))\n".encode()
    with world({"net.py": model, **files}) as project_world:
        before = project_world.files()
        done = command(["batch", ".", "--no-cache", "--jobs", "1", "--unsafe-fixes"], None)
        assert done.code in {1, 2}, done
        assert "Traceback" not in done.errors
        check_unchanged(before, project_world)
        check_patch(done.output, project_world)
        assert b"nn.Linear(5, 2)" in done.output
