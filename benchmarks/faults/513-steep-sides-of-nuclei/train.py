"""Nuclei of cells: which pixel is one, and how far it is from the middle."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset

from losses import msge_loss


class Nuclei(Dataset):
    def __init__(self, count, size=20):
        generator = torch.Generator().manual_seed(3)
        self.images = torch.rand(count, 3, size, size, generator=generator)
        self.hv = torch.rand(count, size, size, 2, generator=generator) * 2 - 1

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        inside = (self.hv[index].abs().sum(-1, keepdim=True) < 1).long()
        return {"img": self.images[index], "np_map": inside, "hv_map": self.hv[index]}


class HoVerNet(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, width, 3, padding=1), nn.ReLU())
        self.np, self.hv = nn.Conv2d(width, 2, 1), nn.Conv2d(width, 2, 1)

    def forward(self, x):
        x = self.body(x)
        return {"np": self.np(x), "hv": self.hv(x).permute(0, 2, 3, 1)}


def train_step(model, batch):
    images = batch.pop("img")
    true = {name: value.squeeze() for name, value in batch.items()}
    pred = model(images)
    loss = F.cross_entropy(pred["np"], true["np_map"])
    loss = loss + F.mse_loss(pred["hv"], true["hv_map"])
    return loss + msge_loss(true["hv_map"], pred["hv"], true["np_map"])


if __name__ == "__main__":
    torch.manual_seed(0)
    model = HoVerNet()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    losses = []
    for batch in DataLoader(Nuclei(9), batch_size=4):
        loss = train_step(model, batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        print(f"{losses[-1]:.4f}")
