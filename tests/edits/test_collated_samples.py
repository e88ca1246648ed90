"""Loaders of samples of unequal sizes, in programs of several fields: they are passed a ``collate_fn``."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.plan import Applicability
from autofix.records.report import RepairEnding, Report

Repaired = Callable[..., Report]

PROGRAM = """import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset


class Samples(Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, i):
{item}


{loader}
{use}
"""
LOADER = "loader = DataLoader(Samples(), batch_size=2)"
PASSED = "loader = DataLoader(Samples(), batch_size=2, collate_fn=collate)"
CASES = {
    "boxes of pictures, one picture after the other": (
        """        image = torch.rand(3, 8, 8)
        corner = torch.rand(i + 1, 2)
        boxes = torch.cat([corner, corner + 0.3], 1)
        return image, boxes""",
        """net = nn.Conv2d(3, 4, 8)
for images, boxes in loader:
    print(sum((row - truth).abs().min() for row, truth in zip(net(images).flatten(1), boxes)))""",
        "[sample[1] for sample in samples]",
    ),
    "letters of pictures": (
        """        target = torch.arange(1, i + 3)
        return {"image": torch.rand(1, 4, 4), "target": target, "name": f"{i}"}""",
        """net = nn.Linear(16, 9)
for batch in loader:
    lengths = (batch["target"] > 0).sum(1)
    print(net(batch["image"].flatten(1)).shape, lengths, batch["name"])""",
        'pad_sequence([sample["target"] for sample in samples], batch_first=True)',
    ),
    "sounds": (
        """        return torch.rand(8 + i, 1)""",
        """net = nn.GRU(1, 4, batch_first=True)
for waves in loader:
    print(net(waves)[0].shape)""",
        "pad_sequence(samples, batch_first=True)",
    ),
    "words and the kind of a text": (
        """        words = torch.randint(1, 9, (i + 2,))
        return words, i % 2""",
        """net, head = nn.Embedding(9, 4, padding_idx=0), nn.Linear(4, 2)
for words, kinds in loader:
    print(nn.functional.cross_entropy(head(net(words).sum(1)), kinds))""",
        "pad_sequence([sample[0] for sample in samples], batch_first=True)",
    ),
    "atoms of molecules of unequal size": (
        """        atoms = torch.rand(2 + i, 5)
        bonds = torch.rand(1 + 2 * i, 3)
        energy = torch.rand(1)
        return atoms, bonds, energy""",
        """net = nn.Linear(8, 1)
for atoms, bonds, energies in loader:
    sums = [torch.cat([a.sum(0), b.sum(0)]) for a, b in zip(atoms, bonds)]
    print(nn.functional.mse_loss(net(torch.stack(sums)), energies))""",
        "[sample[1] for sample in samples]",
    ),
}
OWN = """def collate_words(samples):
    words, kinds = zip(*samples)
    return pad_sequence(words, batch_first=True), torch.tensor(kinds)


"""


@pytest.mark.parametrize("item, use, parts", CASES.values(), ids=CASES)
def test_samples_of_unequal_sizes(item: str, use: str, parts: str, repaired: Repaired) -> None:
    report = repaired(PROGRAM.format(item=item, loader=LOADER, use=use))
    assert report.ending is RepairEnding.REPAIRED, report.message
    assert report.plan is not None
    assert report.plan.applicability is Applicability.UNSAFE
    ((_, text),) = report.plan.texts
    assert "def collate(samples):" in text
    assert PASSED in text
    assert parts in text


def test_a_function_of_the_project_that_nothing_passes(repaired: Repaired) -> None:
    item, use, _ = CASES["words and the kind of a text"]
    report = repaired(PROGRAM.format(item=item, loader=OWN + LOADER, use=use))
    assert report.plan is not None
    assert [text for _, text in report.plan.texts] == [
        PROGRAM.format(item=item, loader=OWN + PASSED.replace("collate)", "collate_words)"), use=use)
    ]


def test_a_loader_that_has_a_function(repaired: Repaired) -> None:
    item, use, _ = CASES["sounds"]
    report = repaired(PROGRAM.format(item=item, loader=LOADER.replace("2)", "2, collate_fn=torch.stack)"), use=use))
    plans = [plan for plan in (report.plan, *report.alternatives) if plan is not None]
    assert not any("def collate" in text for plan in plans for _, text in plan.texts)


ELSEWHERE = {
    "batches.py": """import torch


class Graphs(torch.utils.data.Dataset):
    def __len__(self):
        return 6

    def __getitem__(self, i):
        return self.load(4 + i)

    def load(self, nodes):
        return torch.randn(nodes, 5), torch.randint(0, nodes, (2, 9))

    @staticmethod
    def one_graph(graphs):
        offsets = torch.tensor([0] + [len(x) for x, _ in graphs[:-1]]).cumsum(0)
        return torch.cat([x for x, _ in graphs]), torch.cat([e + o for (_, e), o in zip(graphs, offsets)], 1)


class CollateGraphs:
    def __call__(self, graphs):
        return Graphs.one_graph(graphs)


def collate_graphs(graphs):
    x, e = zip(*graphs)
    return torch.cat(x), torch.cat(e, 1)


def make_loader(data, size, **options):
    return torch.utils.data.DataLoader(data, size, **options)
"""
}
USE = """
for x, e in loader:
    print(nn.Linear(5, 1)(x)[e].shape)
"""
LOADERS = {
    "imported by another name": (
        "from batches import Graphs, collate_graphs as together",
        "loader = Loader(Graphs(), 2, True",
        ", collate_fn=together)",
    ),
    "of an imported module": (
        "import batches as b",
        "loader = Loader(b.Graphs(), batch_size=2, num_workers=0",
        ", collate_fn=b.collate_graphs)",
    ),
    "through a function that makes the loader": (
        "from batches import Graphs, collate_graphs, make_loader",
        "loader = make_loader(Graphs(), 2, shuffle=True",
        ", collate_fn=collate_graphs)",
    ),
    "instead of none": (
        "from batches import Graphs, collate_graphs",
        "loader = Loader(Graphs(), 2, False, None, None, 0, None",
        "collate_graphs)",
    ),
}


@pytest.mark.parametrize("imports, loader, end", LOADERS.values(), ids=LOADERS)
def test_a_function_of_another_file(imports: str, loader: str, end: str, repaired: Repaired) -> None:
    head = f"from torch import nn\nfrom torch.utils.data import DataLoader as Loader\n{imports}\n\n"
    report = repaired({"model.py": head + loader + ")" + USE, **ELSEWHERE})
    assert report.plan is not None, report.message
    ((_, text),) = report.plan.texts
    assert f"{loader.removesuffix('None') if end[0] != ',' else loader}{end}{USE}" in text
    assert report.plan.applicability is Applicability.UNSAFE
