import torch
import torch.nn as nn


class SlotAttention(nn.Module):
    def __init__(self, dim, slots=5, iters=3, eps=1e-8):
        super().__init__()
        self.slots, self.iters, self.eps, self.scale = slots, iters, eps, dim ** -0.5
        self.mu = nn.Parameter(torch.randn(1, 1, dim))
        self.sigma = nn.Parameter(torch.rand(1, 1, dim))
        self.q, self.k, self.v = nn.Linear(dim, dim), nn.Linear(dim, dim), nn.Linear(dim, dim)
        self.gru = nn.GRUCell(dim, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, inputs):
        b, n, d = inputs.shape
        slots = self.mu + self.sigma * torch.randn(b, self.slots, d)
        k, v = self.k(inputs), self.v(inputs)
        for _ in range(self.iters):
            dots = torch.einsum("bid,bjd->bij", self.q(self.norm(slots)), k) * self.scale
            attn = dots.softmax(dim=1) + self.eps      # slots compete for inputs
            attn = attn / attn.sum(dim=-1, keepdim=True)
            updates = torch.einsum("bjd,bij->bid", v, attn)
            slots = self.gru(updates.reshape(-1, d), slots.reshape(-1, d)).reshape(b, -1, d)
        return slots
