"""Augment cepstra (batch, time, coefficients) by blanking a stretch of times and a band of coefficients."""
import torch
from torch import nn


class Blank(nn.Module):
    """Blanks up to `widest` neighbouring places along one axis, others for every recording."""

    def __init__(self, widest, axis):
        super().__init__()
        self.widest, self.axis = widest, axis

    def forward(self, x):
        size = x.shape[self.axis]
        width = torch.randint(1, self.widest + 1, (len(x), 1))
        start = (torch.rand(len(x), 1) * (size - width + 1)).long()
        place = torch.arange(size)
        blank = (place >= start) & (place < start + width)
        shape = [len(x)] + [1] * (x.dim() - 1)
        shape[self.axis] = size
        return x.masked_fill(blank.view(shape), 0.0)


class SpecAugment(nn.Module):
    def __init__(self, time_width=10, band_width=5):
        super().__init__()
        self.time = Blank(time_width, axis=1)
        self.band = Blank(band_width, axis=1)

    def forward(self, x):
        if not self.training:
            return x
        return self.band(self.time(x))


class SpoofDetector(nn.Module):
    def __init__(self, coefficients=20, hidden=16):
        super().__init__()
        self.augment = SpecAugment()
        self.gru = nn.GRU(coefficients, hidden, batch_first=True)
        self.out = nn.Linear(hidden, 2)

    def forward(self, x):
        return self.out(self.gru(self.augment(x))[0].mean(dim=1))


if __name__ == "__main__":
    torch.manual_seed(0)
    model = SpoofDetector()
    loss = nn.functional.cross_entropy(model(torch.randn(4, 60, 20)), torch.tensor([0, 1, 1, 0]))
    loss.backward()
    print(loss.item())
