import torch
from torch import nn
from torch.distributions import Normal


class MaskedConv2d(nn.Conv2d):
    """Sees the pixels above and to the left, with kind B also the pixel itself."""

    def __init__(self, kind, *args, **kwargs):
        super().__init__(*args, **kwargs)
        mask = torch.zeros_like(self.weight)
        k = self.weight.shape[-1] // 2
        mask[:, :, :k] = 1
        mask[:, :, k, :k + (kind == "B")] = 1
        self.register_buffer("mask", mask)

    def forward(self, x):
        return nn.functional.conv2d(x, self.weight * self.mask, self.bias, padding=self.padding)


class MixturePixels(nn.Module):
    """Autoregressive mixture of normal densities for grey pictures; returns the negative log-likelihood of each."""

    def __init__(self, components=4, width=16):
        super().__init__()
        self.components = components
        self.net = nn.Sequential(
            MaskedConv2d("A", 1, width, 5, padding=2), nn.ReLU(),
            MaskedConv2d("B", width, width, 5, padding=2), nn.ReLU(),
            MaskedConv2d("B", width, 3 * components, 1))

    def densities(self, x):
        b, c, h, w = x.shape
        parameters = self.net(x).view(b, 3 * self.components, c, h, w)
        return parameters.chunk(3, dim=1)

    def log_prob(self, x):
        loc, log_scale, logits = self.densities(x)
        target = x.unsqueeze(1).repeat(1, 1, self.components, 1, 1)
        single = Normal(loc, log_scale.exp()).log_prob(target)
        mixed = (single + logits.log_softmax(dim=1)).logsumexp(dim=1)
        return mixed.flatten(1).sum(dim=1)

    def forward(self, x):
        return -self.log_prob(x)
