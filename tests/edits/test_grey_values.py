"""Masks in grey values, in programs of several fields: their steps are the classes, wherever they are made or read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.report import Report

Repaired = Callable[..., Report]
CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = """import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset

rng = np.random.default_rng(0)
"""
PAGES = """class Pages(Dataset):
    def __init__(self):
        self.scans = (torch.rand(8, 6, 6) > 0.6).to(torch.uint8) * 255

    def __len__(self):
        return len(self.scans)

    def __getitem__(self, index):
        return {"ink": self.scans[index].long(), "page": torch.randn(2, 6, 6)}


"""
CASES = {
    "ink on paper, where a sample is made": (
        PAGES
        + """net = nn.Sequential(nn.Conv2d(2, 2, 1), nn.LogSoftmax(1))
for batch in DataLoader(Pages(), 4):
    nn.NLLLoss()(net(batch["page"]), batch["ink"]).backward()
""",
        ("self.scans[index].long()", "self.scans[index].long() // 255"),
    ),
    "rows of one and zero for a mask": (
        PAGES
        + """net = nn.Conv2d(2, 2, 1)
for batch in DataLoader(Pages(), 4):
    common = net(batch["page"]).softmax(1) * F.one_hot(batch["ink"], 2).movedim(-1, 1)
    print(common.sum())
""",
        ("self.scans[index].long()", "self.scans[index].long() // 255"),
    ),
    "lungs in four steps": (
        """masks = torch.from_numpy(rng.choice([0, 85, 170, 255], (8, 6, 6)).astype(np.uint8))
y = masks.long()
scores = nn.Conv2d(1, 4, 1)(torch.randn(8, 1, 6, 6))
print(F.cross_entropy(scores, y))
""",
        ("y = masks.long()", "y = masks.long() // 85"),
    ),
    "roads that are compared with what is found, too": (
        """class Roads(Dataset):
    def __len__(self):
        return 6

    def __getitem__(self, index):
        return rng.random((3, 8, 8), dtype=np.float32), (rng.random((8, 8)) > 0.5).astype(np.int64) * 255


net = nn.Conv2d(3, 2, 1)
for picture, road in DataLoader(Roads(), 3):
    scores = net(picture)
    loss = F.cross_entropy(scores, road)
    print(loss, (scores.argmax(1) == road).float().mean())
""",
        ("    loss = ", "    road = road // 255\n    loss = "),
    ),
}


@pytest.mark.parametrize("program, change", CASES.values(), ids=CASES)
def test_grey_values_are_numbered(program: str, change: tuple[str, str], check_change: CheckChange) -> None:
    check_change(HEADER, program, change)


KEPT = {
    "a border that is no class": """mask = torch.randint(0, 2, (4, 6, 6))
mask[:, 0] = 255
print(nn.CrossEntropyLoss(ignore_index=254)(nn.Conv2d(1, 2, 1)(torch.randn(4, 1, 6, 6)), mask))
""",
    "a batch before that held classes": """net = nn.Conv2d(1, 2, 1)
for highest in (1, 255):
    mask = torch.randint(0, 2, (4, 6, 6)) * highest
    print(F.cross_entropy(net(torch.randn(4, 1, 6, 6)), mask))
""",
    "bytes that are classes": """levels = torch.arange(256).view(1, 16, 16)
print(F.cross_entropy(nn.Conv2d(1, 255, 1)(torch.randn(1, 1, 16, 16)), levels))
""",
}


@pytest.mark.parametrize("program", KEPT.values(), ids=KEPT)
def test_labels_that_may_be_classes_are_left(program: str, repaired: Repaired) -> None:
    report = repaired(HEADER + program)
    plans = [plan for plan in (report.plan, *report.alternatives) if plan is not None]
    assert not any("//" in text for plan in plans for _, text in plan.texts)
