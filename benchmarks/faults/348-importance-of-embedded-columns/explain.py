"""Fit a small attentive regressor on a table and report how much every column mattered."""
import torch
from torch import nn


class EmbeddingGenerator(nn.Module):
    """Replaces categorical columns by their vectors, in the order of the columns."""

    def __init__(self, input_dim, cat_idxs, cat_dims, cat_emb_dim):
        super().__init__()
        self.input_dim = input_dim
        self.cat_idxs = list(cat_idxs)
        self.post_embed_dim = input_dim + len(cat_idxs) * (cat_emb_dim - 1)
        self.embeddings = nn.ModuleList(nn.Embedding(n, cat_emb_dim) for n in cat_dims)

    def forward(self, x):
        columns = []
        for i in range(self.input_dim):
            if i in self.cat_idxs:
                columns.append(self.embeddings[self.cat_idxs.index(i)](x[:, i].long()))
            else:
                columns.append(x[:, i:i + 1])
        return torch.cat(columns, dim=1)


class AttentiveNet(nn.Module):
    def __init__(self, input_dim, cat_idxs=(), cat_dims=(), cat_emb_dim=1, steps=2, width=8):
        super().__init__()
        self.embedder = EmbeddingGenerator(input_dim, cat_idxs, cat_dims, cat_emb_dim)
        dim = self.embedder.post_embed_dim
        self.attention = nn.ModuleList(nn.Linear(dim, dim) for _ in range(steps))
        self.transform = nn.ModuleList(nn.Sequential(nn.Linear(dim, width), nn.ReLU()) for _ in range(steps))
        self.head = nn.Linear(width, 1)

    def forward(self, x):
        x = self.embedder(x)
        out, masks = 0, []
        for attention, transform in zip(self.attention, self.transform):
            mask = attention(x).softmax(dim=-1)
            out = out + transform(mask * x)
            masks.append(mask)
        return self.head(out), torch.stack(masks).sum(dim=0)


class Regressor:
    """feature_importances_ has one share per column of what the network sees after embedding; they add up to one."""

    def __init__(self, input_dim, **kwargs):
        self.input_dim = input_dim
        self.network = AttentiveNet(input_dim, **kwargs)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=0.02)

    def fit(self, x, y, epochs=3, batch_size=16):
        for _ in range(epochs):
            feature_importances = torch.zeros(self.input_dim)
            for xb, yb in zip(x.split(batch_size), y.split(batch_size)):
                output, mask = self.network(xb)
                loss = nn.functional.mse_loss(output, yb)
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
                feature_importances += mask.detach().sum(dim=0)
        self.feature_importances_ = feature_importances / feature_importances.sum()
        return self


if __name__ == "__main__":
    torch.manual_seed(0)
    table = torch.randn(50, 6)
    table[:, 1] = torch.randint(0, 5, (50,)).float()
    table[:, 4] = torch.randint(0, 3, (50,)).float()
    regressor = Regressor(6, cat_idxs=[1, 4], cat_dims=[5, 3], cat_emb_dim=4).fit(table, table[:, :1] * 2)
    print(regressor.feature_importances_)
