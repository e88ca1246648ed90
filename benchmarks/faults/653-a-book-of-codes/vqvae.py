"""A small VQ-VAE."""
import torch
from torch import nn
from torch.nn import functional as F


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.block = nn.Sequential(nn.ReLU(), nn.Conv2d(width, width // 2, 3, padding=1), nn.ReLU(), nn.Conv2d(width // 2, width, 1))

    def forward(self, x):
        return x + self.block(x)


class VectorQuantizer(nn.Module):
    def __init__(self, codes, dim, beta=0.25):
        super().__init__()
        self.dim, self.beta = dim, beta
        self.embedding = nn.Embedding(codes, dim)
        self.embedding.weight.data.uniform_(-1 / codes, 1 / codes)

    def forward(self, z):
        z = z.permute(0, 2, 3, 1)
        flat = z.view(-1, self.dim)
        distance = (
            flat.pow(2).sum(1, keepdim=True)
            - 2 * flat @ self.embedding.weight.t()
            + self.embedding.weight.pow(2).sum(1)
        )
        index = distance.argmin(dim=1)
        quantized = self.embedding(index).view(z.shape)
        loss = F.mse_loss(quantized, z.detach()) + self.beta * F.mse_loss(quantized.detach(), z)
        quantized = z + (quantized - z).detach()
        usage = F.one_hot(index, self.embedding.num_embeddings).float().mean(0)
        perplexity = torch.exp(-(usage * (usage + 1e-10).log()).sum())
        return quantized.permute(0, 3, 1, 2), loss, perplexity


class VQVAE(nn.Module):
    def __init__(self, width=32, dim=16, codes=64):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(3, width, 4, 2, 1), nn.ReLU(),
            nn.Conv2d(width, width, 4, 2, 1), Residual(width), Residual(width), nn.ReLU(),
            nn.Conv2d(width, dim, 1),
        )
        self.quantizer = VectorQuantizer(codes, dim)
        self.decoder = nn.Sequential(
            nn.Conv2d(dim, width, 3, padding=1), Residual(width), Residual(width), nn.ReLU(),
            nn.ConvTranspose2d(width, width, 4, 2, 1), nn.ReLU(),
            nn.ConvTranspose2d(width, 3, 4, 2, 1),
        )

    def forward(self, x):
        quantized, vq_loss, perplexity = self.quantizer(self.encoder(x))
        recon = self.decoder(quantized)
        return recon, vq_loss, perplexity
