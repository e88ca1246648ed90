"""Samples and arguments that programs tell without a tensor being written down; inputs that go with another one.

Of data sets, loaders, environments, command lines of records.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from autofix.loading import find_target
from autofix.records.errors import UsageError
from autofix.records.samples import Target

NET = "from torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self{}):\n        super().__init__()\n{}\n\n"
FORWARD = "    def forward(self, {}):\n        return {}\n"
IMAGES = NET.format("", "        self.conv = nn.Conv2d({}, 8, 5)") + FORWARD.format("x", "self.conv(x)")
HEAD = "import torch\nfrom torchvision import datasets, transforms as T\nfrom net import Net\n"
LOOP = "net = Net()\nfor images, labels in torch.utils.data.DataLoader(data, batch_size=16):\n    net(images.cuda())\n"
MNIST = "data = datasets.MNIST('.', download=True, transform={})\n"
WINDOWS = (
    "class Windows(torch.utils.data.Dataset):\n    def __init__(self, count=64):\n"
    "        self.x, self.y = torch.randn(count, 6, 50), torch.randint(0, 4, (count,))\n\n"
    "    def __getitem__(self, i):\n        return self.x[i], self.y[i]\n\n\ndata = Windows()\n"
)
SIGNAL = NET.format("", "        self.conv = nn.Conv1d(6, 8, 5)") + FORWARD.format("x", "self.conv(x)")
SPEECH = NET.format("", "        self.rnn = nn.LSTM(80, 8, batch_first=True)") + FORWARD.format(
    "x, x_lengths", "self.rnn(nn.utils.rnn.pack_padded_sequence(x, x_lengths, batch_first=True))"
)
GRAPH = NET.format("", "        self.fc = nn.Linear(16, 8)") + FORWARD.format(
    "x, edge_index, batch", "self.fc(x).index_add(0, edge_index[0], self.fc(x)[edge_index[1]])"
)
STATE = NET.format("", "        self.rnn = nn.GRU(5, 8, num_layers=2, bidirectional=True)") + FORWARD.format(
    "x, hidden", "self.rnn(x, hidden)"
)
MESSAGES = (
    "from torch_geometric.nn import GATConv\n"
    + NET.format("", "        self.conv = GATConv(7, 8, heads=2)\n        self.fc = nn.Linear(16, 3)")
    + FORWARD.format("x, edge_index", "self.fc(self.conv(x, edge_index))")
)
TOKENS = (
    "from transformers import BertConfig, BertModel\n"
    + NET.format("", "        self.body = BertModel(BertConfig(vocab_size=60))")
    + FORWARD.format("input_ids, attention_mask", "self.body(input_ids, attention_mask).pooler_output")
)
STEP = (
    "import torch\n"
    + NET.format("", "        self.conv, self.emb, self.freqs = nn.Conv2d(3, 8, 3), nn.Linear(32, 8), torch.ones(32)")
    + FORWARD.format("x, t", "self.conv(x) + self.emb((t[:, None] * self.freqs).sin())[:, :, None, None]")
)
TURNED = NET.format("", "        self.over, self.mix = nn.Linear(96, 24), nn.Linear(7, 7)") + FORWARD.format(
    "x", "self.mix(self.over(x.transpose(1, 2)).transpose(1, 2))"
)

# The files; the sample.
SAMPLES: dict[str, tuple[Mapping[str, str], str]] = {
    "a known data set": (
        {"net.py": IMAGES.format(1), "train.py": HEAD + MNIST.format("T.Compose([T.ToTensor()])") + LOOP},
        "16,1,28,28",
    ),
    "transforms that change images": (
        {
            "net.py": IMAGES.format(3),
            "train.py": HEAD + MNIST.format("T.Compose([T.Resize(32), T.Grayscale(3), T.ToTensor()])") + LOOP,
        },
        "16,3,32,32",
    ),
    "a transform of nobody knows what": (
        {"net.py": IMAGES.format(1), "train.py": HEAD + MNIST.format("T.Compose([cut, T.ToTensor()])") + LOOP},
        "2,1,64,64",
    ),
    "a folder of images": (
        {
            "net.py": IMAGES.format(3),
            "train.py": HEAD + "data = datasets.ImageFolder('d', T.Compose([T.Resize(90), T.CenterCrop(80)]))\n" + LOOP,
        },
        "16,3,80,80",
    ),
    "a data set of the project": ({"net.py": SIGNAL, "train.py": HEAD + WINDOWS + LOOP}, "16,6,50"),
    "a README with blocks of other languages": (
        {
            "net.py": IMAGES.format(3),
            "README.md": "```bash\npip install net\n```\n\n## Use\n\n```python\nimport torch\nfrom net import Net\n\n"
            "Net()(torch.randn(4, 3, 40, 40))\n```\n",
        },
        "4,3,40,40",
    ),
    "a test of itself in the class": (
        {
            "net.py": f"import torch\n{IMAGES.format(3)}\n    @staticmethod\n    def check():\n"
            "        assert Net()(torch.randn(2, 3, 24, 24)).shape == (2, 8, 20, 20)\n"
        },
        "2,3,24,24",
    ),
    "a size that the class has": (
        {
            "net.py": "from torchsummary import summary\n"
            + IMAGES.format(3).replace("    def __init__", "    size = (3, 48, 48)\n\n    def __init__", 1)
            + "\n\ndef show():\n    summary(Net(), Net.size)\n",
        },
        "2,3,48,48",
    ),
    "another class of the same name": (
        {
            "net.py": IMAGES.format(3),
            "other.py": f"import torch\n{SIGNAL}\n\nNet()(torch.randn(4, 6, 40))\n",
        },
        "2,3,64,64",
    ),
    "lengths": ({"net.py": SPEECH}, "2,12,80;int64:2@12..13"),
    "edges and graphs": ({"net.py": GRAPH}, "6,16;int64:2,14@0..6;int64:6@0..1"),
    "messages of a library": ({"net.py": MESSAGES}, "6,7;int64:2,14@0..6"),
    "a state": ({"net.py": STATE}, "12,2,5;4,2,8"),
    "tokens of a library's model": ({"net.py": TOKENS}, "int64:2,12@0..60;int64:2,12@1..2"),
    "the step of a diffusion": ({"net.py": STEP}, "2,3,224,224;int64:2@0..100"),
    "what is turned before its layer": ({"net.py": TURNED}, "2,96,7"),
}
SIZED = NET.format(", width, classes", "        self.fc = nn.Linear(width, classes)") + FORWARD.format(
    "x", "self.fc(x)"
)
RECORD = "@dataclass\nclass Options:\n    width: int = 11\n    classes: int = 3\n\n\n"
TYPED = (
    "from dataclasses import dataclass\n\n"
    + RECORD
    + NET.format(", options: Options", "        self.fc = nn.Linear(options.width, options.classes)")
    + FORWARD.format("x", "self.fc(x)")
)
BUILT = {
    "fields under one name": (
        {
            "net.py": SIZED,
            "train.py": "from dataclasses import dataclass\nfrom simple_parsing import ArgumentParser\n"
            + f"from net import Net\n{RECORD}"
            + "parser = ArgumentParser()\nparser.add_arguments(Options, dest='options')\nargs = parser.parse_args()\n"
            "net = Net(args.options.width, args.options.classes)\n",
        },
        "Net(11, 3)",
    ),
    "records of a parser": (
        {
            "net.py": SIZED,
            "train.py": "from dataclasses import dataclass\nfrom transformers import HfArgumentParser\n"
            + f"from net import Net\n{RECORD}"
            + "options, = HfArgumentParser((Options,)).parse_args_into_dataclasses()\n"
            "net = Net(options.width, options.classes)\n",
        },
        "Net(11, 3)",
    ),
    "a record by its annotation": ({"net.py": TYPED}, "Net(options=Options())"),
    "the spaces of an environment": (
        {
            "net.py": SIZED,
            "train.py": "import gymnasium as gym\nfrom net import Net\nenv = gym.make('Acrobot-v1')\n"
            "net = Net(env.observation_space.shape[0], env.action_space.n)\n",
        },
        "Net(6, 3)",
    ),
}


def _target(files: Mapping[str, str], folder: Path) -> Target:
    for name, text in ({"pyproject.toml": ""} | dict(files)).items():
        (folder / name).write_text(text)
    others = [folder / name for name in files if name.endswith(".py") and name != "net.py"]
    return find_target.target(folder / "net.py", elsewhere=others)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample(name: str, tmp_path: Path) -> None:
    files, sample = SAMPLES[name]
    assert str(_target(files, tmp_path).samples) == sample


@pytest.mark.parametrize("name", BUILT)
def test_a_construction(name: str, tmp_path: Path) -> None:
    files, expression = BUILT[name]
    target = _target(files, tmp_path)
    assert (target.model, target.is_guessed) == (expression, False)


def test_a_model_that_is_a_variable_is_used_by_its_name(tmp_path: Path) -> None:
    """As the cells of a notebook do, which are no program."""
    net = "import torch\nfrom torch import nn\n\nnet = nn.Sequential(nn.Conv2d(1, 4, 3))\n"
    net += "out = net(torch.randn(2, 1, 28, 28))\n"
    (tmp_path / "net.py").write_text(net)
    target = find_target.target(tmp_path / "net.py", model="net", elsewhere=())
    assert str(target.samples) == "2,1,28,28"


def test_names_alone_make_no_sample(tmp_path: Path) -> None:
    """A step goes with an image of which waves are made, tokens with a library; alone either may be anything."""
    net = NET.format("", "        self.body = build()") + FORWARD.format("tokens, t", "self.body(tokens, t)")
    with pytest.raises(UsageError, match="no sample input"):
        _target({"net.py": net}, tmp_path)
