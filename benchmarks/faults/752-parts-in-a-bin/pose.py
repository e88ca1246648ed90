"""Pose of a part in a bin: from scanned points to rotation and translation, so that a gripper can take it."""
import argparse
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Pose(NamedTuple):
    R: Tensor   # (batch, 3, 3)
    t: Tensor   # (batch, 3)


def rotation_from_6d(v: Tensor) -> Tensor:
    """Gram-Schmidt on two vectors; the columns of the result are an orthonormal basis."""
    a, b = v[..., :3], v[..., 3:]
    x = F.normalize(a, dim=-1)
    y = F.normalize(b - (x * b).sum(-1, keepdim=True) * x, dim=-1)
    z = torch.cross(x, y, dim=-1)
    return torch.stack([x, y, z], dim=-1)


def transform(points: Tensor, pose: Pose) -> Tensor:
    """Moves points (batch, n, 3) of the part to where it lies in the bin: R p + t for each point p."""
    return pose.R @ points + pose.t[:, None]


class PoseNet(nn.Module):
    def __init__(self, widths=(64, 128, 128)):
        super().__init__()
        layers, d = [], 3
        for w in widths:
            layers += [nn.Linear(d, w), nn.ReLU()]
            d = w
        self.points = nn.Sequential(*layers)
        self.head = nn.Sequential(nn.Linear(d, 64), nn.ReLU(), nn.Linear(64, 9))
        nn.init.zeros_(self.head[-1].weight)
        self.head[-1].bias.data.copy_(torch.tensor([1.0, 0, 0, 0, 1, 0, 0, 0, 0]))

    def forward(self, scan: Tensor) -> Pose:
        h = self.points(scan).amax(dim=1)
        out = self.head(h)
        return Pose(rotation_from_6d(out[:, :6]), out[:, 6:])


def bracket(n: int) -> Tensor:
    """An L-shaped part without any symmetry."""
    long = torch.rand(n // 2, 3) * torch.tensor([1.0, 0.3, 0.1])
    short = torch.rand(n - n // 2, 3) * torch.tensor([0.2, 0.3, 0.6])
    p = torch.cat([long, short])
    return p - p.mean(dim=0)


def random_poses(count: int, tilt: float) -> Pose:
    v = torch.tensor([1.0, 0, 0, 0, 1, 0]) + tilt * torch.randn(count, 6)
    return Pose(rotation_from_6d(v), 0.3 * torch.randn(count, 3))


def angle(a: Tensor, b: Tensor) -> Tensor:
    """Angle between rotations in degrees."""
    trace = (a.transpose(1, 2) @ b).diagonal(dim1=1, dim2=2).sum(-1)
    return ((trace - 1) / 2).clamp(-1, 1).arccos().rad2deg()


def train(args):
    model_points = bracket(args.points)
    net = PoseNet()
    optimizer = torch.optim.Adam(net.parameters(), lr=args.lr)
    for step in range(args.steps):
        true = random_poses(args.batch, args.tilt)
        part = model_points.expand(args.batch, -1, -1)
        scan = transform(part, true)
        scan = scan + 0.005 * torch.randn_like(scan)
        guess = net(scan)
        loss = (transform(part, guess) - transform(part, true)).norm(dim=-1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 50 == 0:
            print(f"{step:4d}  {loss.item():.4f}")
    return net, model_points


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=96)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--tilt", type=float, default=0.3)
    parser.add_argument("--lr", type=float, default=2e-3)
    args = parser.parse_args()
    torch.manual_seed(0)
    net, model_points = train(args)
    with torch.no_grad():
        true = random_poses(200, args.tilt)
        guess = net(transform(model_points.expand(200, -1, -1), true))
        print(f"rotation off by {angle(guess.R, true.R).mean():.1f} degrees, position by {(guess.t - true.t).norm(dim=1).mean():.3f}")
