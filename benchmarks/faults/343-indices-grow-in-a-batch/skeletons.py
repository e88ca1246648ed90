"""Hands as graphs of three joints; a batch is one graph of separate parts."""
import torch
from torch import nn
from torch.utils.data import DataLoader

BONES = torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])


def collate(hands):
    x = torch.cat([h for h, _ in hands], dim=0)
    joints = [len(h) for h, _ in hands]
    starts = torch.tensor([0] + joints[:-1]).cumsum(dim=0)
    edge_index = torch.cat([BONES + s for s in starts], dim=1)
    batch = torch.arange(len(hands)).repeat_interleave(torch.tensor(joints))
    return x, edge_index, batch, torch.stack([y for _, y in hands])


class HandNet(nn.Module):
    def __init__(self, features=24, hidden=16, gestures=4):
        super().__init__()
        self.own, self.other = nn.Linear(features, hidden), nn.Linear(features, hidden)
        self.out = nn.Linear(hidden, gestures)

    def forward(self, x, edge_index, batch):
        source, target = edge_index
        degree = torch.bincount(target, minlength=len(x)).clamp(min=1).unsqueeze(1)
        gathered = torch.zeros_like(x).index_add(0, target, x[source]) / degree
        h = torch.relu(self.own(x) + self.other(gathered))
        graphs = int(batch[-1]) + 1
        pooled = h.new_zeros(graphs, h.shape[1]).index_add(0, batch, h)
        return self.out(pooled / torch.bincount(batch).unsqueeze(1))


if __name__ == "__main__":
    torch.manual_seed(0)
    hands = [(torch.randn(3, 24), torch.tensor(i % 4)) for i in range(10)]
    model = HandNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for x, edges, batch, y in DataLoader(hands, batch_size=4, collate_fn=collate):
        loss = nn.functional.cross_entropy(model(x, edges, batch), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(edges.max().item(), loss.item())
