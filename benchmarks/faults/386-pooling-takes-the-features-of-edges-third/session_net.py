"""Does a session of clicks end with a purchase? Each session is a graph of the things that were looked at."""
import torch
from torch import nn
import torch.nn.functional as F

from pooling import TopKPooling


class SAGEConv(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.lin = nn.Linear(in_channels, out_channels)
        self.update_lin = nn.Linear(in_channels + out_channels, in_channels)

    def forward(self, x, edge_index):
        source, target = edge_index
        messages = F.relu(self.lin(x))[source]
        total = torch.zeros(x.size(0), messages.size(1)).index_add(0, target, messages)
        count = torch.zeros(x.size(0)).index_add(0, target, torch.ones(len(target))).clamp(min=1)
        return F.relu(self.update_lin(torch.cat([total / count.unsqueeze(1), x], dim=1)))


def global_mean_pool(x, batch):
    n = int(batch.max()) + 1
    total = torch.zeros(n, x.size(1)).index_add(0, batch, x)
    return total / torch.bincount(batch, minlength=n).clamp(min=1).unsqueeze(1)


class Net(nn.Module):
    def __init__(self, items=40, dim=8):
        super().__init__()
        self.item_embedding = nn.Embedding(items, dim)
        self.conv1, self.pool1 = SAGEConv(dim, 16), TopKPooling(dim, ratio=0.8)
        self.conv2, self.pool2 = SAGEConv(dim, 16), TopKPooling(dim, ratio=0.8)
        self.lin = nn.Linear(dim, 1)

    def forward(self, items, edge_index, batch):
        x = self.item_embedding(items)
        x = self.conv1(x, edge_index)
        x, edge_index, _, batch, _, _ = self.pool1(x, edge_index, batch)
        x1 = global_mean_pool(x, batch)
        x = self.conv2(x, edge_index)
        x, edge_index, _, batch, _, _ = self.pool2(x, edge_index, batch)
        x2 = global_mean_pool(x, batch)
        return torch.sigmoid(self.lin(x1 + x2)).squeeze(1)


def collate(sessions):
    """Join sessions (lists of things in the order of the clicks) to one graph of several components."""
    items, edges, batch, offset = [], [], [], 0
    for number, session in enumerate(sessions):
        items += session
        edges += [(offset + i, offset + i + 1) for i in range(len(session) - 1)]
        batch += [number] * len(session)
        offset += len(session)
    return torch.tensor(items), torch.tensor(edges).view(-1, 2).t(), torch.tensor(batch)


if __name__ == "__main__":
    torch.manual_seed(0)
    sessions = [torch.randint(0, 40, (n,)).tolist() for n in (6, 3, 9, 4)]
    bought = torch.tensor([1.0, 0.0, 0.0, 1.0])
    model = Net()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(3):
        loss = F.binary_cross_entropy(model(*collate(sessions)), bought)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(loss.item())
