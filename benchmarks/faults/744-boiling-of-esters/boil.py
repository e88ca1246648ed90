"""Boiling points of esters from fingerprints: an ensemble of small nets, for the mean and the spread."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

N_BITS = 128
BATCH_SIZE = 32
MEMBERS = 2
EPOCHS = 8
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def load_molecules(n=400, seed=0):
    g = torch.Generator().manual_seed(seed)
    fingerprints = (torch.rand(n, N_BITS, generator=g) < 0.15).float()
    effect = torch.randn(N_BITS, generator=g) * 9
    boiling = 120 + fingerprints @ effect + 2 * torch.randn(n, generator=g)
    return fingerprints, boiling


def split(x, y, train=0.6, val=0.1575):
    n = len(x)
    a, b = round(n * train), round(n * (train + val))
    return (x[:a], y[:a]), (x[a:b], y[a:b]), (x[b:], y[b:])


def build_model():
    return nn.Sequential(
        nn.Linear(N_BITS, 64), nn.ReLU(), nn.Dropout(0.1),
        nn.Linear(64, 32), nn.ReLU(),
        nn.Linear(32, 1),
    ).to(device)


def train_member(loader, mean, std):
    model = build_model()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3, weight_decay=1e-4)
    loss_fn = nn.MSELoss()
    model.train()
    for epoch in range(EPOCHS):
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            pred = model(x).squeeze(1)
            loss = loss_fn(pred, (y - mean) / std)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model


@torch.no_grad()
def predict(model, loader):
    model.eval()
    preds = []
    for x, _ in loader:
        out = model(x.to(device)).squeeze()
        preds.append(out.cpu())
    return torch.cat(preds)


def predict_ensemble(models, loader, mean, std):
    preds = torch.stack([predict(m, loader) for m in models]) * std + mean
    return preds.mean(dim=0), preds.std(dim=0)


if __name__ == "__main__":
    torch.manual_seed(0)
    train, val, test = split(*load_molecules())
    mean, std = train[1].mean(), train[1].std()
    train_loader = DataLoader(TensorDataset(*train), BATCH_SIZE, shuffle=True)
    val_loader = DataLoader(TensorDataset(*val), BATCH_SIZE)
    test_loader = DataLoader(TensorDataset(*test), BATCH_SIZE)

    models = []
    for k in range(MEMBERS):
        models.append(train_member(train_loader, mean, std))
        val_pred = predict(models[-1], val_loader) * std + mean
        print(f"member {k}: validation MAE {(val_pred - val[1]).abs().mean():.2f} K")

    pred, spread = predict_ensemble(models, test_loader, mean, std)
    mae = (pred - test[1]).abs().mean()
    print(f"test MAE {mae:.2f} K, mean spread {spread.mean():.2f} K over {len(test[1])} esters")
