"""The extension in a Jupyter kernel: what a cell that fails over a shape ends with, and what the next cell becomes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from autofix.frontends.ipython import cell_slice

ROOT = Path(__file__).parents[3]
# Neither has types.
NEW_CELL: Any = nbformat.v4.new_code_cell
NEW_NOTEBOOK: Any = nbformat.v4.new_notebook
pytestmark = pytest.mark.torch


class Notebook:
    """A kernel in a folder that runs one cell after the other."""

    def __init__(self, client: NotebookClient) -> None:
        self._client = client
        self._payload: list[dict[str, Any]] = []
        client.on_cell_executed = self._keep

    def _keep(self, cell: Any, cell_index: int, execute_reply: dict[str, Any]) -> None:
        self._payload = execute_reply["content"].get("payload", [])

    def run(self, source: str) -> dict[str, str]:
        """Run a cell and return its outputs: what was printed, the error, and the forms of what is displayed."""
        cell = NEW_CELL(source)
        self._client.nb.cells.append(cell)
        self._client.execute_cell(cell, len(self._client.nb.cells) - 1)
        outputs: dict[str, str] = {}
        for output in cell.outputs:
            if output.output_type == "stream":
                outputs["printed"] = outputs.get("printed", "") + output.text
            elif output.output_type == "error":
                outputs["error"] = output.evalue
            else:
                outputs |= output.data
        return outputs

    def next_cell(self) -> str:
        """Return what the last cell put into the next one."""
        (text,) = [entry["text"] for entry in self._payload if entry["source"] == "set_next_input"]
        return str(text)


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(ROOT), str(ROOT / "rules"))))
    client = NotebookClient(
        NEW_NOTEBOOK(),
        timeout=170,
        allow_errors=True,
        kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    )
    with client.setup_kernel():
        shown = Notebook(client)
        assert shown.run("%load_ext autofix") == {}
        yield shown


NET = """\
calls = []
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 5)
        self.fc = nn.Linear(6 * 12 * 12, 10)

    def forward(self, x):
        calls.append(len(x))
        x = torch.relu(nn.functional.max_pool2d(self.conv(x), 2))
        return self.fc(x.flatten(1))
"""


def test_a_cell_that_fails(notebook: Notebook) -> None:
    for source in ("import torch\nfrom torch import nn", NET, "net = Net()", "x = torch.rand(8, 3, 32, 32)"):
        assert notebook.run(source) == {}
    shown = notebook.run("%time\nscores = net(x)")
    assert shown["error"].startswith("mat1 and mat2 shapes cannot be multiplied")
    lines = shown["text/plain"].splitlines()
    assert len(lines) <= 16
    assert max(map(len, lines)) <= 80
    assert lines[:2] == ["error[AF101]: `fc` takes 864 features but receives 1176", "  --> In[3], line 11"]
    assert f"{shown['text/plain']}\n```" in (ROOT / "docs" / "notebooks.md").read_text("utf-8")
    assert "fix (safe)" in shown["text/plain"]
    assert ">+        self.fc = nn.Linear(6 * 14 * 14, 10)</span>" in shown["text/html"]
    assert shown["text/html"].count("<svg ") == 1
    assert notebook.run("print(calls)")["printed"] == "[8]\n"
    assert notebook.run("%autofix --apply") == {}
    assert notebook.next_cell() == f"{NET.replace('12 * 12', '14 * 14')}\nnet = Net()\n\n%time\nscores = net(x)"
    assert "error" not in notebook.run(notebook.next_cell())
    assert notebook.run("print(tuple(scores.shape))")["printed"] == "(8, 10)\n"
    assert "864 features" not in notebook.run("%autofix net -s 3,3,32,32")["text/plain"]


HIDDEN = (
    "import torch\nfrom torch import nn, optim",
    "exec('width = 24')",
    "net = nn.Sequential(nn.Linear(8, width), nn.ReLU())",
    "net.append(nn.Linear(20, 4))\nraise KeyError('later')\nnet = None",
    "batches = [torch.rand(2, 8) for _ in range(3)]\noptimizer = optim.SGD(net.parameters(), 0.1)",
)


def test_hidden_state_is_used(notebook: Notebook) -> None:
    for source in HIDDEN:
        notebook.run(source)
    step = "for batch in batches:\n    optimizer.zero_grad()\n    net(batch).sum().backward()\n    optimizer.step()"
    assert "In[5], line 1" in notebook.run(step)["text/plain"]
    notebook.run("%autofix --apply")
    assert notebook.next_cell().startswith("net.append(nn.Linear(width, 4))\nraise KeyError('later')\nnet = None")
    assert "takes 20 features but receives 24" in notebook.run("%autofix net -s 3,8")["text/plain"]


def test_a_cell_without_a_model_of_a_name(notebook: Notebook) -> None:
    notebook.run("import torch\na, b = torch.rand(3, 4), torch.rand(5, 4)")
    assert "fix (safe): transpose (5, 4)" in notebook.run("c = a @ b")["text/plain"]
    notebook.run("%autofix --apply")
    assert notebook.next_cell() == "c = a @ b.t()"
    assert {*notebook.run("raise ValueError('the size of it')")} == {"error"}
    assert {*notebook.run("torch.rand(3)[1][2][3]")} >= {"error"}


WIDE = """\
from torch import nn


class Wide(nn.Module):
    def __init__(self, hidden=12):
        super().__init__()
        self.a = nn.Linear(6, hidden)
        self.norm = nn.LayerNorm(10)

    def forward(self, x, scaled):
        return self.norm(self.a(x)) if scaled else x
"""


def test_a_fault_in_a_file(notebook: Notebook, tmp_path: Path) -> None:
    path = tmp_path / "wide.py"
    path.write_text(WIDE, "utf-8")
    notebook.run("import torch\nfrom wide import Wide\nwide, x = Wide(), torch.rand(5, 6)")
    shown = notebook.run("wide(x, True)")
    assert "wide.py:11:" in shown["text/plain"]
    notebook.run("%autofix --apply --unsafe-fixes")
    assert path.read_text("utf-8") != WIDE
    assert "importlib.reload(sys.modules['wide'])" in notebook.next_cell()
    assert "error" not in notebook.run(notebook.next_cell())


WORDS = {
    "": "autofix: %autofix MODEL [-s SHAPE]",
    "absent": "autofix: `absent` is no model of this kernel; name a variable that holds one",
    "--apply": "autofix: there is no patch; run a cell that fails over a shape first",
    "net -s x": "autofix: `net` is no model",
}


def test_words_that_are_refused(notebook: Notebook) -> None:
    for words, answer in WORDS.items():
        assert answer.partition("`net`")[0] in notebook.run(f"%autofix {words}")["printed"]
    assert notebook.run("%unload_ext autofix") == {}
    assert "not found" in notebook.run("%autofix net")["printed"]


CELLS = {
    "what a name needs": (["a = 1\nb = 2", "c = a"], "c", ["a = 1", "c = a"]),
    "what was there before is of no matter": (["a = 1", "a = 2", "c = a"], "c", ["a = 2", "c = a"]),
    "what changes an object": (
        ["a = []\na.append(1)\na[0] = 2\na.train()", "b = a"],
        "b",
        ["a = []", "a.append(1)", "a[0] = 2", "b = a"],
    ),
    "imports": (["import os, sys\nimport re", "p = os.path"], "p", ["import os, sys", "p = os.path"]),
    "what functions read": (
        ["k = 3", "@cache\ndef f():\n    return k", "f()"],
        "f",
        ["k = 3", "@cache\ndef f():\n    return k"],
    ),
    "loops": (["s = 0\nfor i in range(3):\n    s += i"], "s", ["s = 0", "for i in range(3):\n    s += i"]),
    "no Python": (["a = 1", "a = = 2"], "a", ["a = 1"]),
}


@pytest.mark.parametrize("cells, name, expected", CELLS.values(), ids=CELLS)
def test_what_a_name_needs(cells: list[str], name: str, expected: list[str]) -> None:
    kept = cell_slice.needed(cell_slice.statements(cells), frozenset((name,))).statements
    assert ["\n".join(cells[s.cell].split("\n")[s.first - 1 : s.last]) for s in kept] == expected
