"""Embed every customer's card transactions and find the most similar one."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class TransactionEncoder(nn.Module):
    def __init__(self, categories=20, dim=12, hidden=24):
        super().__init__()
        self.category = nn.Embedding(categories, dim)
        self.gru = nn.GRU(dim + 1, hidden, batch_first=True)

    def forward(self, category, amount):
        x = torch.cat([self.category(category), amount.unsqueeze(-1)], dim=-1)
        _, h = self.gru(x)
        return nn.functional.normalize(h[-1], dim=-1)


def customers(count=107, length=15):
    g = torch.Generator().manual_seed(4)
    category = torch.randint(20, (count, length), generator=g)
    amount = torch.rand(count, length, generator=g).log().neg()
    return TensorDataset(category, amount)


@torch.inference_mode()
def embed(model, dataset, batch_size=32):
    model.eval()
    outputs = []
    for category, amount in DataLoader(dataset, batch_size=batch_size):
        outputs.append(model(category, amount))
    outputs = torch.stack(outputs)
    return outputs.flatten(0, 1)


def nearest(embeddings):
    similarity = embeddings @ embeddings.t()
    similarity.fill_diagonal_(-1)
    return similarity.argmax(dim=1)


if __name__ == "__main__":
    torch.manual_seed(0)
    model = TransactionEncoder()
    embeddings = embed(model, customers())
    print(embeddings.shape, nearest(embeddings)[:5].tolist())
