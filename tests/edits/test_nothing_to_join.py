"""Lists that are empty and lengths of zero, where the line is right for other samples; and rows that are a table."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.report import Report

HEADER = "import torch\nfrom torch import nn\ntorch.manual_seed(0)\n"
SPANS = """def means(x, spans):
    return nn.functional.normalize(torch.stack([x[a:b].mean(0) for a, b in spans]))
for spans in ([(0, 2), (3, 5)], [(1, 2)], []):
    print(means(torch.randn(6, 8), spans).shape)
"""
EDGES = """def edges_of(neighbours):
    pairs = []
    for i, js in enumerate(neighbours):
        if js:
            pairs.append(torch.tensor([[i] * len(js), js]))
    return torch.cat(pairs, dim=1)
for graph in ([[1], [0, 2], [1]], [[1], [0]], [[], []]):
    print(edges_of(graph)[0].bincount())
"""
CLICKS = """embed, rnn = nn.Embedding(20, 6, padding_idx=0), nn.GRU(6, 6, batch_first=True)
def encode(ids):
    lengths = (ids != 0).sum(1)
    packed = nn.utils.rnn.pack_padded_sequence(embed(ids), lengths.cpu(), True, enforce_sorted=False)
    return rnn(packed)[1]
print(encode(torch.tensor([[1, 2, 3], [0, 0, 0]])).shape)
"""
SENSORS = """rnn = nn.LSTM(3, 5)
def encode(batch):
    lengths = [len(x) for x in batch]
    padded = nn.utils.rnn.pad_sequence(batch)
    return rnn(nn.utils.rnn.pack_padded_sequence(padded, lengths, enforce_sorted=False))[1][0]
print(encode([torch.randn(4, 3), torch.zeros(0, 3)]).shape)
"""
HEADS = """def joined(heads):
    return torch.cat(heads, dim=-1)
print(joined([torch.randn(5, 2), torch.randn(5, 2)]).shape, joined(torch.randn(3, 5, 2)).shape)
"""
NEVER_FILLED = """def joined(rows):
    parts = []
    for row in rows:
        parts + [row]
    return torch.cat(parts)
print(joined(torch.randn(3, 5)).shape)
"""
LIST = "torch.stack([x[a:b].mean(0) for a, b in spans])"


@pytest.mark.parametrize(
    "program, change",
    [
        pytest.param(SPANS, (LIST, f"{LIST} if spans else x.new_zeros(0, 8)"), id="spans of a sentence"),
        pytest.param(
            EDGES,
            (
                "    return torch.cat(pairs, dim=1)",
                "    if not pairs:\n        return torch.zeros(2, 0, dtype=torch.int64)\n"
                "    return torch.cat(pairs, dim=1)",
            ),
            id="a graph without edges",
        ),
        pytest.param(CLICKS, ("lengths.cpu()", "lengths.cpu().clamp(min=1)"), id="a visitor who saw nothing"),
        pytest.param(SENSORS, ("padded, lengths", "padded, [max(length, 1) for length in lengths]"), id="a list"),
        pytest.param(HEADS, ("cat(heads", "cat(list(heads)"), id="heads that are a table"),
    ],
)
def test_sample_with_nothing_in_it_is_let_through(
    check_change: Callable[[str, str, tuple[str, str]], None], program: str, change: tuple[str, str]
) -> None:
    check_change(HEADER, program, change)


def test_list_that_nothing_ever_filled_is_left(repaired: Callable[..., Report]) -> None:
    report = repaired(HEADER + NEVER_FILLED)
    assert report.plan is None or "zeros" not in report.plan.texts[0][1]
