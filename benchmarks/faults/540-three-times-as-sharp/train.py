"""Train on patches and say how near the pictures of the test come to the sharp ones."""
import math
from types import SimpleNamespace

import torch
from torch import nn
from torch.utils.data import DataLoader

from datasets import PatchDataset
from models import ESPCN

args = SimpleNamespace(
    train_file="data/91-image_x3.npz",
    eval_file="data/Set5_x3.npz",
    scale=2,
    lr=1e-3,
    batch_size=4,
    num_epochs=2,
    seed=123,
)


def calc_psnr(preds, labels):
    return 10.0 * math.log10(1.0 / (preds - labels).pow(2).mean().item())


if __name__ == "__main__":
    torch.manual_seed(args.seed)
    model, criterion = ESPCN(scale_factor=args.scale), nn.MSELoss()
    optimizer = torch.optim.Adam([
        {"params": model.first_part.parameters()},
        {"params": model.last_part.parameters(), "lr": args.lr * 0.1},
    ], lr=args.lr)
    train_dataloader = DataLoader(PatchDataset(args.train_file), args.batch_size, shuffle=True)
    eval_dataloader = DataLoader(PatchDataset(args.eval_file), 1)
    for epoch in range(args.num_epochs):
        model.train()
        for inputs, labels in train_dataloader:
            preds = model(inputs)
            loss = criterion(preds, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            psnr = [calc_psnr(model(inputs).clamp(0.0, 1.0), labels) for inputs, labels in eval_dataloader]
        print(f"epoch {epoch}: eval psnr {sum(psnr) / len(psnr):.2f}")
