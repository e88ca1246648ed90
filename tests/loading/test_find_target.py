"""Loading: roots, module names, encodings, the grammar of samples, and what a file says when nothing is given."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from autofix.loading import find_target, text_files
from autofix.records.errors import UsageError
from autofix.records.samples import SampleInput, SampleOrigin

# files of a tree, the one asked about -> root, module name and search paths, as paths in the tree
TREES: dict[str, tuple[list[str], str, str, str, list[str]]] = {
    "beside pyproject": (["pyproject.toml", "net.py"], "net.py", ".", "net", ["."]),
    "below pyproject": (["pyproject.toml", "src/net.py"], "src/net.py", ".", "net", ["src", "."]),
    "below setup.py": (["setup.py", "a/b/net.py"], "a/b/net.py", ".", "net", ["a/b", "a", "."]),
    "below .git": ([".git/HEAD", "a/net.py"], "a/net.py", ".", "net", ["a", "."]),
    "the nearest mark wins": (["setup.py", "a/pyproject.toml", "a/net.py"], "a/net.py", "a", "net", ["a"]),
    "package": (["setup.py", "p/__init__.py", "p/net.py"], "p/net.py", ".", "p.net", [".", "p"]),
    "nested package": (
        ["setup.py", "p/__init__.py", "p/q/__init__.py", "p/q/net.py"],
        "p/q/net.py",
        ".",
        "p.q.net",
        [".", "p/q"],
    ),
    "package under src": (
        ["setup.py", "src/p/__init__.py", "src/p/net.py"],
        "src/p/net.py",
        ".",
        "p.net",
        ["src", ".", "src/p"],
    ),
    "the package itself": (["setup.py", "p/__init__.py"], "p/__init__.py", ".", "p", [".", "p"]),
    "name that is no identifier": (["setup.py", "my-net.py"], "my-net.py", ".", "autofix_target", ["."]),
    "name of a standard module": (["setup.py", "token.py"], "token.py", ".", "autofix_target", ["."]),
    "name of torch": (["setup.py", "torch.py"], "torch.py", ".", "autofix_target", ["."]),
}
MODEL = "from torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"


@pytest.mark.parametrize("files, asked, root, module, paths", TREES.values(), ids=TREES)
def test_root_and_module(
    files: list[str], asked: str, root: str, module: str, paths: list[str], tmp_path: Path
) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(MODEL if name == asked else "")
    actual = find_target.target(tmp_path / asked, samples=find_target.parse_sample(["1"]))
    relative = [path.relative_to(tmp_path).as_posix() for path in actual.search_paths]
    assert (actual.root, actual.module, relative) == (tmp_path / root, module, paths)


def test_root_without_a_mark_is_the_working_directory_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a" / "net.py"
    path.parent.mkdir()
    monkeypatch.chdir(tmp_path)
    assert find_target.project_root(path) == tmp_path
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert find_target.project_root(path) == tmp_path / "a"


TEXTS: dict[str, tuple[bytes, str, str, bool]] = {
    "ASCII": (b"x = 1\n", "x = 1\n", "utf-8", False),
    "UTF-8": ("π = 'ü'\n".encode(), "π = 'ü'\n", "utf-8", False),
    "BOM": (b"\xef\xbb\xbfx = 1\r\n", "x = 1\r\n", "utf-8", True),
    "Latin-1 cookie": (
        b"# -*- coding: latin-1 -*-\nx = '\xfc'\n",
        "# -*- coding: latin-1 -*-\nx = 'ü'\n",
        "iso-8859-1",
        False,
    ),
    "cookie on the second line": (
        b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'\x80'\n",
        "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'€'\n",
        "cp1252",
        False,
    ),
    "line ends stay": (b"a\r\nb\rc\n\x0cd", "a\r\nb\rc\n\x0cd", "utf-8", False),
    "empty": (b"", "", "utf-8", False),
}


@pytest.mark.parametrize("data, text, encoding, bom", TEXTS.values(), ids=TEXTS)
def test_read(data: bytes, text: str, encoding: str, bom: bool, tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_bytes(data)
    actual = text_files.read(path)
    assert (actual.text, actual.encoding, actual.bom) == (text, encoding, bom)


UNREADABLE: dict[str, tuple[bytes | None, str]] = {
    "missing": (None, "does not exist; check the name"),
    "not UTF-8": (b"x = '\xff'\n", "is not Python text"),
    "unknown cookie": (b"# coding: klingon\n", "is not Python text: unknown encoding"),
    "BOM against the cookie": (b"\xef\xbb\xbf# coding: latin-1\n", "is not Python text"),
    "null bytes": (b"x = 1\0\n", "null bytes"),
    "an image": (b"\x89PNG\r\n\x1a\n\0\0\0", "is not Python text"),
}


@pytest.mark.parametrize("data, words", UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable(data: bytes | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(UsageError, match=words):
        text_files.read(path)


def test_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder; name a Python file"):
        text_files.read(tmp_path)


SAMPLES: dict[str, SampleInput] = {
    "64,3,32,32": SampleInput((64, 3, 32, 32)),
    "7": SampleInput((7,)),
    " 64, 3 ": SampleInput((64, 3)),
    "(64, 3)": SampleInput((64, 3)),
    "64x3x8": SampleInput((64, 3, 8)),
    "2,": SampleInput((2,)),
    "int64:2,128@0..30522": SampleInput((2, 128), "int64", 0, 30522),
    "long:2,5@-3..4": SampleInput((2, 5), "int64", -3, 4),
    "mask=bool:2,128": SampleInput((2, 128), "bool", name="mask"),
    "x = half : 2": SampleInput((2,), "float16", name="x"),
    "complex64:2": SampleInput((2,), "complex64"),
    "größe=2,3": SampleInput((2, 3), name="größe"),
}


@pytest.mark.parametrize("text", SAMPLES)
def test_sample(text: str) -> None:
    sample = find_target.parse_sample([text]).inputs[0]
    assert sample == SAMPLES[text]
    assert find_target.parse_sample([str(sample)]).inputs[0] == sample


BAD_SAMPLES = {
    "": "'' is not a whole number",
    ",": "is not a whole number",
    "64,,3": "'' is not a whole number",
    "64,3.5": "'3.5' is not a whole number",
    "64,a": "'a' is not a whole number",
    "64,six": "'six' is not a whole number",
    "-1,3": "has the size -1; sizes start at 1",
    "0,3": "has the size 0; sizes start at 1",
    "int65:3": "unknown dtype `int65`",
    "int64:3@5..5": "5 is not below 5",
    "int64:3@9..2": "9 is not below 2",
    "uint8:3@0..257": "more than uint8 holds",
    "uint8:3@-1..9": "more than uint8 holds",
    "int8:3@-129..9": "more than int8 holds",
    "int64:3@0..9223372036854775808": "more than int64 holds",
    "int64:3@0.." + "9" * 5000: "cannot read the sample shape",
    "3@0..9": "bounds in '3@0..9' are for integer inputs",
    "int64:3@0": "the form is",
    "x=y=3": "the form is",
    "999999,999999,9999": "does not fit into memory",
    "٣,٤": "is not a whole number",
    "9" * 5000: "is not a whole number",
}


@pytest.mark.parametrize("text", BAD_SAMPLES, ids=lambda text: text[:20])
def test_bad_sample(text: str) -> None:
    with pytest.raises(UsageError, match=BAD_SAMPLES[text]):
        find_target.parse_sample([text])


def test_further_sample_has_its_inputs_joined() -> None:
    assert find_target.parse_also("2,3; int64:4@0..9").inputs == (SampleInput((2, 3)), SampleInput((4,), "int64", 0, 9))
    with pytest.raises(UsageError):
        find_target.parse_also(" ")


def _class(name: str, init: str = "self", body: str = "pass", base: str = "nn.Module") -> str:
    return (
        f"class {name}({base}):\n    def __init__({init}):\n        super().__init__()\n        {body}\n\n"
        "    def forward(self, x):\n        return x\n\n\n"
    )


HEAD = "import torch\nfrom torch import nn\n\nWIDTH = 3\n\n\n"
# text, what was given -> the model expression
MODELS: dict[str, tuple[str, str | None, str]] = {
    "one class": (_class("Net"), None, "Net()"),
    "defaults": (_class("Net", "self, width=3, *, deep=False"), None, "Net()"),
    "a part is no root": (_class("Block") + _class("Net", body="self.b = Block()"), None, "Net()"),
    "a part in a list": (
        _class("Block") + _class("Net", body="self.b = nn.ModuleList([Block() for _ in range(2)])"),
        None,
        "Net()",
    ),
    "a base is no root": (_class("Base") + _class("Net", base="Base"), None, "Net()"),
    "a class that is passed on": (_class("Block") + _class("Net", "self, block=Block"), None, "Net()"),
    "arguments from a call": (_class("Net", "self, width") + "net = Net(WIDTH)\n", None, "Net(WIDTH)"),
    "arguments from a call in the main guard": (
        _class("Net", "self, width") + "if __name__ == '__main__':\n    net = Net(\n        width=7,\n    )\n",
        None,
        "Net( width=7, )",
    ),
    "arguments from a call in a function": (
        _class("Net", "self, w") + "def main():\n    return Net(w=WIDTH)\n",
        None,
        "Net(w=WIDTH)",
    ),
    "Sequential": ("net = nn.Sequential(nn.Linear(3, 4))\n", None, "net"),
    "a part of a Sequential": ("a = nn.Sequential(nn.ReLU())\nb = nn.Sequential(a, nn.ReLU())\n", None, "b"),
    "given class": (_class("A") + _class("B"), "A", "A()"),
    "given class with arguments of the file": (_class("A", "self, w") + _class("B") + "A(5)\n", "A", "A(5)"),
    "given variable": (_class("A") + "net = A()\n", "net", "net"),
    "given expression": (_class("A", "self, w"), " A(w=5) ", "A(w=5)"),
    "given factory": (_class("A", "self, w") + "def make():\n    return A(1)\n", "make()", "make()"),
    "not torch's name": ("import torch.nn as N\n" + _class("Net", base="N.Module"), None, "Net()"),
    "star import": ("from torch.nn import *\n" + _class("Net", base="Module"), None, "Net()"),
    "a base of a library": (_class("Net", base="pl.LightningModule"), None, "Net()"),
    "a base of another file": ("from base import Base\n" + _class("Net", base="Base"), None, "Net()"),
}


@pytest.mark.parametrize("text, model, expression", MODELS.values(), ids=MODELS)
def test_model(text: str, model: str | None, expression: str, written: Callable[..., Path]) -> None:
    assert (
        find_target.target(written(HEAD + text), model=model, samples=find_target.parse_sample(["1"])).model
        == expression
    )


NO_MODELS: dict[str, tuple[str, str | None, str]] = {
    "none": ("def f():\n    return 1\n", None, "no nn.Module found in model.py; name a model with --model EXPR"),
    "several": (_class("A") + _class("B"), None, "model.py has 2 models; choose one: --model A, --model B"),
    "several variables": (
        "a = nn.Sequential()\nb = nn.Sequential()\n",
        None,
        "model.py has 2 models; choose one: --model a, --model b",
    ),
    "a missing argument": (
        _class("Net", "self, oracle"),
        None,
        '`Net` needs `oracle`; pass it with --model "Net(oracle=...)"',
    ),
    "missing arguments": (
        _class("Net", "self, width, *, deep"),
        None,
        '`Net` needs `width` and `deep`; pass them with --model "Net(width=..., deep=...)"',
    ),
    "arguments that the module does not know": (
        _class("Net", "self, oracle") + "def main(w):\n    return Net(w)\n",
        None,
        '`Net` needs `oracle`; pass it with --model "Net(oracle=...)"',
    ),
    "arguments of a base": (
        _class("Base", "self, oracle") + "class Net(Base):\n    pass\n",
        None,
        '`Net` needs `oracle`; pass it with --model "Net(oracle=...)"',
    ),
    "an expression that is none": (_class("Net"), "Net(", "cannot read the model expression 'Net('"),
    "an empty expression": (_class("Net"), " ", "the model expression is empty"),
}


@pytest.mark.parametrize("text, model, words", NO_MODELS.values(), ids=NO_MODELS)
def test_no_model(text: str, model: str | None, words: str, written: Callable[..., Path]) -> None:
    with pytest.raises(UsageError) as caught:
        find_target.target(written(HEAD + text), model=model, samples=find_target.parse_sample(["1"]))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "model, words",
    [
        ("Foo", "there is no `Foo` in model.py; it has Net"),
        ("net", "no sample input for `net`"),
        ("made()", "no sample input for `made()`"),
        ("imported", "no sample input for `imported`"),
    ],
)
def test_a_model_that_is_nowhere_needs_no_sample(model: str, words: str, written: Callable[..., Path]) -> None:
    text = "try:\n    from a import imported\nexcept ImportError:\n    net = 1\n"
    with pytest.raises(UsageError, match=re.escape(words)):
        find_target.target(written(HEAD + text + _class("Net")), model=model)


def test_a_notebook_is_for_the_batch(written: Callable[..., Path]) -> None:
    with pytest.raises(UsageError, match=re.escape("nb.ipynb is a notebook; run `autofix batch nb.ipynb`")):
        find_target.target(written({"nb.ipynb": '{"cells": []}'}, main="nb.ipynb"))


SYNTAX = {
    "def f(:\n": "model.py:1:7:",
    "x = (\n": "model.py:1:5:",
    "if x:\nreturn\n": "model.py:2:",
    "\tx\n  y\n": "model.py:",
}


@pytest.mark.parametrize("text", SYNTAX)
def test_syntax_error_names_its_place(text: str, written: Callable[..., Path]) -> None:
    with pytest.raises(UsageError, match=r"; correct the syntax first$") as caught:
        find_target.target(written(text))
    assert str(caught.value).startswith(SYNTAX[text])


# what else the file says -> the sample inputs found there
USES: dict[str, tuple[str, tuple[str, ...], SampleOrigin]] = {
    "comment": ("# autofix: sample-shape=64,3,32,32\n", ("64,3,32,32",), SampleOrigin.COMMENT),
    "call of a variable": ("net = Net()\nout = net(torch.randn(8, 3))\n", ("8,3",), SampleOrigin.USE),
    "call of the class": ("x = torch.zeros((8, 3))\nNet()(x)\n", ("8,3",), SampleOrigin.USE),
    "named sizes": ("x = torch.rand(5, WIDTH)\nnet = Net()\nnet(x)\n", ("5,3",), SampleOrigin.USE),
    "token ids": ("net = Net()\nnet(torch.randint(0, 100, (2, 7)))\n", ("int64:2,7@0..100",), SampleOrigin.USE),
}


@pytest.mark.parametrize("text, inputs, origin", USES.values(), ids=USES)
def test_sample_found_in_the_file(
    text: str, inputs: tuple[str, ...], origin: SampleOrigin, written: Callable[..., Path]
) -> None:
    samples = find_target.target(written(HEAD + _class("Net") + text), model="Net").samples
    assert (tuple(map(str, samples.inputs)), samples.origin) == (inputs, origin)
    assert samples.place


def test_no_sample_anywhere(written: Callable[..., Path]) -> None:
    with pytest.raises(
        UsageError, match=r"no sample input for `Net\(\)` in model.py; pass one, for example --sample-shape"
    ):
        find_target.target(written(HEAD + _class("Net")))


@pytest.mark.parametrize(
    "readme, name, folder",
    [
        ("Train:\n\n    python tools/run.py --epochs 3\n", "tools/run.py", True),
        ("Train with `python3 -u ./tools/run.py`.", "tools/run.py", True),
        ("    cd tools && python run.py\n", "tools/run.py", False),
        ("    python run.py\n", "run.py", False),
    ],
)
def test_a_program_runs_in_the_folder_its_readme_calls_it_from(
    readme: str, name: str, folder: bool, tmp_path: Path
) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "README.md").write_text(readme, "utf-8")
    (tmp_path / name).write_text("import torch\n\nfor _ in range(3):\n    print(torch.ones(3))\n", "utf-8")
    assert find_target.target(tmp_path / name).folder == (tmp_path if folder else None)
