"""The manifest of the wild bench is well formed, and each of its mutations breaks what its name says.

No repository is needed; nothing is fetched.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path, PurePosixPath

import pytest
import wild
import wild_models
import wild_mutations

from autofix.sample_inputs import grammar
from autofix.syntax.source import Source

ROWS = wild.rows()
TABLE = """
WIDTHS = {"stem": 16}
def forward(self, x, mask):
    out = self.conv1(x, mask)
    size = out.shape[1]
    out = torch.bmm(out, mask)
    mean = out.mean(dim=1, keepdim=True)
    out = rearrange(out - mean, "b c t -> b t c").transpose(1, 2)
    return self.conv2(out.view(2, size, -1)).squeeze(1)
class Net:
    def __init__(self):
        self.conv1, self.conv2 = nn.Conv1d(3, 4, 1), nn.Conv1d(4, 4, 1)
        self.rnn = nn.LSTM(4, 8, batch_first=True)
"""
MUTATIONS = {
    "arguments exchanged": "torch.bmm(mask, out)",
    "index beside": "out.shape[0]",
    "keepdim left out": "out.mean(dim=1)",
    "dim left out": "out.mean(keepdim=True)",
    "transpose left out": 'rearrange(out - mean, "b c t -> b t c")\n',
    "view left out": "self.conv2(out).squeeze(1)",
    "letter of a pattern": '"b c t -> b c c"',
    "name beside": "self.conv1(mask, mask)",
    "batch_first left out": "nn.LSTM(4, 8)",
    "configuration": '{"stem": 32}',
    "squeeze of everything": ".squeeze()",
    "swapped sizes": "nn.Conv1d(4, 3, 1)",
}


def test_manifest_is_large_and_varied() -> None:
    assert len({row.repository for row in ROWS}) >= 25
    assert len(set(ROWS)) == len(ROWS) >= 150


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_row_says_how_a_model_is_run(row: wild_models.Row) -> None:
    assert re.fullmatch(r"[\w.-]+/[\w.-]+", row.repository)
    path = PurePosixPath(row.path)
    assert path.suffix == ".py"
    assert not path.is_absolute()
    assert ".." not in path.parts
    ast.parse(row.model, mode="eval")
    if row.sample.startswith(wild_models.EXPRESSION):
        ast.parse(row.sample.removeprefix(wild_models.EXPRESSION), mode="eval")
    else:
        assert grammar.parse_samples(row.sample.split(";")).inputs


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_mutation_makes_the_mistake(mutation: str) -> None:
    texts = wild_mutations.mutants(Source(Path("model.py"), TABLE), mutation)
    assert any(MUTATIONS[mutation] in text for text in texts)
    assert TABLE not in texts
