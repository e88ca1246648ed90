import torch
from torch import nn
import torch.nn.functional as F


class Quantize(nn.Module):
    """Nearest vectors of a codebook kept as columns, updated by moving averages."""

    def __init__(self, dim, codes, decay=0.9, eps=1e-5):
        super().__init__()
        self.dim, self.codes, self.decay, self.eps = dim, codes, decay, eps
        embed = torch.randn(dim, codes)
        self.register_buffer("embed", embed)
        self.register_buffer("cluster_size", torch.ones(codes))
        self.register_buffer("embed_avg", embed.clone())

    def forward(self, x):
        flat = x.reshape(-1, self.dim)
        distance = flat.pow(2).sum(1, keepdim=True) - 2 * flat @ self.embed + self.embed.pow(2).sum(0, keepdim=True)
        index = (-distance).max(1)[1]
        if self.training:
            onehot = F.one_hot(index, self.codes).type(flat.dtype)
            self.cluster_size.mul_(self.decay).add_(onehot.sum(0), alpha=1 - self.decay)
            self.embed_avg.mul_(self.decay).add_(flat.detach().transpose(0, 1) @ onehot, alpha=1 - self.decay)
            n = self.cluster_size.sum()
            size = (self.cluster_size + self.eps) / (n + self.codes * self.eps) * n
            self.embed.copy_(self.embed_avg / size.unsqueeze(0))
        index = index.view(*x.shape[:-1])
        code = F.embedding(index, self.embed.transpose(0, 1))
        diff = (code.detach() - x).pow(2).mean()
        return x + (code - x).detach(), diff, index


class VQVAE(nn.Module):
    def __init__(self, width=8, dim=4, codes=16):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(3, width, 4, stride=2, padding=1), nn.ReLU(), nn.Conv2d(width, dim, 1))
        self.quantize = Quantize(dim, codes)
        self.decoder = nn.Sequential(nn.ConvTranspose2d(dim, width, 4, stride=2, padding=1), nn.ReLU(),
                                     nn.Conv2d(width, 3, 3, padding=1))

    def encode(self, x):
        quant, diff, index = self.quantize(self.encoder(x).permute(0, 2, 3, 1))
        return quant.permute(0, 3, 1, 2), diff, index

    def decode_index(self, index):
        return self.decoder(F.embedding(index, self.quantize.embed.T).permute(0, 3, 1, 2))

    def forward(self, x):
        quant, diff, _ = self.encode(x)
        return self.decoder(quant), diff


if __name__ == "__main__":
    torch.manual_seed(0)
    model = VQVAE()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(3):
        x = torch.rand(2, 3, 8, 12)
        drawn, diff = model(x)
        loss = F.mse_loss(drawn, x) + 0.25 * diff
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(loss.item())
