"""Embed pictures so that those of one kind lie together; a head names the kind."""
import torch
from torch import nn

SIZE = 64


def stage(inside, outside):
    return nn.Sequential(
        nn.Conv2d(inside, outside, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(outside),
        nn.LeakyReLU(0.2),
    )


class MetricNet(nn.Module):
    """Takes square pictures of the given size."""

    def __init__(self, size=SIZE, width=16, kinds=10):
        super().__init__()
        self.size = size
        self.stages = nn.Sequential(
            stage(3, width),
            stage(width, 2 * width),
            stage(2 * width, 4 * width),
            stage(4 * width, 4 * width),
        )
        self.fc = nn.Linear(4 * width, kinds)

    def embed(self, x):
        return self.stages(x).flatten(1)

    def forward(self, x):
        return self.fc(self.embed(x))


def triplet(anchor, positive, negative, margin=0.2):
    near = (anchor - positive).pow(2).sum(1)
    far = (anchor - negative).pow(2).sum(1)
    return (near - far + margin).clamp(min=0).mean()


if __name__ == "__main__":
    torch.manual_seed(0)
    net = MetricNet()
    x = torch.randn(6, 3, SIZE, SIZE)
    print(net(x).shape, triplet(*net.embed(x).chunk(3)).item())
