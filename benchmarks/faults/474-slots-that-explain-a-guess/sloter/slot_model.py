"""A backbone whose features are asked by one slot for each class."""
import torch
from torch import nn
import torch.nn.functional as F


class Backbone(nn.Module):
    """A network without its head; like those of the zoo it hands over flat features."""

    def __init__(self, channel):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU(), nn.Conv2d(8, 8, 3, 2, 1), nn.ReLU(),
                                    nn.Conv2d(8, channel, 3, 2, 1), nn.ReLU())

    def forward(self, x):
        return self.layers(x).flatten(1)


class SlotAttention(nn.Module):
    def __init__(self, num_slots, dim):
        super().__init__()
        self.scale = dim ** -0.5
        self.slots = nn.Parameter(torch.randn(1, num_slots, dim))
        self.to_q, self.to_k = nn.Linear(dim, dim), nn.Linear(dim, dim)

    def forward(self, inputs_pe, inputs):
        dots = torch.einsum("bid,bjd->bij", self.to_q(self.slots).expand(len(inputs), -1, -1), self.to_k(inputs_pe))
        attn = torch.sigmoid(dots * self.scale)
        return torch.einsum("bij,bjd->bid", attn, inputs).sum(2) / inputs.size(1), attn


class SlotModel(nn.Module):
    def __init__(self, args):
        super().__init__()
        self.channel, self.feature_size = args.channel, args.feature_size
        self.lambda_value = args.lambda_value
        self.backbone = Backbone(args.channel)
        self.conv1x1 = nn.Conv2d(args.channel, args.hidden_dim, 1)
        self.slot = SlotAttention(args.num_classes * args.slots_per_class, args.hidden_dim)

    def position(self, x):
        b, d, h, w = x.shape
        y = torch.linspace(0, 1, h).view(1, 1, h, 1).expand(b, d // 2, h, w)
        z = torch.linspace(0, 1, w).view(1, 1, 1, w).expand(b, d // 2, h, w)
        return torch.cat([y, z], dim=1)

    def forward(self, x, target=None):
        x = self.backbone(x)
        x = self.conv1x1(x.view(x.size(0), self.channel, self.feature_size, self.feature_size))
        x = torch.relu(x)
        x_pe = (x + self.position(x)).flatten(2).transpose(1, 2)
        logits, attn = self.slot(x_pe, x.flatten(2).transpose(1, 2))
        if target is None:
            return logits
        nll, area = F.cross_entropy(logits, target), attn.mean()
        return logits, (nll + self.lambda_value * area, nll, area)
