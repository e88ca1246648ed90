"""Registers pairs of volumes."""
import torch
import yaml
from torch.utils.data import DataLoader, Dataset

from networks import RegNet


class Pairs(Dataset):
    """Volumes of the brain, which are cut to what the scanner covers: 24 x 32 x 60 mm."""

    def __init__(self, count, spacing, seed=0):
        g = torch.Generator().manual_seed(seed)
        self.shape = [round(mm / s) for mm, s in zip((24, 32, 60), spacing)]
        self.volumes = torch.rand(count, 1, *self.shape, generator=g)

    def __len__(self):
        return len(self.volumes)

    def __getitem__(self, i):
        fixed = self.volumes[i]
        return fixed.roll(1, dims=2), fixed


def smoothness(flow):
    return sum(flow.diff(dim=d).pow(2).mean() for d in (2, 3, 4)) / 3


def train(model, loader, optimizer, weight):
    total = 0.0
    for moving, fixed in loader:
        warped, flow = model(moving, fixed)
        loss = (warped - fixed).pow(2).mean() + weight * smoothness(flow)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)


if __name__ == "__main__":
    torch.manual_seed(0)
    with open("config.yaml") as file:
        config = yaml.safe_load(file)
    dataset = Pairs(config["data"]["count"], config["data"]["spacing"])
    loader = DataLoader(dataset, config["train"]["batch_size"], shuffle=True)
    model = RegNet(config["model"]["inshape"], config["model"]["channels"])
    optimizer = torch.optim.Adam(model.parameters(), lr=config["train"]["lr"])
    for epoch in range(config["train"]["epochs"]):
        print(f"epoch {epoch}: {train(model, loader, optimizer, config['train']['smooth']):.4f}")
