"""How somebody feels about what they talk of."""
import sys

import torch
from torch.utils.data import DataLoader, TensorDataset

from config import get_config
from model import TFRNet


def load(config, count=32, seed=1):
    g = torch.Generator().manual_seed(seed)
    parts = [torch.randn(count, n, d, generator=g) for n, d in zip(config["seq_lens"], config["feature_dims"])]
    labels = torch.tanh(parts[0].mean(dim=(1, 2)) * 5)
    return DataLoader(TensorDataset(*parts, labels), config["batch_size"])


if __name__ == "__main__":
    torch.manual_seed(0)
    name = sys.argv[1] if len(sys.argv) > 1 else "mosi"
    config = get_config(name)
    model, loader = TFRNet(config), load(config)
    optimizer = torch.optim.Adam(model.parameters(), config["learning_rate"])
    for epoch in range(2):
        total = 0.0
        for text, audio, vision, labels in loader:
            loss = (model(text, audio, vision) - labels).abs().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"{name} epoch {epoch + 1}: MAE {total / len(loader):.4f}")
