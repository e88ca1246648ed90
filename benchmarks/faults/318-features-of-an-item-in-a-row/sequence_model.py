"""Next-vacancy recommendation: attention over the visited vacancies and their features."""
import torch
from torch import nn


class FeatureTables(nn.Module):
    """One table per feature; the result has the axes batch, position, feature, width."""

    def __init__(self, sizes, dim):
        super().__init__()
        self.tables = nn.ModuleDict({name: nn.Embedding(n, dim, padding_idx=0) for name, n in sizes.items()})

    def forward(self, features):
        return torch.stack([table(features[name]) for name, table in self.tables.items()], dim=2)


class FeatureSASRec(nn.Module):
    def __init__(self, items, feature_sizes, dim=16, max_length=20):
        super().__init__()
        self.item = nn.Embedding(items, dim, padding_idx=0)
        self.position = nn.Embedding(max_length, dim)
        self.features = FeatureTables(feature_sizes, dim)
        self.concat_layer = nn.Linear(dim * (1 + len(feature_sizes)), dim)
        self.encoder = nn.TransformerEncoderLayer(dim, 2, 32, dropout=0.0, batch_first=True)

    def forward(self, item_seq, features):
        b, t = item_seq.shape
        joined = torch.cat([self.item(item_seq).unsqueeze(2), self.features(features)], dim=2)
        x = self.concat_layer(joined) + self.position.weight[:t]
        causal = torch.ones(t, t, dtype=torch.bool).triu(1)
        return self.encoder(x, src_mask=causal)

    def scores(self, item_seq, features, lengths):
        h = self(item_seq, features)
        last = h[torch.arange(len(lengths)), lengths - 1]
        return last @ self.item.weight.t()


if __name__ == "__main__":
    torch.manual_seed(0)
    sizes = {"company": 12, "area": 7, "employment": 4}
    model = FeatureSASRec(50, sizes)
    lengths = torch.tensor([10, 6, 8, 10])[:3]
    items = torch.randint(1, 50, (3, 10)) * (torch.arange(10) < lengths[:, None])
    lookup = {name: torch.cat([torch.zeros(1).long(), torch.randint(1, n, (49,))]) for name, n in sizes.items()}
    features = {name: table[items] for name, table in lookup.items()}
    scores = model.scores(items, features, lengths)
    loss = nn.functional.cross_entropy(scores, torch.tensor([4, 8, 15]))
    loss.backward()
    print(loss.item())
