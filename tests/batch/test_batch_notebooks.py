"""Notebooks in a batch: cells as a module, and what is said of the module told of the notebook."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from autofix.batch import notebook_report, notebooks
from autofix.batch.records import Json
from autofix.frontends.cli import main
from autofix.records.locations import Position, Range

SARIF_SCHEMA = json.loads((Path(__file__).parents[1] / "data" / "sarif-2.1.0.json").read_text("utf-8"))
HEADER = "import torch\nfrom torch import nn"


def net(name: str, size: int, width: int = 128) -> str:
    return (
        f"class {name}(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        f'        self.body = nn.Linear({size}, 7)  # "{name}" \\ caf\u00e9\n'
        f"        self.head = nn.Linear(9, {size})\n\n"
        f"    def forward(self, x):\n        return self.head(self.body(x))\n\n\n{name}()(torch.ones(4, {width}))"
    )


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def notebook(*sources: object, indent: int | None = 1) -> str:
    listed = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in sources]
    listed.insert(1, {"cell_type": "markdown", "metadata": {}, "source": ["# Caf\u00e9 \u2028"]})
    return json.dumps({"cells": listed, "nbformat": 4, "nbformat_minor": 5}, indent=indent, ensure_ascii=False) + "\n"


NOTEBOOKS = {
    "lines": notebook(lines(f"%matplotlib inline\n{HEADER}"), lines(net("Net", 128))),
    "one string": notebook(f"!pip list\n{HEADER}\n", net("Net", 128)),
    "minified": notebook(lines(HEADER), lines(net("Net", 128)), indent=None),
    "one string, minified": notebook(HEADER, net("Net", 128), indent=None),
    "two models": notebook(lines(HEADER), lines(net("Net", 128)), lines(net("Other", 64, 64))),
    "two models, strings": notebook(HEADER, net("Net", 128), net("Other", 64, 64)),
}


@pytest.mark.torch
@pytest.mark.parametrize("text", NOTEBOOKS.values(), ids=NOTEBOOKS)
def test_every_format_tells_of_the_notebook(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two faults of each model, and whatever repair is taken, its text stands in the lines of the JSON."""
    path = tmp_path / "nb.ipynb"
    path.write_text(text, "utf-8", newline="")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    words = ["batch", ".", "-j", "1", "--unsafe-fixes", "--output", "all.patch", "--output-dir", "each"]
    assert main.main([*words, "--report", "all.json", "--report", "all.sarif"]) == 1
    errors = capsys.readouterr().err
    assert "__ipynb" not in errors + (tmp_path / "all.json").read_text("utf-8").replace('"module": "nb__ipynb"', "")
    targets = json.loads((tmp_path / "all.json").read_text("utf-8"))["targets"]
    repaired = text.replace("(9, 128)", "(7, 128)").replace("(9, 64)", "(7, 64)")
    for target in targets:
        _check_places(target["report"], text)
        assert f"nb.ipynb:cell {3 + targets.index(target)}:5: error" in errors
    _check_log(json.loads((tmp_path / "all.sarif").read_text("utf-8")), text)
    for patch in ([tmp_path / "all.patch"], sorted((tmp_path / "each").iterdir())):
        for part in patch:
            subprocess.run(["git", "apply", str(part)], cwd=tmp_path, check=True)
        assert path.read_bytes().decode("utf-8") == repaired
        path.write_text(text, "utf-8", newline="")


def _check_places(report: Json, text: str) -> None:
    """Check that ranges of the JSON report are those of the file."""
    (diagnostic,) = report["diagnostics"]
    assert (report["target"]["path"], diagnostic["path"]) == ("nb.ipynb", "nb.ipynb")
    assert _at(text, diagnostic["range"]) == "9"
    assert all(plan["files"] == ["nb.ipynb"] and not plan["steps"][0]["edits"] for plan in report["alternatives"])


def _at(text: str, place: Json) -> str:
    start, end = place["start"], place["end"]
    assert start["line"] == end["line"]
    line: str = text.split("\n")[start["line"] - 1]
    return line[start["column"] - 1 : end["column"] - 1]


def _check_log(log: Json, text: str) -> None:
    """Check that every fix of the SARIF log gives a notebook that can be read."""
    jsonschema.validate(log, SARIF_SCHEMA)
    for result in log["runs"][0]["results"]:
        for fix in result["fixes"]:
            ((change,),) = (fix["artifactChanges"],)
            assert change["artifactLocation"]["uri"] == "nb.ipynb"
            assert json.loads(_replaced(text, change["replacements"]))["nbformat"] == 4


def _replaced(text: str, replacements: list[dict[str, Any]]) -> str:
    all_lines = text.splitlines(keepends=True) if "\u2028" not in text else [f"{line}\n" for line in text.split("\n")]
    for replacement in sorted(replacements, key=lambda each: -int(each["deletedRegion"]["startLine"])):
        region = replacement["deletedRegion"]
        assert region["startColumn"] == 1
        assert region["endColumn"] == 1
        all_lines[region["startLine"] - 1 : region["endLine"] - 1] = [replacement["insertedContent"]["text"]]
    return "".join(all_lines)


def test_lines_are_added_and_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "nb.ipynb"
    path.write_text(notebook(["a = 1\n", "b = 2\n", "c = 3"]), "utf-8")
    book = notebooks.read(path)
    assert book.text == "a = 1\nb = 2\nc = 3\n"
    for after in ("a = 1\nx = 0\nb = 2\nc = 3\n", "z = 0\na = 1\nb = 2\nc = 3\n", "a = 1\nb = 2\nc = 4\nd = 5\n"):
        path.write_text(notebooks.spliced(book, after), "utf-8")
        assert notebooks.read(path).text == after


CELLS = {
    "a cell of another language": ("%%bash\nls |\n wc", "#\n#\n#\n"),
    "a magic that runs Python": ("%%time\nx = 1", "#\nx = 1\n"),
    "lines for IPython": (
        "x = 1\n%time y\n!ls\n?x\nx.y??\n  a, b = !ls",
        "x = 1\npass\npass\npass\npass\n  a, b = None\n",
    ),
    "a formula over lines": ("x = (7\n% 4)", "x = (7\n% 4)\n"),
    "a text with a per cent sign": ('x = """\n%d\n"""', 'x = """\n%d\n"""\n'),
}


@pytest.mark.parametrize("own", [True, False], ids=["lines", "one string"])
@pytest.mark.parametrize("source, expected", CELLS.values(), ids=CELLS)
def test_cells_as_a_module(source: str, expected: str, own: bool, tmp_path: Path) -> None:
    path = tmp_path / "nb.ipynb"
    path.write_text(notebook(lines(source) if own else source), "utf-8")
    book = notebooks.read(path)
    assert book.text == expected
    changed = f"{expected}last = 1\n"
    path.write_text(notebooks.spliced(book, changed), "utf-8")
    source_after = "".join(json.loads(path.read_text("utf-8"))["cells"][0]["source"])
    assert source_after == f"{source}\nlast = 1"


def test_places_and_names(tmp_path: Path) -> None:
    path = tmp_path / "nb.ipynb"
    path.write_text(notebook('a = "\u00e9"\nb = 2', ["c = 3\n", "d = 4"]), "utf-8")
    book = notebooks.read(path)
    raw = path.read_text("utf-8").split("\n")
    for line, column, expected in ((2, 4, "2"), (4, 4, "4")):
        place = book.range_of_file(Range(Position(line, column), Position(line, column + 1)))
        assert raw[place.start.line - 1][place.start.column : place.end.column] == expected
    assert notebook_report.words("see nb__ipynb.py:4:2 and nb__ipynb.py", book) == "see nb.ipynb:cell 3:2 and nb.ipynb"


@pytest.mark.torch
def test_a_model_made_in_a_cell_beside_one_that_is_no_python(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    cells = (
        "%matplotlib inline\n!pip install x",
        "import torch\nfrom torch import nn",
        "this is no python at all (",
        "%%bash\nls",
        "net = nn.Sequential(nn.Flatten(), nn.Linear(784, 32), nn.ReLU(), nn.Linear(16, 10))",
        "x = torch.randn(4, 1, 28, 28)\nprint(net(x).shape)",
    )
    listed = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": cell.splitlines(keepends=True)} for cell in cells
    ]
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "net.ipynb").write_text(json.dumps({"cells": listed, "nbformat": 4, "nbformat_minor": 5}, indent=1))
    assert main.main([str(tmp_path / "net.ipynb"), "-v"]) == 1
    captured = capfd.readouterr()
    assert "net.ipynb:cell 5:1: error[AF101] `3` takes 16 features but receives 32" in captured.err
    assert "net.ipynb: cell 3: cell: it is no Python and was left out" in captured.err
    assert "net.ipynb: cell 4: cell: it is no Python and was left out" in captured.err
