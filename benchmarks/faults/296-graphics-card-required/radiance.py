"""A small radiance field, written for one graphics card."""
import torch
import torch.nn as nn


class Field(nn.Module):
    def __init__(self, frequencies=6, hidden=64):
        super().__init__()
        self.frequencies = frequencies
        self.density = nn.Sequential(nn.Linear(3 + 6 * frequencies, hidden), nn.ReLU(), nn.Linear(hidden, hidden + 1))
        self.colour = nn.Sequential(nn.Linear(hidden + 3, hidden), nn.ReLU(), nn.Linear(hidden, 3), nn.Sigmoid())

    def encode(self, x):
        scaled = [x * 2 ** k for k in range(self.frequencies)]
        return torch.cat([x] + [f(s) for s in scaled for f in (torch.sin, torch.cos)], dim=-1)

    def forward(self, points, directions):
        h = self.density(self.encode(points))
        sigma, feature = torch.relu(h[..., 0]), h[..., 1:]
        return sigma, self.colour(torch.cat([feature, directions], dim=-1))


def render(field, origins, directions, steps=32):
    t = torch.linspace(1.0, 4.0, steps).cuda()
    points = origins[:, None] + t[None, :, None] * directions[:, None]
    sigma, colour = field(points, directions[:, None].expand_as(points))
    alpha = 1 - torch.exp(-sigma * (t[1] - t[0]))
    through = torch.cumprod(torch.cat([torch.ones_like(alpha[:, :1]), 1 - alpha[:, :-1]], dim=1), dim=1)
    return ((through * alpha)[..., None] * colour).sum(dim=1)


if __name__ == "__main__":
    torch.manual_seed(0)
    field = Field().cuda()
    origins, directions = torch.randn(128, 3).cuda(), nn.functional.normalize(torch.randn(128, 3), dim=1).cuda()
    print(render(field, origins, directions).shape)
