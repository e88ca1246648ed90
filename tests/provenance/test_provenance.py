"""Provenance: from a size at a layer to the places that set it, in the order a person would think of them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping

import pytest

from autofix.facts.project_view import Expression, Project
from autofix.patch.edits_to_text import apply_edits
from autofix.provenance import Site, sites
from autofix.records.locations import Edit
from autofix.syntax.source import argument

HEAD = (
    "import argparse\nimport json\nimport math\nfrom dataclasses import dataclass\nimport torch\n"
    "from torch import nn\n\n"
)
Files = str | Mapping[str, str]


def net(init: str, header: str = "", parameters: str = "", call: str = "") -> str:
    """Return a model whose ``self.f`` is a Linear of the wrong width, and ``build()`` that constructs it."""
    body = "".join(f"        {line}\n" for line in init.splitlines())
    return (
        f"{HEAD}{header}\n\nclass Net(nn.Module):\n    def __init__(self{parameters}):\n"
        f"        super().__init__()\n{body}\n"
        f"    def forward(self, x):\n        return self.f(x)\n\n\ndef build():\n    return Net({call})\n"
    )


def block(size: str) -> dict[str, str]:
    """Return a file with the layer in a block of its own."""
    text = (
        "from torch import nn\n\n\nclass Block(nn.Module):\n    def __init__(self, dim=8):\n"
        f"        super().__init__()\n        self.f = nn.Linear({size}, 2)\n"
    )
    return {"block.py": f"{text}\n    def forward(self, x):\n        return self.f(x)\n"}


# files, size wanted, sizes that were flattened into it -> what the cheapest site is called and the lines it makes
CHEAPEST: dict[str, tuple[Files, int, tuple[int, ...], str, list[str]]] = {
    "literal": (net("self.f = nn.Linear(8, 2)"), 6, (), "argument", ["self.f = nn.Linear(6, 2)"]),
    "keyword": (
        net("self.f = nn.Linear(out_features=2, in_features=8)"),
        6,
        (),
        "argument",
        ["self.f = nn.Linear(out_features=2, in_features=6)"],
    ),
    "comments and odd formatting stay": (
        net("self.f = nn.Linear(  8 ,# width\n    2 )   # head"),
        6,
        (),
        "argument",
        ["self.f = nn.Linear(  6 ,# width"],
    ),
    "product": (
        net("self.f = nn.Linear(16 * 5 * 5, 2)"),
        576,
        (16, 6, 6),
        "product",
        ["self.f = nn.Linear(16 * 6 * 6, 2)"],
    ),
    "product of other channels": (
        net("self.f = nn.Linear(8*5*5, 2)"),
        576,
        (16, 6, 6),
        "product",
        ["self.f = nn.Linear(16*6*6, 2)"],
    ),
    "product that drops ones": (
        net("self.f = nn.Linear(16 * 5, 2)"),
        96,
        (16, 6, 1),
        "factor",
        ["self.f = nn.Linear(16 * 6, 2)"],
    ),
    "product with a square": (
        net("self.f = nn.Linear(16 * 5 ** 2, 2)"),
        576,
        (16, 6, 6),
        "operand",
        ["self.f = nn.Linear(16 * 6 ** 2, 2)"],
    ),
    "product of names": (
        net("C, H = 16, 5\nself.f = nn.Linear(C * H * H, 2)"),
        576,
        (16, 6, 6),
        "product",
        ["C, H = 16, 6"],
    ),
    "sum": (net("self.f = nn.Linear(4 + 3, 2)"), 6, (), "operand", ["self.f = nn.Linear(3 + 3, 2)"]),
    "a divisor of one": (net("w = 8\nself.f = nn.Linear(w // 2, 2)"), 8, (), "operand", ["self.f = nn.Linear(w, 2)"]),
    "nothing to add": (net("w = 8\nself.f = nn.Linear(w + 2, 2)"), 8, (), "operand", ["self.f = nn.Linear(w, 2)"]),
    "nothing to take": (net("w = 8\nself.f = nn.Linear(w - 2, 2)"), 8, (), "operand", ["self.f = nn.Linear(w, 2)"]),
    "one that is no divisor": (
        net("w = 1\nself.f = nn.Linear(8 // w, 2)"),
        1,
        (),
        "operand",
        ["self.f = nn.Linear(1 // w, 2)"],
    ),
    "local variable": (net("width = 8\nself.f = nn.Linear(width, 2)"), 6, (), "`width`", ["width = 6"]),
    "the last assignment": (net("w = 3\nw = 8\nself.f = nn.Linear(w, 2)"), 6, (), "`w`", ["w = 6"]),
    "tuple assignment": (net("a, w = 3, 8\nself.f = nn.Linear(w, 2)"), 6, (), "`w`", ["a, w = 3, 6"]),
    "attribute": (net("self.w = 8\nself.f = nn.Linear(self.w, 2)"), 6, (), "`self.w`", ["self.w = 6"]),
    "default": (
        net("self.f = nn.Linear(w, 2)", parameters=", w=8"),
        6,
        (),
        "default of `w`",
        ["def __init__(self, w=6):"],
    ),
    "keyword-only default": (
        net("self.f = nn.Linear(w, 2)", parameters=", *, w: int = 8"),
        6,
        (),
        "default of `w`",
        ["def __init__(self, *, w: int = 6):"],
    ),
    "argument of the caller": (
        net("self.f = nn.Linear(w, 2)", parameters=", w", call="8"),
        6,
        (),
        "argument `w` of the caller",
        ["return Net(6)"],
    ),
    "keyword of the caller": (
        net("self.f = nn.Linear(w, 2)", parameters=", w=1", call="w=8"),
        6,
        (),
        "argument `w` of the caller",
        ["return Net(w=6)"],
    ),
    "constant of the module": (
        net("self.f = nn.Linear(WIDTH, 2)", "WIDTH = 8  # of the input"),
        6,
        (),
        "constant `WIDTH`",
        ["WIDTH = 6  # of the input"],
    ),
    "class attribute": (
        net("self.f = nn.Linear(Config.width, 2)", "class Config:\n    width = 8"),
        6,
        (),
        "class attribute `width`",
        ["width = 6"],
    ),
    "class attribute of the model": (
        net("self.f = nn.Linear(self.WIDTH, 2)").replace("    def __init__", "    WIDTH = 8\n\n    def __init__"),
        6,
        (),
        "class attribute `WIDTH`",
        ["WIDTH = 6"],
    ),
    "dict entry": (
        net("self.f = nn.Linear(CONFIG['width'], 2)", "CONFIG = {'depth': 8, 'width': 8}"),
        6,
        (),
        "entry 'width'",
        ["CONFIG = {'depth': 8, 'width': 6}"],
    ),
    "dict call": (
        net("self.f = nn.Linear(c['w'], 2)", "CONFIG = dict(d=8, w=8)", ", c", "CONFIG"),
        6,
        (),
        "entry 'w'",
        ["CONFIG = dict(d=8, w=6)"],
    ),
    "list entry": (
        net("self.f = nn.Linear(SIZES[1], 2)", "SIZES = [8, 8, 2]"),
        6,
        (),
        "entry 1",
        ["SIZES = [8, 6, 2]"],
    ),
    "last list entry": (
        net("self.f = nn.Linear(SIZES[-1], 2)", "SIZES = [8, 8]"),
        6,
        (),
        "entry -1",
        ["SIZES = [8, 6]"],
    ),
    "dataclass default": (
        net("self.f = nn.Linear(c.w, 2)", "@dataclass\nclass Config:\n    w: int = 8", ", c", "Config()"),
        6,
        (),
        "`w`",
        ["w: int = 6"],
    ),
    "dataclass argument": (
        net("self.f = nn.Linear(c.w, 2)", "@dataclass\nclass Config:\n    w: int = 3", ", c", "Config(w=8)"),
        6,
        (),
        "`w`",
        ["return Net(Config(w=6))"],
    ),
    "argparse default": (
        net(
            "self.f = nn.Linear(args.width, 2)",
            "p = argparse.ArgumentParser()\np.add_argument('--width', type=int, default=8)\nargs = p.parse_args([])",
        ),
        6,
        (),
        "default of option `width`",
        ["p.add_argument('--width', type=int, default=6)"],
    ),
    "JSON text": (
        net("self.f = nn.Linear(C['width'], 2)", 'C = json.loads(\'{"width": 8, "depth": 8}\')'),
        6,
        (),
        "entry 'width'",
        ['C = json.loads(\'{"width": 6, "depth": 8}\')'],
    ),
    "loop over a list": (
        net("for w in [3, 8]:\n    self.f = nn.Linear(w, 2)"),
        6,
        (),
        "entry of the sequence that `w` runs over",
        ["for w in [3, 6]:"],
    ),
    "loop over pairs": (
        net("for n, w in ((1, 3), (2, 8)):\n    self.f = nn.Linear(w, n)"),
        6,
        (),
        "entry of the sequence that `w` runs over",
        ["for n, w in ((1, 3), (2, 6)):"],
    ),
    "choice": (
        net("deep = True\nself.f = nn.Linear(8 if deep else 3, 2)"),
        6,
        (),
        "choice",
        ["self.f = nn.Linear(6 if deep else 3, 2)"],
    ),
    "multiplied in a caller": (
        net("self.f = nn.Linear(w * 2, 2)", parameters=", w", call="4"),
        6,
        (),
        "argument `w` of the caller",
        ["return Net(3)"],
    ),
    "other file": (
        {"model.py": f"{HEAD}from block import Block\n\n\ndef build():\n    return Block(8)\n", **block("dim")},
        6,
        (),
        "argument `dim` of the caller",
        ["return Block(6)"],
    ),
    "constant of another file": (
        {
            "model.py": f"{HEAD}from block import Block\nfrom sizes import W\n\n\ndef build():\n    return Block(W)\n",
            **block("dim"),
            "sizes.py": "W = 8\n",
        },
        6,
        (),
        "constant `W`",
        ["W = 6"],
    ),
    "precedence": (
        net("two = True\nself.f = nn.Linear(8 * 2 if two else 1, 2)").replace("two = True", "two = False"),
        8,
        (),
        "precedence",
        ["self.f = nn.Linear(8 * (2 if two else 1), 2)"],
    ),
    "rounding": (
        net("self.f = nn.Linear(25 // 2, 2)"),
        13,
        (),
        "rounding",
        ["self.f = nn.Linear(int(math.ceil(25 / 2)), 2)"],
    ),
    "rounding by int": (
        net("n = 25\nself.f = nn.Linear(int(n / 2), 2)"),
        13,
        (),
        "rounding",
        ["self.f = nn.Linear(int(math.ceil(n / 2)), 2)"],
    ),
}


def _sites(project: Project, target_size: int, hints: tuple[int, ...]) -> tuple[Site, ...]:
    layer = next(layer for layer in project.trace.layers if layer.path == "f")
    call = project.construction_call(layer)
    assert call is not None
    node = argument(call.node, 0, "in_features")  # type: ignore[arg-type]
    assert node is not None
    return sites(project, Expression(call.source, node, call.frames), target_size, hints)


def _lines(project: Project, edits: tuple[Edit, ...]) -> list[str]:
    """Return the lines that edits make, without their indent."""
    lines = []
    for path in sorted({edit.path for edit in edits}):
        before = project.source(path).text
        after = apply_edits(before, [edit for edit in edits if edit.path == path])
        diff = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
        lines += [line[1:].strip() for line in diff if line.startswith("+") and not line.startswith("+++")]
    return lines


@pytest.mark.parametrize("files, target_size, hints, label, lines", CHEAPEST.values(), ids=CHEAPEST)
def test_cheapest_site(
    files: Files,
    target_size: int,
    hints: tuple[int, ...],
    label: str,
    lines: list[str],
    analysed: Callable[..., Project],
) -> None:
    project = analysed(files, "1,5000", model="build()")
    all_sites = _sites(project, target_size, hints)
    assert _lines(project, all_sites[0].edits) == lines
    assert (all_sites[0].name or all_sites[0].kind.value) == label
    assert [site.cost for site in all_sites] == sorted(site.cost for site in all_sites)
    assert len({site.edits for site in all_sites}) == len(all_sites)


# further places that must be among the sites
AMONG: dict[str, tuple[str, int, tuple[int, ...], list[list[str]]]] = {
    "a name in scope": (
        net("hidden = 6\nself.f = nn.Linear(8, 2)\nself.g = nn.Linear(hidden, 2)")
        .replace("nn.Linear(8", "nn.Linear(w")
        .replace("hidden = 6", "hidden, w = 6, 8"),
        6,
        (),
        [["hidden, w = 6, 6"], ["self.f = nn.Linear(hidden, 2)"], ["self.f = nn.Linear(6, 2)"]],
    ),
    "default and call": (
        net("self.f = nn.Linear(w, 2)", parameters=", w=8"),
        6,
        (),
        [["def __init__(self, w=6):"], ["self.f = nn.Linear(6, 2)"]],
    ),
    "constant and its use": (
        net("self.f = nn.Linear(W, 2)", "W = 8"),
        6,
        (),
        [["W = 6"], ["self.f = nn.Linear(6, 2)"]],
    ),
    "multiple of a name": (
        net("c = 4\nself.f = nn.Linear(c, 2)"),
        36,
        (4, 3, 3),
        [["self.f = nn.Linear(c * 3 * 3, 2)"], ["c = 36"]],
    ),
    "the other entry of an object": (
        net("c = Sizes()\nself.f = nn.Linear(c.a, 2)", "@dataclass\nclass Sizes:\n    a: int = 8\n    b: int = 6"),
        6,
        (),
        [["a: int = 6"], ["self.f = nn.Linear(c.b, 2)"]],
    ),
    "index shifted": (
        net("i = 1\nself.f = nn.Linear(SIZES[i], 2)", "SIZES = [8, 8, 6]"),
        6,
        (),
        [["self.f = nn.Linear(SIZES[i + 1], 2)"]],
    ),
}


@pytest.mark.parametrize("text, target_size, hints, among", AMONG.values(), ids=AMONG)
def test_sites_include(
    text: str, target_size: int, hints: tuple[int, ...], among: list[list[str]], analysed: Callable[..., Project]
) -> None:
    project = analysed(text, "1,5000", model="build()")
    lines = [_lines(project, site.edits) for site in _sites(project, target_size, hints)]
    assert [expected_lines for expected_lines in among if expected_lines not in lines] == []


NONE: dict[str, tuple[str, int]] = {
    "nothing to set": (net("self.f = nn.Linear(8, 2)"), 8),
    "size zero": (net("self.f = nn.Linear(8, 2)"), 0),
    "negative size": (net("self.f = nn.Linear(8, 2)"), -3),
}


@pytest.mark.parametrize("text, target_size", NONE.values(), ids=NONE)
def test_no_site(text: str, target_size: int, analysed: Callable[..., Project]) -> None:
    assert _sites(analysed(text, "1,5000", model="build()"), target_size, ()) == ()


# argument, the size wanted, what was flattened -> what the argument may become; literals alone have one value
SPELLED: dict[str, tuple[str, int, tuple[int, ...], list[str]]] = {
    "a product": ("2 * 2 * 2", 18, (2, 3, 3), ["2 * 3 * 3"]),
    "a product and a sum": ("2 * 4 + 1", 7, (), ["2 * 3 + 1"]),
    "a literal": ("8", 6, (), ["6"]),
    "a name among them, whose value another caller may set": ("w * 4", 12, (), ["w * 6", "3 * 4", "12"]),
}


@pytest.mark.parametrize("text, target_size, hints, spelled", SPELLED.values(), ids=SPELLED)
def test_equal_changes_are_offered_once(
    text: str, target_size: int, hints: tuple[int, ...], spelled: list[str], analysed: Callable[..., Project]
) -> None:
    project = analysed(net(f"self.f = nn.Linear({text}, 2)", parameters=", w=2"), "1,5000", model="build()")
    lines = [_lines(project, site.edits)[0] for site in _sites(project, target_size, hints)]
    inside = "self.f = nn.Linear("
    assert [line.removeprefix(inside).removesuffix(", 2)") for line in lines if line.startswith(inside)] == spelled


def test_an_expression_is_no_operand_of_itself(analysed: Callable[..., Project]) -> None:
    """``a // b`` has the size that ``a`` should have."""
    project = analysed(net("a, b = 64, 4\nself.f = nn.Linear(a // b, 2)"), "1,5000", model="build()")
    lines = [line for site in _sites(project, 4, ()) for line in _lines(project, site.edits)]
    assert "a, b = 16, 4" in lines
    assert [line for line in lines if line.count("//") > 1] == []


def test_what_is_set_later_has_no_size_yet(analysed: Callable[..., Project]) -> None:
    init = "width = 8\nself.a = width\nself.late = 6\nself.f = nn.Linear(self.a, 2)\nself.b = self.late"
    project = analysed(net(init), "1,5000", model="build()")
    lines = [line for site in _sites(project, 6, ()) for line in _lines(project, site.edits)]
    assert "self.f = nn.Linear(self.late, 2)" in lines
    assert "self.a = self.late" not in lines
