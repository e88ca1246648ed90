"""An autoencoder of small point clouds, trained with the Chamfer distance."""
import argparse

import torch
from torch import nn


def chairs(n, points, seed):
    """Seat, back and legs, as (n, points, 3)."""
    g = torch.Generator().manual_seed(seed)
    part = torch.randint(3, (n, points), generator=g)
    p = torch.rand(n, points, 3, generator=g)
    height = 0.6 + 0.8 * torch.rand(n, 1, generator=g)
    seat = torch.stack([p[..., 0], p[..., 1], torch.full_like(p[..., 2], 0.5)], dim=-1)
    back = torch.stack([p[..., 0], torch.zeros_like(p[..., 1]), 0.5 + height * p[..., 2]], dim=-1)
    legs = torch.stack([p[..., 0].round(), p[..., 1].round(), 0.5 * p[..., 2]], dim=-1)
    choices = torch.stack([seat, back, legs])
    return choices.gather(0, part[None, ..., None].expand(1, -1, -1, 3))[0]


def chamfer(a, b):
    d = (a.unsqueeze(2) - b.unsqueeze(1)).pow(2).sum(-1)
    return d.min(dim=1).values.mean() + d.min(dim=2).values.mean()


class PointAutoencoder(nn.Module):
    def __init__(self, points=64, latent=32):
        super().__init__()
        self.points = points
        self.encoder = nn.Sequential(
            nn.Conv1d(3, 32, 1), nn.BatchNorm1d(32), nn.ReLU(),
            nn.Conv1d(32, 64, 1), nn.BatchNorm1d(64), nn.ReLU(),
            nn.Conv1d(64, latent, 1),
        )
        self.decoder = nn.Sequential(nn.Linear(latent, 96), nn.ReLU(), nn.Linear(96, 3 * points))

    def forward(self, cloud):
        code = self.encoder(cloud.transpose(1, 2)).max(dim=2)[0]
        return self.decoder(code).view(-1, self.points, 3), code


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=64)
    parser.add_argument("--scan-points", type=int, default=80)
    parser.add_argument("--batch-size", type=int, default=12)
    parser.add_argument("--epochs", type=int, default=4)
    args = parser.parse_args()
    torch.manual_seed(0)
    scans = chairs(60, args.scan_points, seed=0)
    centre = scans.mean(dim=1, keepdim=True)
    scale = (scans - centre).norm(dim=2).amax(dim=1)[:, None, None]
    scans = (scans - centre) / scale
    model = PointAutoencoder(args.points)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for epoch in range(args.epochs):
        for batch in scans[torch.randperm(len(scans))].split(args.batch_size):
            recon, code = model(batch)
            loss = chamfer(recon, batch) + 1e-4 * code.pow(2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: {loss.item():.4f}")
