import math

import torch
from torch import nn


class QuantileNet(nn.Module):
    def __init__(self, n_state, n_action, width=32, n_cos=16):
        super().__init__()
        self.feature = nn.Sequential(nn.Linear(n_state, width), nn.ReLU())
        self.phi = nn.Sequential(nn.Linear(n_cos, width), nn.ReLU())
        self.out = nn.Linear(width, n_action)
        self.register_buffer("k", math.pi * torch.arange(n_cos).float())

    def forward(self, s, n_quant):
        taus = torch.rand(s.size(0), n_quant, 1)
        phi = self.phi(torch.cos(taus * self.k))
        return self.out(self.feature(s).unsqueeze(1) * phi), taus
