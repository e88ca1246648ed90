import json
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

if __name__ == "__main__":
    with open("run.json") as f:
        cfg = json.load(f)
    data = TensorDataset(torch.randn(40, 10), torch.randint(0, 2, (40,)))
    loader = DataLoader(data, **cfg["loader"])
    net = nn.Linear(10, 2)
    for x, y in loader:
        print(nn.functional.cross_entropy(net(x), y).item())
