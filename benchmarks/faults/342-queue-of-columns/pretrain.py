"""Contrast two noisy views of signals against a queue of earlier keys."""
import copy

import torch
from torch import nn
import torch.nn.functional as F

from queue_of_keys import KeyQueue


class MoCo(nn.Module):
    def __init__(self, inputs=20, dim=16, size=40, momentum=0.9, temperature=0.2):
        super().__init__()
        self.momentum, self.temperature = momentum, temperature
        self.encoder_q = nn.Sequential(nn.Linear(inputs, 32), nn.ReLU(), nn.Linear(32, dim))
        self.encoder_k = copy.deepcopy(self.encoder_q).requires_grad_(False)
        self.queue = KeyQueue(dim, size)

    def forward(self, a, b):
        q = F.normalize(self.encoder_q(a), dim=1)
        with torch.no_grad():
            for pq, pk in zip(self.encoder_q.parameters(), self.encoder_k.parameters()):
                pk.mul_(self.momentum).add_(pq, alpha=1 - self.momentum)
            k = F.normalize(self.encoder_k(b), dim=1)
        positive = torch.einsum("nc,nc->n", q, k).unsqueeze(-1)
        logits = torch.cat([positive, self.queue(q)], dim=1) / self.temperature
        self.queue.push(k)
        return F.cross_entropy(logits, torch.zeros(len(q), dtype=torch.long))


if __name__ == "__main__":
    torch.manual_seed(0)
    model = MoCo()
    optimizer = torch.optim.SGD(model.encoder_q.parameters(), lr=0.1)
    for size in (16, 16, 16, 7):
        x = torch.randn(size, 20)
        loss = model(x + 0.1 * torch.randn_like(x), x + 0.1 * torch.randn_like(x))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(loss.item())
