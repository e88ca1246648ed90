import argparse
import math

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from sr.data import pairs
from sr.network import Upscaler


def psnr(guess, truth):
    return -10 * math.log10(nn.functional.mse_loss(guess, truth).item())


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=int, choices=(2, 3, 4), default=2)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--batch-size", type=int, default=8)
    args = parser.parse_args(argv)
    torch.manual_seed(0)
    size = 16 * args.scale
    loader = DataLoader(TensorDataset(*pairs(40, size, args.scale, seed=1)), batch_size=args.batch_size, shuffle=True)
    small, large = pairs(8, size, args.scale, seed=2)
    model = Upscaler(args.scale)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for epoch in range(args.epochs):
        for x, y in loader:
            loss = nn.functional.l1_loss(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            print(f"epoch {epoch}: PSNR {psnr(model(small), large):.2f} dB")
    return model


if __name__ == "__main__":
    model = main()
