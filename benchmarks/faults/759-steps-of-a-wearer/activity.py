"""What is the wearer of a wrist band doing? Windows of accelerometer and gyroscope at 25 Hz."""
import math
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

ACTIVITIES = ["sitting", "walking", "running", "stairs"]


class PositionalEncoding(nn.Module):
    def __init__(self, d_model, max_len=500):
        super().__init__()
        position = torch.arange(max_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(1, max_len, d_model)
        pe[0, :, 0::2] = torch.sin(position * div_term)
        pe[0, :, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe)

    def forward(self, x):
        return x + self.pe[:, : x.size(1)]


class ActivityTransformer(nn.Module):
    """windows: (batch, samples, channels)"""

    def __init__(self, channels=6, d_model=32, nhead=4, num_layers=2, num_classes=len(ACTIVITIES)):
        super().__init__()
        self.input_proj = nn.Linear(channels, d_model)
        self.pos = PositionalEncoding(d_model)
        encoder_layer = nn.TransformerEncoderLayer(d_model, nhead, dim_feedforward=64, dropout=0.1)
        self.encoder = nn.TransformerEncoder(encoder_layer, num_layers)
        self.classifier = nn.Sequential(nn.LayerNorm(d_model), nn.Linear(d_model, num_classes))

    def forward(self, windows):
        x = self.pos(self.input_proj(windows))
        x = self.encoder(x)
        return self.classifier(x.mean(dim=1))


def make_windows(n, samples=40, seed=0):
    g = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, len(ACTIVITIES), (n,), generator=g)
    t = torch.arange(samples) / 25
    hertz = torch.tensor([0.0, 1.8, 2.8, 1.4])[labels]
    height = torch.tensor([0.0, 0.6, 1.5, 0.8])[labels]
    phase = torch.rand(n, 1, generator=g) * 2 * math.pi
    swing = height[:, None] * torch.sin(2 * math.pi * hertz[:, None] * t + phase)
    gain = 0.5 + torch.rand(n, 1, 6, generator=g)
    x = swing[:, :, None] * gain + 0.3 * torch.randn(n, samples, 6, generator=g)
    x[labels == 3, :, 2] += 0.5
    return TensorDataset(x, labels)


def run_epoch(model, loader, optimizer=None):
    criterion = nn.CrossEntropyLoss()
    model.train(optimizer is not None)
    hits = total = 0
    with torch.set_grad_enabled(optimizer is not None):
        for windows, labels in loader:
            logits = model(windows)
            if optimizer is not None:
                optimizer.zero_grad()
                criterion(logits, labels).backward()
                optimizer.step()
            hits += (logits.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
    return hits / total


if __name__ == "__main__":
    torch.manual_seed(0)
    train_loader = DataLoader(make_windows(256, seed=1), batch_size=32, shuffle=True)
    test_loader = DataLoader(make_windows(100, seed=2), batch_size=32)
    model = ActivityTransformer()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    for epoch in range(3):
        train_acc = run_epoch(model, train_loader, optimizer)
        test_acc = run_epoch(model, test_loader)
        print(f"epoch {epoch}: train {train_acc:.3f} test {test_acc:.3f}")
