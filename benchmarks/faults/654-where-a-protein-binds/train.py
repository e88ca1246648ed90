import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader

from dna import Peaks
from model import BindingCNN

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--batch_size", type=int, default=16)
parser.add_argument("--lr", type=float, default=3e-3)
args = parser.parse_args()

torch.manual_seed(0)
train_loader = DataLoader(Peaks(128, seed=0, augment=True), batch_size=args.batch_size, shuffle=True)
test_loader = DataLoader(Peaks(48, seed=1), batch_size=args.batch_size)
model = BindingCNN()
loss_fn = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)

for epoch in range(args.epochs):
    model.train()
    running = 0.0
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        running += loss.item()
    model.eval()
    correct = 0
    with torch.no_grad():
        for x, y in test_loader:
            correct += ((model(x) > 0).float() == y).sum().item()
    print(f"{epoch + 1}: loss {running / len(train_loader):.4f} acc {correct / len(test_loader.dataset):.3f}")
