"""Which customers close their account within a quarter?"""
from dataclasses import dataclass, field

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split


@dataclass
class Config:
    numeric: int = 8
    cardinalities: tuple = (5, 12, 3)
    hidden: list = field(default_factory=lambda: [64, 32])
    dropout: float = 0.1
    batch_size: int = 64
    epochs: int = 6
    lr: float = 4e-3
    patience: int = 3


class TabularNet(nn.Module):
    def __init__(self, cfg: Config):
        super().__init__()
        sizes = [min(50, (c + 1) // 2) for c in cfg.cardinalities]
        self.embeddings = nn.ModuleList(nn.Embedding(c, s) for c, s in zip(cfg.cardinalities, sizes))
        self.bn = nn.BatchNorm1d(cfg.numeric)
        layers, width = [], cfg.numeric + sum(sizes)
        for h in cfg.hidden:
            layers += [nn.Linear(width, h), nn.ReLU(), nn.Dropout(cfg.dropout)]
            width = h
        self.mlp = nn.Sequential(*layers)
        self.out = nn.Linear(width, 1)

    def forward(self, numeric, categorical):
        embedded = [emb(categorical[:, i]) for i, emb in enumerate(self.embeddings)]
        x = torch.cat([self.bn(numeric), *embedded], dim=1)
        return self.out(self.mlp(x))


def make_customers(n, cfg):
    numeric = torch.randn(n, cfg.numeric)
    categorical = torch.stack([torch.randint(0, c, (n,)) for c in cfg.cardinalities], dim=1)
    risk = 1.6 * numeric[:, 0] - 1.2 * numeric[:, 3] + 1.5 * (categorical[:, 2] == 1).float() - 1.4
    churned = (risk + 0.3 * torch.randn(n) > 0).float()
    return TensorDataset(numeric, categorical, churned)


def fit(model, train_loader, val_loader, cfg):
    criterion = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(2.0))
    optimizer = torch.optim.AdamW(model.parameters(), lr=cfg.lr)
    best, bad = 0.0, 0
    for epoch in range(cfg.epochs):
        model.train()
        for numeric, categorical, target in train_loader:
            optimizer.zero_grad()
            loss = criterion(model(numeric, categorical), target)
            loss.backward()
            optimizer.step()
        acc = evaluate(model, val_loader)
        print(f"epoch {epoch + 1}: loss {loss.item():.3f}, accuracy {acc:.3f}")
        if acc > best:
            best, bad = acc, 0
        else:
            bad += 1
            if bad == cfg.patience:
                break
    return best


@torch.no_grad()
def evaluate(model, loader):
    model.eval()
    correct = total = 0
    for numeric, categorical, target in loader:
        predicted = (torch.sigmoid(model(numeric, categorical)) > 0.5).float()
        correct += (predicted == target).float().mean().item() * len(target)
        total += len(target)
    return correct / total


if __name__ == "__main__":
    torch.manual_seed(7)
    cfg = Config()
    data = make_customers(1500, cfg)
    train_set, val_set = random_split(data, [1200, 300])
    train_loader = DataLoader(train_set, batch_size=cfg.batch_size, shuffle=True)
    val_loader = DataLoader(val_set, batch_size=cfg.batch_size)
    model = TabularNet(cfg)
    best = fit(model, train_loader, val_loader, cfg)
    print(f"best accuracy {best:.3f}")
