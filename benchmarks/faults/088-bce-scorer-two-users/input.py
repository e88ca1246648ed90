import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset


class Scorer(nn.Module):
    def __init__(self, dim=20):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(dim, 32), nn.ReLU(), nn.Linear(32, 1))

    def forward(self, x):
        return self.net(x)


def two_class_probs(logits):
    p = logits.sigmoid()
    return torch.cat([1 - p, p], dim=1)


def train(model, loader, epochs=2):
    opt = torch.optim.SGD(model.parameters(), lr=0.1)
    criterion = nn.BCEWithLogitsLoss()
    for _ in range(epochs):
        for x, y in loader:
            loss = criterion(model(x), y.float())
            opt.zero_grad()
            loss.backward()
            opt.step()
    return loss.item()


@torch.no_grad()
def evaluate(model, loader):
    conf = torch.zeros(2, 2)
    for x, y in loader:
        pred = two_class_probs(model(x)).argmax(1)
        for a, b in zip(y, pred):
            conf[a, b] += 1
    return conf


if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.randn(65, 20)
    y = (x[:, 0] > 0).long()
    loader = DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True)
    model = Scorer()
    print("loss", round(train(model, loader), 3))
    print(evaluate(model, loader).sum().item())
