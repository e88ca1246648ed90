"""A transformer for tables: columns of categories attend to each other, columns of numbers go beside."""
import torch
from torch import nn


class TabTransformer(nn.Module):
    def __init__(self, categories, num_continuous, dim=8, heads=2, depth=1):
        super().__init__()
        self.num_continuous = num_continuous
        self.embeds = nn.ModuleList(nn.Embedding(n, dim) for n in categories)
        layer = nn.TransformerEncoderLayer(dim, heads, 2 * dim, dropout=0.0, batch_first=True)
        self.transformer = nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)
        if num_continuous > 0:
            self.norm = nn.LayerNorm(num_continuous)
        width = dim * len(categories) + num_continuous
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.ReLU(), nn.Linear(2 * width, 1))

    def forward(self, x_categ, x_cont):
        x = torch.stack([embed(x_categ[:, i]) for i, embed in enumerate(self.embeds)], dim=1)
        x = self.transformer(x).flatten(1)
        if self.num_continuous > 0:
            x_cont = self.norm(x_cont)
        return self.mlp(torch.cat((x, x_cont), dim=-1)).squeeze(-1)


class Table:
    """Rows as dictionaries. A column is one of categories if its values are words, else of numbers."""

    def __init__(self, rows):
        first = rows[0]
        self.words = {c: sorted({r[c] for r in rows}) for c in first if isinstance(first[c], str)}
        self.numbers = [c for c in first if not isinstance(first[c], str)]

    def model(self):
        return TabTransformer([len(words) for words in self.words.values()], len(self.numbers))

    def tensors(self, rows):
        categ = torch.tensor([[words.index(r[c]) for c, words in self.words.items()] for r in rows])
        if self.numbers:
            cont = torch.tensor([[float(r[c]) for c in self.numbers] for r in rows])
        else:
            cont = torch.tensor([[]])
        return categ, cont


def predict(table, model, rows):
    return model(*table.tensors(rows))


def fit(table, model, rows, labels, steps=3):
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    for _ in range(steps):
        loss = nn.functional.binary_cross_entropy_with_logits(predict(table, model, rows), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


if __name__ == "__main__":
    torch.manual_seed(0)
    rows = [{"colour": c, "shape": s, "place": p}
            for c in ("red", "blue", "grey") for s in ("flat", "bell") for p in ("wood", "path")]
    labels = torch.randint(0, 2, (len(rows),)).float()
    weighed = [dict(row, weight=0.1 * i, height=i % 4) for i, row in enumerate(rows)]
    for data in (weighed, rows):
        table = Table(data)
        print(fit(table, table.model(), data, labels))
