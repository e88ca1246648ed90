"""Masked autoencoder on 1-channel 32x32 images; returns loss, prediction and mask."""
import torch
import torch.nn as nn


class MAE(nn.Module):
    def __init__(self, size=32, patch=4, dim=48, dec=32, keep=0.25):
        super().__init__()
        self.p, self.n, self.keep = patch, (size // patch) ** 2, keep
        self.embed = nn.Conv2d(1, dim, patch, patch)
        self.cls = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos = nn.Parameter(torch.randn(1, self.n + 1, dim) * 0.02)
        self.enc = nn.TransformerEncoderLayer(dim, 4, 96, batch_first=True)
        self.to_dec = nn.Linear(dim, dec)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, dec))
        self.dpos = nn.Parameter(torch.randn(1, self.n + 1, dec) * 0.02)
        self.dec = nn.TransformerEncoderLayer(dec, 4, 64, batch_first=True)
        self.out = nn.Linear(dec, patch * patch)

    def forward(self, img):
        b = img.size(0)
        x = self.embed(img).flatten(2).transpose(1, 2) + self.pos[:, 1:]
        k = int(self.n * self.keep)
        order = torch.rand(b, self.n).argsort(1)
        back = order.argsort(1)
        x = x.gather(1, order[:, :k, None].expand(-1, -1, x.size(2)))
        x = self.enc(torch.cat([(self.cls + self.pos[:, :1]).expand(b, -1, -1), x], 1))
        y = self.to_dec(x)
        tail = torch.cat([y[:, 1:], self.mask_token.expand(b, self.n - k, -1)], 1)
        tail = tail.gather(1, back[:, :, None].expand(-1, -1, tail.size(2)))
        pred = self.out(self.dec(torch.cat([y[:, :1], tail], 1) + self.dpos)[:, 1:])
        goal = nn.functional.unfold(img, self.p, stride=self.p).transpose(1, 2)
        mask = torch.ones(b, self.n).scatter(1, order[:, :k], 0.0)
        return ((pred - goal).pow(2).mean(-1) * mask).sum() / mask.sum(), pred, mask
