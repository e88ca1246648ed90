"""Who may say that code is run, and who may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autofix.frontends.lsp.trust import Trust, declared


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "state" / "autofix" / "trusted.json"


CASES: dict[str, tuple[dict[str, Any], bool]] = {
    "nothing said": ({}, False),
    "the editor trusts": ({"workspaceTrust": True}, True),
    "the editor does not": ({"workspaceTrust": False, "trusted": True}, False),
    "the user trusts all": ({"trusted": True}, True),
    "the user trusts this one": ({"trusted": ["{folder}"]}, True),
    "the user trusts one inside": ({"trusted": ["{folder}/inner"]}, False),
    "a word instead of a list": ({"trusted": "{folder}"}, False),
    "a number": ({"workspaceTrust": 1, "trusted": 1}, False),
    "a setting": ({"settings": {"trusted": True, "workspaceTrust": True}}, False),
}


@pytest.mark.parametrize("options, allowed", CASES.values(), ids=CASES.keys())
def test_what_the_client_says(options: dict[str, Any], allowed: bool, tmp_path: Path, store: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    values = dict(options)
    trusted = values.get("trusted")
    if isinstance(trusted, list):
        values["trusted"] = [name.format(folder=folder) for name in trusted]
    elif isinstance(trusted, str):
        values["trusted"] = trusted.format(folder=folder)
    assert Trust(declared(values), store).allows(folder / "net.py") is allowed


def test_a_trusted_folder_is_known_to_every_server(tmp_path: Path, store: Path) -> None:
    project = tmp_path / "project"
    (project / "sub").mkdir(parents=True)
    first, other = Trust(declared({}), store), Trust(declared({}), store)
    assert not other.allows(project / "net.py")
    first.add(project)
    assert other.allows(project / "sub" / "net.py")
    assert not other.allows(tmp_path / "project2" / "net.py")
    other.remove(project / "sub")
    assert not first.allows(project / "net.py")
    assert list(store.parent.iterdir()) == [store]


def test_a_link_counts_where_it_leads(tmp_path: Path, store: Path) -> None:
    trusted, foreign = tmp_path / "trusted", tmp_path / "foreign"
    trusted.mkdir()
    foreign.mkdir()
    (foreign / "net.py").touch()
    (trusted / "net.py").symlink_to(foreign / "net.py")
    trust = Trust(declared({}), store)
    trust.add(trusted)
    assert not trust.allows(trusted / "net.py")
    assert trust.allows(trusted / "other.py")


@pytest.mark.parametrize("content", ["", "[]", "{", '{"folders": 3}', '{"folders": [3]}', "\xff"])
def test_a_store_that_cannot_be_read_trusts_nothing(content: str, tmp_path: Path, store: Path) -> None:
    store.parent.mkdir(parents=True)
    store.write_bytes(content.encode("latin-1"))
    trust = Trust(declared({}), store)
    assert not trust.allows(tmp_path / "net.py")
    trust.add(tmp_path)
    assert trust.allows(tmp_path / "net.py")


def test_only_without_a_word_of_the_editor_can_it_change(store: Path) -> None:
    assert Trust(declared({}), store).can_change
    assert not Trust(declared({"workspaceTrust": False}), store).can_change
