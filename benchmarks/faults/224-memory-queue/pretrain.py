"""Momentum contrast with a queue of negatives, on random pictures."""
import copy

import torch
import torch.nn as nn


class MoCo(nn.Module):
    def __init__(self, encoder, dim=16, K=64, m=0.99, T=0.2):
        super().__init__()
        self.K, self.m, self.T = K, m, T
        self.encoder_q = encoder
        self.encoder_k = copy.deepcopy(encoder)
        for p in self.encoder_k.parameters():
            p.requires_grad = False
        # columns are keys of earlier batches
        self.register_buffer("queue", nn.functional.normalize(torch.randn(dim, K), dim=0))
        self.register_buffer("queue_ptr", torch.zeros(1, dtype=torch.long))

    @torch.no_grad()
    def _momentum_update(self):
        for q, k in zip(self.encoder_q.parameters(), self.encoder_k.parameters()):
            k.data = k.data * self.m + q.data * (1.0 - self.m)

    @torch.no_grad()
    def _enqueue(self, keys):
        ptr = int(self.queue_ptr)
        self.queue[:, ptr : ptr + keys.shape[0]] = keys.T
        self.queue_ptr[0] = (ptr + keys.shape[0]) % self.K

    def forward(self, im_q, im_k):
        q = nn.functional.normalize(self.encoder_q(im_q), dim=1)
        with torch.no_grad():
            self._momentum_update()
            shuffle = torch.randperm(im_k.shape[0])
            k = nn.functional.normalize(self.encoder_k(im_k[shuffle]), dim=1)
            k = k[shuffle.argsort()]
        l_pos = torch.einsum("nc,nc->n", [q, k]).unsqueeze(-1)          # N x 1
        l_neg = torch.einsum("nc,ck->nk", [q, self.queue.clone().detach()])   # N x K
        logits = torch.cat([l_pos, l_neg], dim=1) / self.T
        labels = torch.zeros(logits.shape[0], dtype=torch.long)         # the positive is column 0
        self._enqueue(k)
        return logits, labels


def main():
    torch.manual_seed(0)
    enc = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 16))
    model = MoCo(enc)
    opt = torch.optim.SGD(model.encoder_q.parameters(), lr=0.03, momentum=0.9)
    for step in range(6):
        x = torch.rand(16, 3, 16, 16)
        logits, labels = model(x + 0.1 * torch.randn_like(x), x.flip(3))
        loss = nn.functional.cross_entropy(logits, labels)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print("loss", loss.item(), "pointer", int(model.queue_ptr))


if __name__ == "__main__":
    main()
