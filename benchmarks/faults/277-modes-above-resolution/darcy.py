"""Fourier neural operator for pressure in a porous medium, settings in darcy.json."""
import json
from pathlib import Path

import torch
import torch.nn as nn

CONFIG = json.loads(Path(__file__).with_name("darcy.json").read_text())


def medium(resolution, count, permeabilities):
    g = torch.Generator().manual_seed(11)
    rough = torch.randn(count, 1, resolution, resolution, generator=g)
    smooth = nn.functional.avg_pool2d(rough, 5, 1, 2)
    low, high = permeabilities
    a = torch.where(smooth > 0, high, low)
    p = nn.functional.avg_pool2d(1.0 / a, 5, 1, 2)
    return a / high, p


class SpectralLayer(nn.Module):
    def __init__(self, width, modes):
        super().__init__()
        self.modes = modes
        shape = (width, width, modes, modes)
        self.low = nn.Parameter(torch.randn(*shape, dtype=torch.cfloat) / width ** 2)
        self.high = nn.Parameter(torch.randn(*shape, dtype=torch.cfloat) / width ** 2)

    def forward(self, x):
        m = self.modes
        f = torch.fft.rfft2(x)
        out = torch.zeros_like(f)
        out[:, :, :m, :m] = torch.einsum("bixy,ioxy->boxy", f[:, :, :m, :m], self.low)
        out[:, :, -m:, :m] = torch.einsum("bixy,ioxy->boxy", f[:, :, -m:, :m], self.high)
        return torch.fft.irfft2(out, s=x.shape[-2:])


class FourierOperator(nn.Module):
    def __init__(self, width, modes, layers):
        super().__init__()
        self.lift = nn.Conv2d(1, width, 1)
        self.spectral = nn.ModuleList(SpectralLayer(width, modes) for _ in range(layers))
        self.local = nn.ModuleList(nn.Conv2d(width, width, 1) for _ in range(layers))
        self.project = nn.Conv2d(width, 1, 1)

    def forward(self, x):
        x = self.lift(x)
        for spectral, local in zip(self.spectral, self.local):
            x = nn.functional.gelu(spectral(x) + local(x))
        return self.project(x)


def main(config=CONFIG):
    torch.manual_seed(0)
    a, p = medium(**config["data"])
    model = FourierOperator(**config["model"])
    optimizer = torch.optim.Adam(model.parameters(), lr=config["training"]["lr"])
    for epoch in range(config["training"]["epochs"]):
        for x, y in zip(a.split(config["training"]["batch"]), p.split(config["training"]["batch"])):
            loss = nn.functional.mse_loss(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())
    return model, a


if __name__ == "__main__":
    model, a = main()
