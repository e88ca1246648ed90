"""How the probe loads a file: packages, siblings, overlays, definition slices, placeholders, no GPU."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from autofix import engine
from autofix.loading import find_target
from autofix.records.samples import Target
from autofix.records.trace import Ending, Trace
from autofix.records.values import Sequence, Tensor
from autofix.session import session
from autofix.session.session import Session

Run = Callable[..., Trace]
NET = (
    "class Net(nn.Module):\n    def __init__(self, width=3):\n        super().__init__()\n"
    "        self.fc = nn.Linear(width, 2)\n\n    def forward(self, x):\n        return self.fc(x)\n"
)
HEAD = "import torch\nfrom torch import nn\n\n"
RELATIVE = {
    "pkg/__init__.py": "",
    "pkg/sub/__init__.py": "from .blocks import WIDTH\n",
    "pkg/sub/blocks.py": "WIDTH = 3\n",
    "pkg/config.py": "OUT = 5\n",
    "pkg/sub/net.py": "from torch import nn\nfrom .blocks import WIDTH\nfrom ..config import OUT\n"
    "from pkg.sub import blocks\n\n"
    "def Net():\n    return nn.Linear(WIDTH, OUT)\n",
}
# what the project holds -> how it is asked for, and the shape that comes out
LOADS: dict[str, tuple[str | Mapping[str, str], dict[str, Any], tuple[int, ...]]] = {
    "plain file": (HEAD + NET, {}, (4, 2)),
    "relative imports in a package": (RELATIVE, {"main": "pkg/sub/net.py"}, (4, 5)),
    "sibling module": (
        {"model.py": f"{HEAD}from sizes import W\n{NET}", "sizes.py": "W = 3\n"},
        {"model": "Net(W)"},
        (4, 2),
    ),
    "sibling of a file in a folder": (
        {"src/model.py": f"{HEAD}import sizes\n{NET}", "src/sizes.py": "W = 3\n"},
        {"main": "src/model.py", "model": "Net(sizes.W)"},
        (4, 2),
    ),
    "absolute import from the root": (
        {"src/model.py": f"{HEAD}from src.sizes import W\n{NET}", "src/sizes.py": "W = 3\n", "src/__init__.py": ""},
        {"main": "src/model.py", "model": "Net(W)"},
        (4, 2),
    ),
    "a sibling called like an installed library": (
        {"model.py": f"{HEAD}import networkx\n{NET}", "networkx.py": "W = 3\n"},
        {"model": "Net(networkx.W)"},
        (4, 2),
    ),
    "a file called like a standard module": ({"token.py": HEAD + NET}, {"main": "token.py"}, (4, 2)),
    "a file whose name is no identifier": ({"my net-2.py": HEAD + NET}, {"main": "my net-2.py"}, (4, 2)),
    "a missing import that the model does not use": (
        f"import wandb_of_nobody as wandb\nfrom nobody.at.all import log\n{HEAD}{NET}",
        {},
        (4, 2),
    ),
    "required arguments at import": (
        "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--data', required=True)\n"
        "parser.add_argument('path')\n"
        f"parser.add_argument('--width', type=int, default=3)\nargs = parser.parse_args()\n{HEAD}{NET}",
        {"model": "Net(args.width)"},
        (4, 2),
    ),
    "trains at import": (
        f"{HEAD}{NET}model = Net()\noptimizer = torch.optim.SGD(model.parameters(), lr=0.1)\nwhile True:\n"
        "    optimizer.zero_grad()\n"
        "    loss = model(torch.randn(8, 3)).sum()\n    loss.backward()\n    optimizer.step()\n",
        {"model": "model"},
        (4, 2),
    ),
    "missing data at import": (
        f"{HEAD}WIDTH = 3\ntable = open('no/such/file.csv').read()\n{NET}",
        {"model": "Net(WIDTH)"},
        (4, 2),
    ),
    "exits at import": (
        f"import sys\n{HEAD}if len(sys.argv) < 2:\n    sys.exit('usage: train DATA')\n{NET}",
        {},
        (4, 2),
    ),
    "main guard": (
        f"{HEAD}{NET}if __name__ == '__main__':\n    raise SystemExit(Net()(torch.zeros(3, 3)))\n",
        {},
        (4, 2),
    ),
    "lightning style flag": (
        f"{HEAD}try:\n    import apex_of_nobody\n    HAS = True\nexcept ImportError:\n    HAS = False\n{NET}",
        {},
        (4, 2),
    ),
    "a constant that other constants need": (
        f"{HEAD}BASE = 1\nSCALE = BASE * 3\nCONFIG = dict(width=SCALE)\nraise RuntimeError\n{NET}",
        {"model": "Net(CONFIG['width'])"},
        (4, 2),
    ),
}


@pytest.mark.parametrize("files, options, output", LOADS.values(), ids=LOADS)
def test_loads(files: str | Mapping[str, str], options: dict[str, Any], output: tuple[int, ...], run: Run) -> None:
    trace = run(files, "4,3", **{"model": "Net()", **options})
    assert trace.ending is Ending.PASSED, trace.message
    assert isinstance(trace.output, Tensor)
    assert trace.output.shape == output


SLICED = {
    "required arguments at import",
    "trains at import",
    "missing data at import",
    "exits at import",
    "a constant that other constants need",
}
ABSENT = {"a missing import that the model does not use": ("wandb_of_nobody", "nobody")}


@pytest.mark.parametrize("name", LOADS)
def test_says_what_was_left_out(name: str, run: Run) -> None:
    files, options, _ = LOADS[name]
    trace = run(files, "4,3", **{"model": "Net()", **options})
    assert tuple(package.name for package in trace.absent) == ABSENT.get(name, ())
    assert trace.placeholders == ()
    assert trace.sliced is (name in SLICED)


UNUSED_ABSENT = {
    "another file of the project imports it": {
        "model.py": f"{HEAD}from parts import width\n{NET}",
        "parts.py": "import nobody_has_this\nfrom nobody.layers import Block\n\ndef width():\n    return 3\n",
    },
    "a base class, an annotation, a default and a type to ask for": {
        "model.py": f"{HEAD}import nobody\nfrom nobody.nn import Base, Mode\nfrom typing import Optional\n\n"
        "class Other(Base):\n    mode: Optional[Mode] = None\n\n"
        "def f(x: Mode[int] | None, y=nobody.DEFAULT):\n    return isinstance(x, Mode)\n\nf(1)\n" + NET
    },
    "a registry that takes the class": {
        "model.py": f"{HEAD}from nobody import REGISTRY\n\n@REGISTRY\n{NET}",
    },
    "a package that is there and broken": {
        "model.py": f"{HEAD}import broken_package\n{NET}",
        "site-packages/broken_package.py": "raise OSError('libnothing.so: cannot open shared object file')\n",
    },
    "modules of the own package that a build makes": {
        "model.py": f"{HEAD}from nobody import VERSION\n{NET}",
        "nobody/__init__.py": "from .version import __version__, VERSION\nfrom . import _C\nfrom . import parts\n",
        "nobody/parts.py": "from ._C import pool, __version__\nfrom ._version import version as own\n",
    },
    "a name that the installed version has no more": {
        "model.py": f"{HEAD}from torch.utils import Tensor, nobody_has_this as old\nfrom torch.nn import Linear\n{NET}",
    },
}


@pytest.mark.parametrize("files", UNUSED_ABSENT.values(), ids=UNUSED_ABSENT)
def test_absent_packages_that_nothing_uses_do_not_stand_in_the_way(
    files: dict[str, str], run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site-packages"))
    trace = run(files, "4,3", model="Net()")
    assert (trace.ending, trace.sliced) == (Ending.PASSED, False), trace.message
    names = {package.name for package in trace.absent}
    assert names & {"nobody", "nobody_has_this", "broken_package", "nobody.version", "torch.utils.nobody_has_this"}
    assert all(package.line > 1 or package.path.name != "model.py" for package in trace.absent)


USED_ABSENT = {
    "called": "x = nobody.pool(x)",
    "taken for a truth": "x = x if nobody.HAS_IT else -x",
    "computed with": "x = x * nobody.SCALE",
    "iterated": "for part in nobody.PARTS:\n            x = x + part",
    "counted": "x = x[: len(nobody.PARTS)]",
    "asked for its version": "x = x if nobody.__version__ > '2' else -x",
    "a size": "x = torch.zeros(nobody.SIZE) + x",
    "a kind of exception": "try:\n            x = x.view(7, 7)\n        except nobody.Failed:\n            x = x + 1",
}


@pytest.mark.parametrize("line", USED_ABSENT.values(), ids=USED_ABSENT)
def test_an_absent_package_that_is_used_is_named_with_all_others(line: str, run: Run) -> None:
    text = f"{HEAD}import nobody\nimport nobody_either\n{NET}".replace("return", f"{line}\n        return", 1)
    trace = run(text, "4,3", model="Net()")
    assert trace.ending is Ending.IMPORT_FAILED
    assert trace.message == "ImportError: No module named 'nobody' (the model uses it)"
    assert [(package.name, package.line) for package in trace.absent][-2:] == [("nobody", 4), ("nobody_either", 5)]


@pytest.mark.parametrize(
    "asked", ["importlib.util.find_spec('wandb')", "importlib.util.find_spec('nobody')"], ids=["watching", "other"]
)
def test_code_that_asks_whether_a_package_is_there_hears_the_truth(asked: str, run: Run) -> None:
    width = f"WIDTH = 2 if {asked} is None else 5\n"
    trace = run(f"{HEAD}import importlib.util\n{width}{NET}".replace("3, 2", "3, WIDTH"), "4,3", model="Net()")
    assert isinstance(trace.output, Tensor)
    assert trace.output.shape == (4, 2)


def test_names_the_project_files_it_imported(run: Run, tmp_path: Path) -> None:
    trace = run(RELATIVE, "4,3", model="Net()", main="pkg/sub/net.py")
    names = [path.relative_to(tmp_path).as_posix() for path in trace.files]
    assert names == ["pkg/sub/net.py", "pkg/__init__.py", "pkg/config.py", "pkg/sub/__init__.py", "pkg/sub/blocks.py"]


def test_overlay_stands_in_for_every_project_file(run: Run, tmp_path: Path) -> None:
    files = {"model.py": f"{HEAD}from sizes import W\n{NET}", "sizes.py": "W = 7\n"}
    texts = ((str(tmp_path / "model.py"), files["model.py"]), (str(tmp_path / "sizes.py"), "W = 3\n"))
    assert run(files, "4,3", model="Net(W)").ending is Ending.RAISED
    assert run(files, "4,3", model="Net(W)", texts=texts).ending is Ending.PASSED
    assert run(files, "4,3", model="Net(W)").ending is Ending.RAISED
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["model.py", "pyproject.toml", "sizes.py"]


def test_nothing_is_written_beside_the_file(run: Run, tmp_path: Path) -> None:
    run(RELATIVE, "4,3", model="Net()", main="pkg/sub/net.py")
    assert not [path for path in tmp_path.rglob("*") if path.suffix == ".pyc"]


EXPRESSIONS = {
    "names of the module": ("torch.zeros(B, 3)", (5, 2)),
    "functions of the module": ("batch()", (6, 2)),
    "a tuple is all inputs": ("(torch.zeros(4, 3),)", (4, 2)),
    "a dict is by name": ("dict(x=torch.zeros(2, 3))", (2, 2)),
    "torch without an import": ("torch.ones(3)", (2,)),
}


@pytest.mark.parametrize("expression, output", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_sample_expression(expression: str, output: tuple[int, ...], run: Run) -> None:
    text = f"import torch as t\nfrom torch import nn\n\nB = 5\n\n\ndef batch():\n    return t.zeros(6, 3)\n\n\n{NET}"
    trace = run(text, sample=expression)
    assert isinstance(trace.output, Tensor), trace.message
    assert trace.output.shape == output


def test_named_inputs_and_dtypes(run: Run) -> None:
    forward = (
        "    def forward(self, ids, mask=None):\n"
        "        assert ids.dtype is torch.int64 and mask.dtype is torch.bool\n"
        "        return self.e(ids)[mask]\n"
    )
    text = (
        f"{HEAD}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        f"        self.e = nn.Embedding(9, 2)\n\n{forward}"
    )
    assert run(text, "int64:2,5@0..9", "mask=bool:2,5").ending is Ending.PASSED
    failed = run(text, "int64:2,5@0..10", "mask=bool:2,5").failed_operation
    assert failed is not None
    assert failed.tensors[0].values == (0, 9)


GPU = {
    "cuda()": ("self.fc.cuda()", "return self.fc(x.cuda())"),
    "to a name": ("self.fc.to('cuda:0')", "return self.fc(x.to('cuda'))"),
    "to a device": (
        "self.d = torch.device('cuda')\nself.to(self.d)",
        "return self.fc(x.to(self.d, non_blocking=True))",
    ),
    "keyword": ("self.t = torch.zeros(3, device='cuda')", "return self.fc(x + self.t.to(device='cuda'))"),
    "pinned": ("pass", "return self.fc(x.pin_memory().cuda(non_blocking=True))"),
    "new tensor": ("pass", "return self.fc(x + torch.arange(3, device='cuda').float())"),
    "default generator": ("torch.cuda.manual_seed_all(0)", "torch.cuda.synchronize()\nreturn self.fc(x)"),
    "number": ("self.to(0)", "return self.fc(x.to(0))"),
    "device of a tensor": ("self.fc.to('cuda')", "return self.fc(torch.zeros(4, 3, device=x.device))"),
    "constructor": ("self.fc = nn.Linear(3, 2, device='cuda')", "return self.fc(x)"),
    "current device": ("torch.cuda.set_device(0)", "return self.fc(x.to(f'cuda:{torch.cuda.current_device()}'))"),
    "autocast": ("pass", "with torch.autocast('cuda', enabled=False):\n    return self.fc(x)"),
    "data parallel": ("self.fc = nn.DataParallel(self.fc)", "return self.fc(x)"),
}


@pytest.mark.parametrize("init, forward", GPU.values(), ids=GPU)
def test_calls_for_a_gpu_land_on_the_cpu(init: str, forward: str, run: Run) -> None:
    lines = "\n".join(f"        {line}" for line in init.splitlines())
    body = "\n".join(f"        {line}" for line in forward.splitlines())
    text = f"{HEAD}{NET.partition('    def forward')[0].rstrip()}\n{lines}\n\n    def forward(self, x):\n{body}\n"
    trace = run(text, "4,3", model="Net()")
    assert trace.ending is Ending.PASSED, trace.message


def test_weights_of_a_gpu_load_on_the_cpu(run: Run, tmp_path: Path) -> None:
    save = "torch.save({'w': torch.zeros(3)}, 'w.pt')\n"
    text = (
        f"{HEAD}{NET}\n\ndef build():\n    {save}    torch.load('w.pt', map_location='cuda:1')\n"
        "    torch.load('w.pt', map_location=torch.device('cuda'))\n    return Net().cuda()\n"
    )
    trace = run(text, "4,3", model="build()")
    assert trace.ending is Ending.PASSED, trace.message


STAINS = {
    "class attribute": ("Net.seen = getattr(Net, 'seen', 0) + 1\nassert Net.seen == 1", ""),
    "module global": ("counts.append(1)\nassert len(counts) == 1", "counts = []"),
    "sibling module": ("sizes.W += 1\nassert sizes.W == 4", "import sizes"),
    "default dtype": ("assert torch.get_default_dtype() is torch.float32\ntorch.set_default_dtype(torch.float64)", ""),
    "grad mode": ("assert torch.is_grad_enabled()\ntorch.set_grad_enabled(False)", ""),
    "working directory": ("import os\nassert os.path.exists('model.py')\nos.chdir('/')", ""),
    "search path": ("import sys\nassert 'stain' not in sys.path\nsys.path.insert(0, 'stain')", ""),
    "arguments": ("import sys\nassert sys.argv[1:] == []\nsys.argv.append('stain')", ""),
    "random numbers": (
        (
            "import random\nassert (random.random(), torch.initial_seed()) == (0.8444218515250481, 0)\n"
            "torch.manual_seed(5)"
        ),
        "",
    ),
    "environment": ("import os\nassert 'STAIN' not in os.environ\nos.environ['STAIN'] = '1'", ""),
    "default device": ("assert torch.zeros(1).device.type == 'cpu'\ntorch.set_default_device('meta')", ""),
    "recursion limit": ("import sys\nassert sys.getrecursionlimit() < 5000\nsys.setrecursionlimit(5000)", ""),
    "threads": ("assert torch.get_num_threads() == 1\ntorch.set_num_threads(2)", ""),
    "deterministic": (
        "assert not torch.are_deterministic_algorithms_enabled()\ntorch.use_deterministic_algorithms(True)",
        "",
    ),
}


@pytest.mark.parametrize("statements, header", STAINS.values(), ids=STAINS)
def test_nothing_leaks_into_the_next_run(statements: str, header: str, run: Run) -> None:
    lines = "\n".join(f"        {line}" for line in statements.splitlines())
    last = "        return self.fc(x)"
    text = f"{HEAD}{header}\n{NET.replace(last, lines + chr(10) + last)}"
    files = {"model.py": text, "sizes.py": "W = 3\n"}
    for _ in range(3):
        trace = run(files, "4,3")
        assert trace.ending is Ending.PASSED, trace.message


def test_equal_requests_have_equal_replies(
    run: Run, target: Callable[..., Target], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        f"import random\nimport numpy\n{HEAD}{NET}\nORDER = list({{'a', 'b', 'c', 'd'}})\n"
        "DRAWN = [random.random(), float(numpy.random.rand()), float(torch.rand(1))]\n"
    )
    replies = [_plain(run(text, "4,3", graph=True, checks=True, fresh=fresh)) for fresh in (False, False, True)]
    monkeypatch.setattr(session, "HASH_SEED", "77")
    with Session() as other:
        replies.append(_plain(run(text, "4,3", graph=True, checks=True, within=other)))
    assert replies[0] == replies[1] == replies[2]
    # The order of a set is the user's own affair; nothing else may depend on the seed.
    assert [part for part in replies[0] if "ORDER" not in part] == [part for part in replies[3] if "ORDER" not in part]


def _plain(trace: Trace) -> list[str]:
    return [repr(getattr(trace, name)) for name in Trace.__dataclass_fields__ if name != "seconds"]


def test_warm_run_is_not_slower(run: Run) -> None:
    """The first run of a fresh worker imports the file's libraries; the ones after it find them."""
    text = f"import decimal, fractions, statistics, xml.dom.minidom\n{HEAD}{NET}"
    first = run(text, "4,3", fresh=True).seconds
    assert min(run(text, "4,3").seconds for _ in range(3)) < first


def test_packed_and_nested_outputs(run: Run) -> None:
    text = f"{HEAD}{NET}".replace("return self.fc(x)", "return {'y': self.fc(x), 'more': [x, (x, None)]}")
    output = run(text, "4,3").output
    assert "more" in repr(output)
    assert not isinstance(output, (Tensor, Sequence))


def test_a_folder_without_a_file_of_its_own_is_forgotten_with_its_project(tmp_path: Path, session: Session) -> None:
    """Two projects of one session may both have a folder ``utils`` that is no package."""
    for name in ("one", "two"):
        folder = tmp_path / name
        (folder / "utils").mkdir(parents=True)
        (folder / "pyproject.toml").touch()
        (folder / "utils" / f"{name}.py").write_text("W = 3\n")
        (folder / "model.py").write_text(f"{HEAD}from utils.{name} import W\n\n\n{NET}")
        target = find_target.target(folder / "model.py", model="Net(W)", samples=find_target.parse_sample(["4,3"]))
        assert engine.trace(engine.Request(target), session)[0].ending is Ending.PASSED


@pytest.mark.parametrize("name", ["secrets", "resource"])
def test_a_file_named_like_a_module_of_the_library_that_only_the_probe_has_loaded(name: str, run: Run) -> None:
    """Python finds the file first, unless torch has loaded the library's before; the next run finds the library's."""
    importing = {"model.py": f"{HEAD}import {name}\n\n\n{NET}", f"{name}.py": "W = 3\n"}
    trace = run(importing, "4,3", model=f"Net({name}.W)")
    assert trace.ending is Ending.PASSED, trace.message
    trace = run(
        {"model.py": f"{HEAD}import {name}\nW = len({name}.__doc__ or '...')\n\n\n{NET}"}, "4,3", model="Net(3)"
    )
    assert (trace.ending, [path.name for path in trace.files]) == (Ending.PASSED, ["model.py"])


def test_a_model_that_compares_and_does_not_hash(run: Run) -> None:
    text = f"{HEAD}{NET}\n    def __eq__(self, other):\n        return self is other\n"
    for checks in (False, True):
        trace = run(text, "4,3", checks=checks)
        assert trace.ending is Ending.PASSED, trace.message
        assert [layer.path for layer in trace.layers] == ["", "fc"]


ADDRESS = "torch.hub.load_state_dict_from_url('https://nobody.invalid/a.pth')"
PRETRAINED = {
    "of the whole": (f"self.load_state_dict({ADDRESS})", True),
    "of a part, by the old name": (
        f"self.fc.load_state_dict({ADDRESS.replace('torch.hub.load_state_dict_from', 'torch.utils.model_zoo.load')})",
        True,
    ),
    "without the head": (
        f"state = {ADDRESS}\n        del state['fc.weight']\n        state.pop('fc.bias')\n"
        "        assert isinstance(state, dict)\n        self.load_state_dict(state, strict=False)",
        True,
    ),
    "looked at": (f"self.load_state_dict({{key[7:]: value for key, value in {ADDRESS}.items()}})", False),
}


@pytest.mark.parametrize("line, passes", PRETRAINED.values(), ids=PRETRAINED)
def test_weights_of_an_address_are_left_as_they_begin(line: str, passes: bool, run: Run) -> None:
    text = f"{HEAD}import torch.utils.model_zoo\n{NET}".replace(
        "\n\n    def forward", f"\n        {line}\n\n    def forward"
    )
    assert line in text
    trace = run(text, "4,3", model="Net()")
    assert (trace.ending is Ending.PASSED) is passes, trace.message
    assert passes or "opens a connection (https://nobody.invalid/a.pth)" in trace.message
