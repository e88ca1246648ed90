"""How models are built when nobody said it: what programs, command lines, records, data files and names tell."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from autofix.loading import find_target
from autofix.records.errors import UsageError

HEAD = "import torch\nfrom torch import nn\n\n\n"
SCRIPT = 'if __name__ == "__main__":\n'


def net(parameters: str, layer: str, name: str = "Net") -> str:
    return (
        f"class {name}(nn.Module):\n    def __init__(self, {parameters}):\n        super().__init__()\n"
        f"        self.layer = {layer}\n\n    def forward(self, x):\n        return self.layer(x)\n\n\n"
    )


WIDE = net("width", "nn.Linear(width, 2)")
OF_SETTINGS = net("cfg", "nn.Linear(cfg.width, cfg.out)")
PARSED = (
    "import argparse\nfrom net import Net\n\n\ndef options():\n    parser = argparse.ArgumentParser()\n"
    "    parser.add_argument('--width', type=int, default='24')\n"
    "    parser.add_argument('--out', default=6, type=int)\n"
    "    parser.add_argument('--cuda', action='store_true')\n    return parser.parse_args()\n\n\n"
)

# What stands in the files, the expression that builds the model, and the sample that a program shows ('' for none).
BUILT: dict[str, tuple[Mapping[str, str], str, str]] = {
    "sizes of the main block": (
        {"net.py": f"{HEAD}{WIDE}{SCRIPT}    bins = 40\n    net = Net(bins * 2)\n    net(torch.rand(3, 80))\n"},
        "Net(80)",
        "3,80",
    ),
    "settings of a data file that a command of the README names": (
        {
            "net.py": HEAD + OF_SETTINGS,
            "v1.json": '{"width": 44, "out": 3}',
            "README.md": "Train it:\n```\npython run.py --config v1.json\n```\n",
            "run.py": "import argparse, json\nfrom net import Net\n\nh = None\n\n\nclass Attributes(dict):\n"
            "    def __init__(self, *args):\n        super().__init__(*args)\n        self.__dict__ = self\n\n\n"
            "def build():\n    return Net(h)\n\n\ndef main():\n    parser = argparse.ArgumentParser()\n"
            "    parser.add_argument('--config', default='')\n    a = parser.parse_args()\n"
            "    with open(a.config) as f:\n        data = f.read()\n    global h\n"
            f"    h = Attributes(json.loads(data))\n    build()\n\n\n{SCRIPT}    main()\n",
        },
        "Net(argparse.Namespace(width=44, out=3))",
        "",
    ),
    "a second name of the main block": (
        {"net.py": f"{HEAD}{WIDE}{SCRIPT}    c = 7\n    Net(width=c)(torch.rand(5, c))\n"},
        "Net(width=7)",
        "5,7",
    ),
    "a default that its own program never takes": (
        {"net.py": f"{HEAD}{net('w=None', 'nn.Linear(w, 2)')}{SCRIPT}    w = 9\n    Net(w)(torch.rand(2, w))\n"},
        "Net(9)",
        "2,9",
    ),
    "a function that builds it": (
        {"net.py": f"{HEAD}{WIDE}def small(**options):\n    return Net(width=12, **options)\n"},
        "Net(width=12)",
        "",
    ),
    "a factory in another file": (
        {
            "net.py": HEAD + WIDE,
            "zoo.py": "from net import Net\n\nWIDTHS = {'tiny': 5, 'big': 50}\n\n\ndef create(name='tiny'):\n"
            "    return Net(WIDTHS[name])\n",
        },
        "Net(5)",
        "",
    ),
    "a registry that another name is looked up in": (
        {
            "net.py": HEAD + WIDE + net("width", "nn.Linear(width, 3)", "Other"),
            "run.py": "import torch\nimport net\n\nMODELS = {'other': net.Other, 'net': net.Net}\nname = 'other'\n"
            "model = MODELS[name](11)\nmodel(torch.rand(4, 11))\n",
        },
        "Net(11)",
        "4,11",
    ),
    "modules in a registry": (
        {
            "models/net.py": HEAD + OF_SETTINGS,
            "models/other.py": HEAD + OF_SETTINGS,
            "run.py": "import argparse\nfrom models import net, other\n\nparser = argparse.ArgumentParser()\n"
            "parser.add_argument('--width', type=int, default=3)\nparser.add_argument('--out', type=int, default=4)\n"
            "parser.add_argument('--model', default='other')\nargs = parser.parse_args()\n"
            "zoo = dict(net=net, other=other)\nmodel = zoo[args.model].Net(args)\n",
        },
        "Net(argparse.Namespace(width=3, out=4))",
        "",
    ),
    "a choice by name": (
        {
            "net.py": HEAD + WIDE,
            "run.py": "from net import Net\n\n\ndef make(kind='a'):\n    if kind == 'net':\n        return Net(31)\n",
        },
        "Net(31)",
        "",
    ),
    "a command line": (
        {"net.py": HEAD + OF_SETTINGS, "run.py": f"{PARSED}{SCRIPT}    Net(options())\n"},
        "Net(argparse.Namespace(width=24, out=6))",
        "",
    ),
    "a command line in a file of its own": (
        {
            "net.py": HEAD + WIDE,
            "options.py": "from argparse import ArgumentParser\n\np = ArgumentParser()\n"
            "p.add_argument('-w', '--net-width', type=int, default=18)\nargs = p.parse_args()\n",
            "train.py": "import torch\nfrom options import args\nfrom net import Net\n\n\nclass Trainer:\n"
            "    def __init__(self):\n        self.net = Net(args.net_width)\n\n"
            "    def fit(self):\n        return self.net(torch.zeros(2, args.net_width))\n\n\nTrainer().fit()\n",
        },
        "Net(18)",
        "2,18",
    ),
    "an option without a default": (
        {
            "net.py": HEAD + WIDE,
            "run.py": "import argparse\nfrom net import Net\n\nparser = argparse.ArgumentParser()\n"
            "parser.add_argument('width', type=int, choices=[15, 30])\nNet(parser.parse_args().width)\n",
        },
        "Net(15)",
        "",
    ),
    "click": (
        {
            "net.py": HEAD + WIDE,
            "run.py": "import click\nfrom net import Net\n\n\n@click.command()\n@click.option('--width', default=14)\n"
            "@click.option('--fast/--slow', default=False)\ndef main(width, fast):\n    Net(width)\n\n\nmain()\n",
        },
        "Net(14)",
        "",
    ),
    "a record with defaults": (
        {
            "net.py": f"from dataclasses import dataclass\n{HEAD}@dataclass\nclass Config:\n    width: int = 20\n"
            f"    out: int = 3\n\n\n{OF_SETTINGS}",
            "run.py": "from net import Config, Net\n\nconfig = Config(out=8)\nnet = Net(config)\n",
        },
        "Net(Config(out=8))",
        "",
    ),
    "a record of another file": (
        {
            "net.py": HEAD + OF_SETTINGS,
            "settings.py": "from dataclasses import dataclass, field\n\n\n@dataclass\nclass Settings:\n"
            "    width: int = 21\n"
            "    out: int = field(default=4)\n    folder: str = 'out'\n",
            "run.py": "from net import Net\nfrom settings import Settings\n\nnet = Net(Settings())\n",
        },
        "Net(argparse.Namespace(width=21, out=4))",
        "",
    ),
    "YAML that the script names": (
        {
            "net.py": HEAD + WIDE,
            "conf/net.yaml": "# sizes\nmodel:\n  width: 33   # of the spectrum\n  names: [a, 'b']\nsteps:\n- 1\n- 2\n",
            "run.py": "import yaml\nfrom net import Net\n\nwith open('conf/net.yaml') as file:\n"
            "    settings = yaml.safe_load(file)\nnet = Net(**{'width': settings['model']['width']})\n",
        },
        "Net(width=33)",
        "",
    ),
    "JSON that an option names": (
        {
            "net.py": HEAD + OF_SETTINGS,
            "net.json": '{"width": 34, "out": 2}',
            "run.py": "import argparse, json\nfrom net import Net\n\nparser = argparse.ArgumentParser()\n"
            "parser.add_argument('--config', default='net.json')\n"
            "args = argparse.Namespace(**json.load(open(parser.parse_args().config)))\nnet = Net(args)\n",
        },
        "Net(argparse.Namespace(width=34, out=2))",
        "",
    ),
    "what hydra would instantiate": (
        {
            "nets/net.py": HEAD
            + net("width, head, rate=0.5", "nn.Linear(width, 2)")
            + net("size", "nn.Linear(size, 2)", "Head"),
            "conf/config.yaml": "defaults:\n  - model: small\nseed: 3\n",
            "conf/model/small.yaml": "_target_: nets.net.Net\nwidth: ${base.width}\nrate: ${other.rate}\n"
            "defaults:\n  - head: wide\nbase:\n  width: 12\n",
            "conf/model/head/wide.yaml": "_target_: nets.net.Head\nsize: 6\n",
        },
        "Net(width=12, base={'width': 12}, head=Head(size=6))",
        "",
    ),
    "TOML beside the script": (
        {
            "net.py": HEAD + WIDE,
            "net.toml": "[model]\nwidth = 35\n",
            "run.py": "import tomllib\nfrom net import Net\n\nwith open('net.toml', 'rb') as f:\n"
            "    table = tomllib.load(f)\nnet = Net(**table['model'])\n",
        },
        "Net(width=35)",
        "",
    ),
    "a fixture and a table of a test": (
        {
            "net.py": HEAD + WIDE,
            "tests/test_net.py": "import pytest, torch\nfrom net import Net\n\n\n@pytest.fixture\ndef rows():\n"
            "    return torch.rand(6, 16)\n\n\n@pytest.mark.parametrize('width', [16, 32])\n"
            "def test_it(width, rows):\n    assert Net(width)(rows).shape == (6, 2)\n",
        },
        "Net(16)",
        "6,16",
    ),
    "the README": (
        {
            "net.py": HEAD + WIDE,
            "README.md": "# Net\n\n```python\nimport torch\nfrom net import Net\n\nnet = Net(width=17)\n"
            "y = net(torch.rand(3, 17))\n```\n",
        },
        "Net(width=17)",
        "3,17",
    ),
    "a class of the same name in another file is another": (
        {
            "net.py": HEAD + WIDE,
            "other.py": HEAD + WIDE,
            "run.py": "import net, other\n\na = other.Net(77)\nb = net.Net(78)\n",
        },
        "Net(78)",
        "",
    ),
}

GUESSED = {
    "annotations": (net("n: int, rate: float, wide: bool", "nn.Linear(n + 1, 2)"), "Net(n=2, rate=0.1, wide=False)"),
    "names": (
        net("hidden_dim, num_classes", "nn.Linear(hidden_dim, num_classes)"),
        "Net(hidden_dim=32, num_classes=10)",
    ),
    "settings": (
        OF_SETTINGS.replace("cfg.out", "cfg.num_layers"),
        "Net(cfg=argparse.Namespace(width=32, num_layers=2))",
    ),
    "what a class beside it is built with": (
        net("width, oracle", "nn.Linear(width, oracle)", "First")
        + net("width, oracle", "nn.Linear(width, oracle)")
        + f"{SCRIPT}    First(oracle=3, width=7)\n",
        "Net(width=7, oracle=3)",
    ),
    "an assertion of the constructor": (
        net("depth", "nn.Linear(4, 2)").replace("super()", "assert (depth - 4) % 3 == 0\n        super()"),
        "Net(depth=28)",
    ),
}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    return tmp_path


def written(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return next(folder / name for name in files if Path(name).name == "net.py")


@pytest.mark.parametrize("files, expression, sample", BUILT.values(), ids=BUILT)
def test_built(files: Mapping[str, str], expression: str, sample: str, target: Path) -> None:
    found = find_target.target(written(target, files), model="Net")
    assert (found.model, found.is_guessed) == (expression, False)
    assert not sample or str(found.samples) == sample


@pytest.mark.parametrize("text, expression", GUESSED.values(), ids=GUESSED)
def test_guessed(text: str, expression: str, target: Path) -> None:
    found = find_target.target(written(target, {"net.py": HEAD + text}), model="Net")
    assert (found.model, found.is_guessed) == (expression, True)
    assert "since no program of the project shows it" in found.built


# How a test computes the widths that it passes on: nothing of it is told, so nothing of it is passed.
COMPUTED = {
    "of a table": "widths = list(pandas.read_csv('a.csv').columns)",
    "collected in a loop": "widths = []\n    for column in pandas.read_csv('a.csv'):\n        widths.append(4)",
    "counted in a loop": "widths = 0\n    for column in pandas.read_csv('a.csv'):\n        widths += 1",
    "added to": "widths = [3]\n    widths.extend(pandas.read_csv('a.csv').columns)",
    "of a generator": "widths = parts()",
    "a text": "widths = 'w%s' % pandas.read_csv('a.csv').name",
    "a truth": "widths = bool(pandas.read_csv('a.csv').name)",
    "an entry of a mapping": "widths = {'a': 1}.get(pandas.read_csv('a.csv').name)",
    "set again": "widths = 3\n    widths, _ = pandas.read_csv('a.csv').T(), (1, 2, 3)[pandas.name]",
    "of what is returned": "widths = counted()",
}


@pytest.mark.parametrize("statements", COMPUTED.values(), ids=COMPUTED)
def test_what_a_test_computes_is_no_argument(statements: str, target: Path) -> None:
    test = (
        "import pandas\nfrom net import Net\n\n\ndef parts():\n    yield 4\n\n\ndef counted():\n"
        "    a, b = (1, 2, 3)\n    return a, b\n\n\ndef test_it():\n"
        f"    {statements}\n    net = Net(widths)\n"
    )
    files = {"net.py": HEAD + net("oracle", "nn.Linear(oracle, 2)"), "tests/test_net.py": test}
    with pytest.raises(UsageError, match="`Net` needs `oracle`"):
        find_target.target(written(target, files), model="Net")


def test_what_no_name_suggests_is_asked_for(target: Path) -> None:
    text = HEAD + net("oracle", "nn.Linear(oracle, 2)")
    with pytest.raises(UsageError, match="`Net` needs `oracle`"):
        find_target.target(written(target, {"net.py": text}), model="Net")


def test_says_where_it_was_built(target: Path) -> None:
    files, *_ = BUILT["a command line"]
    assert find_target.target(written(target, files), model="Net").built == "built as in run.py:14"
