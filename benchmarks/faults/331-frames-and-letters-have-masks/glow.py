import torch
from torch import nn


def sequence_mask(lengths, longest):
    return (torch.arange(longest) < lengths[:, None]).unsqueeze(1).float()


class TextEncoder(nn.Module):
    def __init__(self, letters=30, dim=16, mels=8):
        super().__init__()
        self.embed = nn.Embedding(letters, dim)
        self.conv = nn.Conv1d(dim, dim, 3, padding=1)
        self.mean = nn.Conv1d(dim, mels, 1)
        self.duration = nn.Conv1d(dim, 1, 1)

    def forward(self, text, mask):
        h = self.embed(text).transpose(1, 2) * mask
        h = torch.relu(self.conv(h)) * mask
        return self.mean(h) * mask, self.duration(h) * mask


class ActNorm(nn.Module):
    def __init__(self, mels):
        super().__init__()
        self.logs = nn.Parameter(0.1 * torch.randn(1, mels, 1))
        self.bias = nn.Parameter(torch.zeros(1, mels, 1))

    def forward(self, y, mask):
        weight = mask.expand(y.shape)
        z = (self.bias + torch.exp(self.logs) * y) * weight
        logdet = (self.logs * weight).sum(dim=(1, 2))
        return z, logdet


class Glow(nn.Module):
    def __init__(self, mels=8, flows=3):
        super().__init__()
        self.encoder = TextEncoder(mels=mels)
        self.flows = nn.ModuleList(ActNorm(mels) for _ in range(flows))

    def forward(self, text, text_lengths, mel, mel_lengths):
        x_mask = sequence_mask(text_lengths, text.shape[1])
        y_mask = sequence_mask(mel_lengths, mel.shape[2])
        mean, duration = self.encoder(text, x_mask)
        z, logdet = mel, 0
        for flow in self.flows:
            z, d = flow(z, x_mask)
            logdet = logdet + d
        scores = -0.5 * (mean.pow(2).sum(1)[:, :, None] - 2 * mean.transpose(1, 2) @ z + z.pow(2).sum(1)[:, None])
        scores = scores.masked_fill(x_mask.transpose(1, 2) == 0, -1e9)
        return z, logdet, scores, y_mask
