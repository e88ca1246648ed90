"""Paint pictures in a style; a small net of early 2017, with a normalisation of its own for each picture."""
import torch
import torch.nn as nn
from torch.autograd import Variable


class PictureNorm(nn.Module):
    """Every channel of every picture gets mean 0 and variance 1, then a gain and an offset of the channel."""

    def __init__(self, channels, eps=1e-5):
        super(PictureNorm, self).__init__()
        self.gain = nn.Parameter(torch.Tensor(1, channels, 1, 1).uniform_())
        self.offset = nn.Parameter(torch.zeros(1, channels, 1, 1))
        self.eps = eps

    def forward(self, x):
        flat = x.contiguous().view(x.size(0), x.size(1), -1)
        center = flat.mean(2).unsqueeze(2).expand_as(x)
        variance = flat.var(2, unbiased=False).unsqueeze(2).expand_as(x)
        normal = (x - center) / (variance + self.eps).sqrt()
        return normal * self.gain.expand_as(x) + self.offset.expand_as(x)


class Painter(nn.Module):
    def __init__(self, width=8):
        super(Painter, self).__init__()
        self.net = nn.Sequential(
            nn.ReflectionPad2d(4), nn.Conv2d(3, width, 9), PictureNorm(width), nn.ReLU(),
            nn.ReflectionPad2d(1), nn.Conv2d(width, 2 * width, 3, stride=2), PictureNorm(2 * width), nn.ReLU(),
            nn.Upsample(scale_factor=2), nn.ReflectionPad2d(1), nn.Conv2d(2 * width, 3, 3))

    def forward(self, x):
        return self.net(x)


def gram(features):
    b, c, h, w = features.size()
    flat = features.view(b, c, h * w)
    return flat.bmm(flat.transpose(1, 2)) / (c * h * w)


if __name__ == '__main__':
    torch.manual_seed(0)
    painter = Painter()
    picture, style = Variable(torch.rand(2, 3, 20, 24)), Variable(torch.rand(2, 3, 20, 24))
    painted = painter(picture)
    loss = ((gram(painted) - gram(style)) ** 2).sum() + ((painted - picture) ** 2).mean()
    loss.backward()
    print(painted.size(), loss.item())
