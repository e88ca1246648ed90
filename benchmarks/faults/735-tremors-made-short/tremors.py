#!/usr/bin/env python
# coding: utf-8
# %% [markdown]
# # Denoising seismograms with an autoencoder
# Train on clean wavelets + noise, three components (Z, N, E), 256 samples.

# %%
import math
import torch
import torch.nn as nn
import torch.nn.functional as F
torch.manual_seed(7)

# %%
def wavelets(n, length=256):
    t = torch.arange(length).float()
    onset = torch.rand(n, 3, 1) * length * 0.8
    freq = 0.02 + 0.06 * torch.rand(n, 3, 1)
    after = (t - onset).clamp(min=0)
    return torch.exp(-after / 30) * torch.sin(2 * math.pi * freq * after)

# %%
def down(i, o):
    return nn.Sequential(nn.Conv1d(i, o, 5, stride=2, padding=2), nn.BatchNorm1d(o), nn.LeakyReLU(0.1))

def up(i, o):
    return nn.ConvTranspose1d(i, o, 5, stride=2, padding=2)

class Denoiser(nn.Module):
    def __init__(self, ch=3, width=12):
        super().__init__()
        self.enc = nn.Sequential(down(ch, width), down(width, 2 * width), down(2 * width, 4 * width))
        self.dec = nn.Sequential(
            up(4 * width, 2 * width), nn.LeakyReLU(0.1),
            up(2 * width, width), nn.LeakyReLU(0.1),
            up(width, ch),
        )
    def forward(self, x):
        return self.dec(self.enc(x))

# %%
net = Denoiser()
print(sum(p.numel() for p in net.parameters()), "parameters")

# %%
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for it in range(60):
    clean = wavelets(32)
    noisy = clean + 0.3 * torch.randn_like(clean)
    loss = F.mse_loss(net(noisy), clean)
    opt.zero_grad(); loss.backward(); opt.step()
    if it % 20 == 0:
        print(it, round(loss.item(), 4))

# %%
# signal to noise before / after
net.eval()
with torch.no_grad():
    clean = wavelets(64)
    noisy = clean + 0.3 * torch.randn_like(clean)
    den = net(noisy)
    snr = lambda s, x: 10 * torch.log10(s.pow(2).sum() / (x - s).pow(2).sum())
    print("SNR %.1f dB -> %.1f dB" % (snr(clean, noisy), snr(clean, den)))
