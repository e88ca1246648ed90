"""Learn from what people took."""
import torch
from torch.utils.data import DataLoader, Dataset

from model import BPRItem

USERS, ITEMS, K = 30, 50, 5


class TripletUniformPair(Dataset):
    def __init__(self, taken):
        self.taken = taken
        self.pairs = [(u, i) for u, items in enumerate(taken) for i in sorted(items)]

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, index):
        u, i = self.pairs[index]
        j = i
        while j in self.taken[u]:
            j = int(torch.randint(0, ITEMS, ()))
        return u, i, j


def interactions(seed=5):
    g = torch.Generator().manual_seed(seed)
    taste = torch.randn(USERS, 3, generator=g) @ torch.randn(3, ITEMS, generator=g) + torch.randn(ITEMS, generator=g)
    return [set(row.topk(8)[1].tolist()) for row in taste]


def precision(model, taken):
    best = model.recommend(torch.arange(USERS), K)
    return sum(item in taken[u] for u, row in enumerate(best.tolist()) for item in row) / (USERS * K)


if __name__ == "__main__":
    torch.manual_seed(0)
    taken = interactions()
    loader = DataLoader(TripletUniformPair(taken), batch_size=32, shuffle=True)
    model = BPRItem(USERS, ITEMS, dim=8, weight_decay=0.01)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for epoch in range(4):
        for u, i, j in loader:
            loss = model(u, i, j)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: loss {loss.item():.3f}, precision@{K} {precision(model, taken):.3f}")
