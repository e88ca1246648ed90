"""Programs on frameworks: what is seen through, where the framework is installed; `docs/frameworks.md` has the list."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from autofix.frontends.cli import main

HYDRA = """\
import hydra
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.body = nn.Linear(width, hidden)

    def forward(self, x):
        return self.body(x)


@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg):
    Net(**cfg.model)(torch.randn(8, 48)).mean().backward()


if __name__ == "__main__":
    main()
"""
OMEGACONF = """\
import torch
from omegaconf import OmegaConf
from torch import nn

cfg = OmegaConf.load("model.yaml")
net = nn.Sequential(nn.Linear(cfg.width, cfg.hidden), nn.ReLU())
for _ in range(2):
    print(net(torch.randn(8, 48)).shape)
"""
YAML = """\
from dataclasses import dataclass

import torch
import yaml
from torch import nn


@dataclass
class Config:
    width: int
    hidden: int = 16


if __name__ == "__main__":
    with open("model.yaml") as stream:
        config = Config(**yaml.safe_load(stream))
    print(nn.Linear(config.width, config.hidden)(torch.randn(4, 48)).shape)
"""
LIGHTNING = """\
import lightning as L
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Data(L.LightningDataModule):
    def setup(self, stage=None):
        self.data = TensorDataset(torch.randn(32, 20), torch.randint(0, 3, (32,)))

    def train_dataloader(self):
        return DataLoader(self.data, batch_size=8)


class Lit(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.net = nn.Linear(16, 3)
        self.loss = nn.CrossEntropyLoss()

    def training_step(self, batch, index):
        x, y = batch
        return self.loss(self.net(x), y)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters())
"""
FIT = """

if __name__ == "__main__":
    trainer = L.Trainer(max_epochs=1, logger=False, enable_checkpointing=False, enable_progress_bar=False)
    trainer.fit(Lit(), Data())
"""
TRANSFORMERS = """\
import torch
from torch import nn
from transformers import BertConfig, BertModel


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        config = BertConfig(
            vocab_size=100, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64
        )
        self.bert = BertModel(config)
        self.head = nn.Linear(64, 3)

    def forward(self, ids):
        return self.head(self.bert(ids).pooler_output)


if __name__ == "__main__":
    print(Classifier()(torch.randint(0, 100, (2, 12))).shape)
"""
GRAPH = """\
import torch
from torch import nn
from torch_geometric.data import Data
from torch_geometric.nn import GATConv


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gat = GATConv(16, 8, heads=4)
        self.head = nn.Linear(8, 3)

    def forward(self, data):
        return self.head(torch.relu(self.gat(data.x, data.edge_index)))


if __name__ == "__main__":
    data = Data(x=torch.randn(10, 16), edge_index=torch.tensor([[0, 1, 2], [1, 2, 3]]))
    net = Net()
    for _ in range(2):
        net(data).mean().backward()
"""
EINOPS = """\
# autofix: sample-shape=2,3,32,32
from einops.layers.torch import Rearrange
from torch import nn


class Patches(nn.Module):
    def __init__(self):
        super().__init__()
        self.cut = Rearrange("b c (h p1) (w p2) -> b (h w) (p1 p2 c)", p1=4, p2=4)
        self.embed = nn.Linear(16, 64)

    def forward(self, x):
        return self.embed(self.cut(x))
"""
TORCHVISION = """\
import torch
from torch import nn
from torchvision import models

net = models.resnet18(weights="DEFAULT")
net.fc = nn.Linear(2048, 5)
if __name__ == "__main__":
    print(net(torch.randn(2, 3, 64, 64)).shape)
"""
TIMM = """\
# autofix: sample-shape=2,3,64,64
import timm
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = timm.create_model("resnet18", pretrained=True, num_classes=0)
        self.head = nn.Linear(2048, 7)

    def forward(self, x):
        return self.head(self.backbone(x))
"""
SEGMENTATION = """\
import segmentation_models_pytorch as smp
import torch
from torch import nn

net = nn.Sequential(smp.Unet("resnet18", encoder_weights="imagenet", in_channels=1, classes=4), nn.Conv2d(8, 2, 1))
if __name__ == "__main__":
    print(net(torch.randn(2, 1, 64, 64)).shape)
"""
TRAINER = """\
import torch
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments


class Data(torch.utils.data.Dataset):
    def __len__(self):
        return 16

    def __getitem__(self, i):
        return {"input_ids": torch.randint(0, 100, (12,)), "labels": torch.tensor(4)}


config = BertConfig(
    vocab_size=100, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64, num_labels=3
)
arguments = TrainingArguments(output_dir="out", per_device_train_batch_size=4, num_train_epochs=1, report_to=[])
Trainer(BertForSequenceClassification(config), arguments, train_dataset=Data()).train()
"""
TOKENS = """\
from torch import nn
from transformers import GPT2Config, GPT2Model


class Scorer(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = GPT2Model(GPT2Config(vocab_size=64, n_positions=32, n_embd=48, n_layer=1, n_head=4))
        self.score = nn.Linear(64, 1)

    def forward(self, input_ids):
        return self.score(self.body(input_ids).last_hidden_state)
"""
MESSAGES = """\
from torch import nn
from torch_geometric.nn import GCNConv, global_mean_pool


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = GCNConv(7, 16), GCNConv(32, 16)
        self.head = nn.Linear(16, 3)

    def forward(self, x, edge_index, batch):
        x = self.second(self.first(x, edge_index).relu(), edge_index)
        return self.head(global_mean_pool(x, batch))
"""
STEPS = """\
import os

import torch
from torch import nn
{imports}

os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
os.environ.setdefault("MASTER_PORT", "29511")
net = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(10, 2))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
{wrapped}
for _ in range(2):
    loss = net(torch.randn(8, 10, requires_grad=True)).sum()
    optimizer.zero_grad()
    {backward}
    optimizer.step()
"""
WRAPPED = {
    "accelerate": (
        "from accelerate import Accelerator",
        "net, optimizer = (a := Accelerator()).prepare(net, optimizer)",
    ),
    "DDP in one process": (
        "from torch.distributed import init_process_group",
        'init_process_group("gloo", rank=0, world_size=1)\nnet = nn.parallel.DistributedDataParallel(net)',
    ),
    "DataParallel and compile": ("", "net = torch.compile(nn.DataParallel(net))"),
    "checkpoint": (
        "from torch.utils.checkpoint import checkpoint",
        "inner, net = net, lambda x: checkpoint(inner, x, use_reentrant=False)",
    ),
    "functional_call": (
        "from torch.func import functional_call",
        "inner, net = net, lambda x: functional_call(inner, dict(inner.named_parameters()), (x,))",
    ),
    "export": ("", "torch.export.export(net, (torch.randn(1, 10),))"),
    "autocast": ("", 'inner, net = net, torch.autocast("cpu", dtype=torch.bfloat16)(net)'),
}
FIXED = "+net = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 2))"
CONFIG = "width: 64\nhidden: 32\n"

# What has to be installed; the files, the first of which is run; the line that the patch has to contain.
CASES: dict[str, tuple[str, Mapping[str, str], str]] = {
    "instantiate of hydra": (
        "hydra",
        {
            "train.py": HYDRA.replace("Net(**cfg.model)", "hydra.utils.instantiate(cfg.model)"),
            "conf/config.yaml": "model:\n  _target_: __main__.Net\n  width: 64\n  hidden: 32\n",
        },
        "+  width: 48",
    ),
    "hydra": ("hydra", {"train.py": HYDRA, "conf/config.yaml": "model:\n  width: 64\n  hidden: 32\n"}, "+  width: 48"),
    "OmegaConf.load": ("omegaconf", {"train.py": OMEGACONF, "model.yaml": CONFIG}, "+width: 48"),
    "YAML into a dataclass": ("yaml", {"train.py": YAML, "model.yaml": CONFIG}, "+width: 48"),
    "Trainer.fit": ("lightning", {"train.py": LIGHTNING + FIT}, "+        self.net = nn.Linear(20, 3)"),
    "training_step on the data module": ("lightning", {"net.py": LIGHTNING}, "+        self.net = nn.Linear(20, 3)"),
    "training_step on its own loader": (
        "lightning",
        {
            "net.py": LIGHTNING.partition("class Data")[0]
            + "class Lit"
            + LIGHTNING.partition("class Lit")[2]
            + "\n    def train_dataloader(self):\n"
            "        data = TensorDataset(torch.randn(32, 20), torch.randint(0, 3, (32,)))\n"
            "        return DataLoader(data, batch_size=8)\n"
        },
        "+        self.net = nn.Linear(20, 3)",
    ),
    "a head on a model of transformers": (
        "transformers",
        {"train.py": TRANSFORMERS},
        "+        self.head = nn.Linear(config.hidden_size, 3)",
    ),
    "heads of GATConv": ("torch_geometric", {"train.py": GRAPH}, "+        self.head = nn.Linear(32, 3)"),
    "the head of torchvision": ("torchvision", {"train.py": TORCHVISION}, "+net.fc = nn.Linear(net.fc.in_features, 5)"),
    "weights of timm that are not downloaded": (
        "timm",
        {"net.py": TIMM},
        "+        self.head = nn.Linear(self.backbone.num_features, 7)",
    ),
    "weights of an encoder that are not downloaded": (
        "segmentation_models_pytorch",
        {"train.py": SEGMENTATION},
        SEGMENTATION.splitlines()[4].replace("Conv2d(8", "Conv2d(4").replace("net", "+net", 1),
    ),
    "classes of a Trainer": (
        "transformers",
        {"train.py": TRAINER},
        f"+{TRAINER.splitlines()[13].replace('labels=3', 'labels=5')}",
    ),
    "tokens of a model alone": (
        "transformers",
        {"net.py": TOKENS},
        "+        self.score = nn.Linear(self.body.embed_dim, 1)",
    ),
    "messages of a model alone": (
        "torch_geometric",
        {"net.py": MESSAGES},
        "+        self.first, self.second = GCNConv(7, 16), GCNConv(16, 16)",
    ),
    **{
        name: (
            name if name == "accelerate" else "torch",
            {
                "train.py": STEPS.format(
                    imports=imports,
                    wrapped=wrapped,
                    backward="a.backward(loss)" if name == "accelerate" else "loss.backward()",
                )
            },
            FIXED,
        )
        for name, (imports, wrapped) in WRAPPED.items()
    },
    "layers of einops": ("einops", {"net.py": EINOPS}, "+        self.embed = nn.Linear(48, 64)"),
}


@pytest.mark.torch
@pytest.mark.parametrize("name", CASES)
def test_the_fault_is_repaired_where_it_is(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    package, files, line = CASES[name]
    pytest.importorskip(package, reason=f"{package} is not installed here, so its programs are not tried")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("")
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    assert main.main([next(iter(files))]) == 1
    patch = capfd.readouterr().out
    assert line in patch.splitlines()


LIBRARY = """\
import types

import torch

library = types.ModuleType("library")
exec('''
import torch
class Block(torch.nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(hidden, width))
    def forward(self, x):
        return torch.nn.functional.linear(x, self.weight).relu()
''', vars(library))


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = library.Block(6, 5), library.Block(8, 3)

    def forward(self, x):
        return self.two(self.one(x))
"""


def test_argument_of_a_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a library builds of a size is told by its value: the code that does is none of the project's files."""
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(LIBRARY)

    assert main.main(["net.py", "-s", "4,6"]) == 1
    assert "+        self.one, self.two = library.Block(6, 5), library.Block(5, 3)" in capsys.readouterr().out


TAGGER = """\
from torch import nn


class Encoder(nn.Module):
    def __init__(self, n_mels, hidden):
        super().__init__()
        self.gru = nn.GRU(n_mels, hidden, batch_first=True)

    def forward(self, x):
        return self.gru(x)[0]


class Tagger(nn.Module):
    def __init__(self, encoder, head_in, tags):
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(head_in, tags)

    def forward(self, x):
        return self.head(self.encoder(x))
"""
TAGGER_YAML = """\
_target_: net.Tagger
encoder:
  _target_: net.Encoder
  n_mels: 40
  hidden: 64
head_in: 48  # What the encoder gives.
tags: 9
"""
RANKER = """\
from torch import nn


class Ranker(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.user = nn.Embedding(config["users"], config["dim"])
        self.out = nn.Linear(config["joined"], 1)

    def forward(self, user):
        return self.out(self.user(user))
"""
READER = """\
import json
import sys

from net import Ranker

if __name__ == "__main__":
    net = Ranker(json.load(open("settings.json")))
    net(int(open(sys.argv[1]).read()))
"""


@pytest.mark.torch
@pytest.mark.parametrize(
    "files, model, line",
    [
        (
            {"net.py": TAGGER, "conf/model/tagger.yaml": TAGGER_YAML},
            "Tagger",
            "+head_in: 64  # What the encoder gives.",
        ),
        (
            {"net.py": RANKER, "train.py": READER, "settings.json": '{"users": 50, "dim": 16,\n "joined": 24}\n'},
            "Ranker",
            '+ "joined": 16}',
        ),
    ],
    ids=["as hydra would build it", "as a program reads it"],
)
def test_a_model_run_alone_is_repaired_in_its_config(
    files: Mapping[str, str],
    model: str,
    line: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No program ran, so the arguments stand in the expression that was read from the file: an edit of the file makes
    another expression.
    """
    monkeypatch.chdir(tmp_path)
    for path, text in ({"pyproject.toml": ""} | dict(files)).items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text)
    assert main.main([f"net.py:{model}"]) == 1
    assert line in capsys.readouterr().out.splitlines()
    assert main.main(["batch", ".", "--no-cache", "--jobs", "1", "--unsafe-fixes"]) == 1
    assert line in capsys.readouterr().out.splitlines()
