"""Train a network of connections."""
import torch
from torch import nn

from connect_loss import ConnectLoss


class DconnNet(nn.Module):
    def __init__(self, num_class, width=8):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, width, 3, padding=1), nn.ReLU(), nn.Conv2d(width, width, 3, padding=2, dilation=2), nn.ReLU(),
            nn.Conv2d(width, num_class * 4, 1),
        )

    def forward(self, x):
        return self.net(x)


class Solver:
    def __init__(self, num_class, lr=1e-2):
        self.num_class, self.lr = num_class, lr
        self.loss_func = ConnectLoss(num_class)

    def batch_loss(self, model, x, y):
        return self.loss_func(model(x), y)

    def train(self, model, train_loader, num_epochs):
        optimizer = torch.optim.Adam(model.parameters(), lr=self.lr)
        for epoch in range(num_epochs):
            model.train()
            total = 0.0
            for x, y in train_loader:
                loss = self.batch_loss(model, x, y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += loss.item()
            print(f"epoch {epoch}: {total / len(train_loader):.4f}")
