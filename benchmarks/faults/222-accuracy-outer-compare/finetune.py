import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset


class EEGClassifier(nn.Module):
    """temporal convolution over [batch, electrode, sample]"""

    def __init__(self, electrodes=8, classes=3):
        super().__init__()
        self.conv = nn.Conv1d(electrodes, 16, 9, stride=4, padding=4)
        self.head = nn.Linear(16, classes)

    def forward(self, x):
        return self.head(torch.relu(self.conv(x)).mean(-1))


def recordings(n=96, electrodes=8, samples=64):
    y = torch.randint(0, 3, (n, 1))
    t = torch.arange(samples) / samples
    wave = torch.sin(2 * torch.pi * (3 + 4 * y.float()) * t)
    x = wave.unsqueeze(1) + 0.3 * torch.randn(n, electrodes, samples)
    return TensorDataset(x, y)


def class_accuracy(output, targets, is_binary=False):
    """share of right decisions in the batch; targets as delivered by the loader, (batch, 1)"""
    if is_binary:
        return ((torch.sigmoid(output) > 0.5) == targets).float().mean()
    return (output.max(-1)[-1] == targets).float().mean()


def train_class_batch(model, samples, targets, criterion):
    outputs = model(samples)
    loss = criterion(outputs, targets.squeeze(-1))
    return loss, outputs


def train_one_epoch(model, loader, optimizer, criterion):
    total_loss, total_acc, n = 0.0, 0.0, 0
    for samples, targets in loader:
        loss, output = train_class_batch(model, samples, targets, criterion)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * len(samples)
        total_acc += class_accuracy(output, targets).item() * len(samples)
        n += len(samples)
    return {"loss": total_loss / n, "class_acc": total_acc / n}


def main():
    torch.manual_seed(5)
    model = EEGClassifier()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    loader = DataLoader(recordings(), batch_size=32, shuffle=True)
    for epoch in range(3):
        print("epoch", epoch, train_one_epoch(model, loader, optimizer, nn.CrossEntropyLoss()))


if __name__ == "__main__":
    main()
