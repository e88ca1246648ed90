"""Rows that have to be there for each node, step or sample: picked, or expanded to the batch."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = "import torch\nfrom torch import nn\n\n"
CASES = {
    "the mean of each cloud of points": (
        """def centred(points, owner):
    count = int(owner.max()) + 1
    sums = points.new_zeros(count, 3).index_add_(0, owner, points)
    mean = sums / torch.bincount(owner).unsqueeze(1)
    return points - mean


print(centred(torch.rand(9, 3), torch.tensor([0, 0, 1, 1, 1, 1, 2, 2, 2])))
""",
        ("points - mean", "points - mean[owner]"),
    ),
    "what is known of each recording, beside its frames": (
        """table, layer = nn.Embedding(9, 4), nn.Linear(10, 2)


def scores(frames, speakers, recording):
    return layer(torch.cat((frames, table(speakers)), -1))


print(scores(torch.rand(11, 6), torch.tensor([3, 8, 0]), torch.arange(3).repeat_interleave(torch.tensor([5, 2, 4]))))
""",
        ("table(speakers)),", "table(speakers)[recording]),"),
    ),
    "a graph as an object": (
        """class Graph:
    pass


layer = nn.Linear(9, 2)


def scores(graph):
    return layer(torch.cat([graph.x, graph.u], dim=1))


graph = Graph()
graph.x, graph.u, graph.batch = torch.rand(7, 5), torch.rand(2, 4), torch.tensor([0, 0, 0, 1, 1, 1, 1])
print(scores(graph))
""",
        ("graph.u], dim", "graph.u[graph.batch]], dim"),
    ),
    "places of a table that a function gives once": (
        """class Places(nn.Module):
    def forward(self, pictures):
        samples, _, height, width = pictures.shape
        rows = torch.linspace(0, 1, height).view(1, 1, -1, 1)
        return rows.expand(1, 1, height, width)


places, layer = Places(), nn.Conv2d(4, 2, 3)


def features(pictures):
    return layer(torch.cat([pictures, places(pictures)], dim=1))


print(features(torch.rand(5, 3, 6, 8)))
""",
        ("rows.expand(1, 1, height, width)", "rows.expand(1, 1, height, width).expand(samples, -1, -1, -1)"),
    ),
}


@pytest.mark.parametrize("program, change", CASES.values(), ids=CASES)
def test_every_row_gets_its_own(program: str, change: tuple[str, str], check_change: CheckChange) -> None:
    check_change(HEADER, program, change)
