"""Take noise from small pictures, with attention among their places."""
import torch
from torch import nn
import torch.nn.functional as F


class AttentionBlock(nn.Module):
    def __init__(self, n_channels, n_heads=1, d_k=None, n_groups=4):
        super().__init__()
        d_k = n_channels if d_k is None else d_k
        self.norm = nn.GroupNorm(n_groups, n_channels)
        self.projection = nn.Linear(n_channels, n_heads * d_k * 3)
        self.output = nn.Linear(n_heads * d_k, n_channels)
        self.scale = d_k ** -0.5
        self.n_heads, self.d_k = n_heads, d_k

    def forward(self, x):
        batch_size, n_channels, height, width = x.shape
        x = x.view(batch_size, n_channels, -1).permute(0, 2, 1)
        qkv = self.projection(x).view(batch_size, -1, self.n_heads, 3 * self.d_k)
        q, k, v = torch.chunk(qkv, 3, dim=-1)
        attn = torch.einsum("bihd,bjhd->bijh", q, k) * self.scale
        attn = attn.softmax(dim=2)
        res = torch.einsum("bijh,bjhd->bihd", attn, v)
        res = res.reshape(batch_size, -1, self.n_heads * self.d_k)
        res = self.output(res) + x
        return res.permute(0, 2, 1).view(batch_size, n_channels, height, width)


class TimeEmbedding(nn.Module):
    def __init__(self, n_channels):
        super().__init__()
        self.n_channels = n_channels
        self.lin = nn.Sequential(nn.Linear(n_channels, n_channels), nn.SiLU(), nn.Linear(n_channels, n_channels))

    def forward(self, t):
        half = self.n_channels // 2
        emb = t[:, None] * torch.exp(torch.arange(half) * -(9.2 / (half - 1)))[None]
        return self.lin(torch.cat((emb.sin(), emb.cos()), dim=1))


class Denoiser(nn.Module):
    def __init__(self, channels=16, n_heads=2):
        super().__init__()
        self.time = TimeEmbedding(channels)
        self.down = nn.Conv2d(1, channels, 3, stride=2, padding=1)
        self.attn = AttentionBlock(channels, n_heads, d_k=8)
        self.up = nn.ConvTranspose2d(channels, 1, 4, stride=2, padding=1)

    def forward(self, x, t):
        x = self.down(x) + self.time(t)[:, :, None, None]
        return self.up(self.attn(x))


class DenoiseDiffusion:
    def __init__(self, eps_model, n_steps=20):
        self.eps_model, self.n_steps = eps_model, n_steps
        self.alpha_bar = torch.cumprod(1.0 - torch.linspace(1e-3, 0.2, n_steps), dim=0)

    def loss(self, x0):
        t = torch.randint(0, self.n_steps, (x0.shape[0],))
        noise, a = torch.randn_like(x0), self.alpha_bar[t].view(-1, 1, 1, 1)
        xt = a.sqrt() * x0 + (1 - a).sqrt() * noise
        return F.mse_loss(self.eps_model(xt, t), noise)


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Denoiser()
    diffusion = DenoiseDiffusion(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for _ in range(3):
        loss = diffusion.loss(torch.rand(6, 1, 8, 8))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"{loss.item():.3f}")
