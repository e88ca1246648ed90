"""Take noise away from short films, patch by patch."""
import torch
from torch import nn


def timestep_embedding(t, dim, max_period=10000.0):
    freqs = max_period ** (-torch.arange(dim // 2) / (dim // 2))
    args = t[:, None].float() * freqs[None]
    return torch.cat([args.cos(), args.sin()], dim=-1)


class Block(nn.Module):
    def __init__(self, hidden_size, num_heads):
        super().__init__()
        self.norm1, self.norm2 = (nn.LayerNorm(hidden_size, elementwise_affine=False) for _ in range(2))
        self.attn = nn.MultiheadAttention(hidden_size, num_heads, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(hidden_size, 2 * hidden_size), nn.GELU(),
                                 nn.Linear(2 * hidden_size, hidden_size))
        self.modulation = nn.Linear(hidden_size, 4 * hidden_size)

    def forward(self, x, c):
        shift1, scale1, shift2, scale2 = self.modulation(c).unsqueeze(1).chunk(4, dim=-1)
        h = self.norm1(x) * (1 + scale1) + shift1
        x = x + self.attn(h, h, h, need_weights=False)[0]
        return x + self.mlp(self.norm2(x) * (1 + scale2) + shift2)


class Latte(nn.Module):
    """Films (batch, frames, channels, height, width) of that shape again; blocks look at space and at time in turn."""

    def __init__(self, input_size=8, patch_size=2, in_channels=4, hidden_size=24, depth=4, num_heads=4, num_frames=3):
        super().__init__()
        self.in_channels = self.out_channels = in_channels
        self.patch_size, self.grid = patch_size, input_size // patch_size
        self.x_embedder = nn.Conv2d(in_channels, hidden_size, patch_size, stride=patch_size)
        self.pos_embed = nn.Parameter(0.02 * torch.randn(1, self.grid ** 2, hidden_size))
        self.temp_embed = nn.Parameter(0.02 * torch.randn(1, num_frames, hidden_size))
        self.blocks = nn.ModuleList(Block(hidden_size, num_heads) for _ in range(depth))
        self.final = nn.Linear(hidden_size, patch_size ** 2 * self.out_channels)

    def unpatchify(self, x):
        c, p = self.out_channels, self.patch_size
        h = w = int(x.shape[1] ** 0.5)
        assert h * w == x.shape[1]
        x = x.reshape(x.shape[0], h, w, p, p, c)
        x = torch.einsum("nhwpqc->nchpwq", x)
        return x.reshape(x.shape[0], c, h * p, w * p)

    def forward(self, x, t):
        batch, frames = x.shape[:2]
        x = self.x_embedder(x.flatten(0, 1)).flatten(2).transpose(1, 2) + self.pos_embed
        c = timestep_embedding(t, x.shape[-1])
        patches = x.shape[1]
        for i in range(0, len(self.blocks), 2):
            x = self.blocks[i](x, c.repeat_interleave(frames, dim=0))
            x = x.reshape(batch, frames, patches, -1).transpose(1, 2).flatten(0, 1)
            if i == 0:
                x = x + self.temp_embed[:, :frames]
            x = self.blocks[i + 1](x, c.repeat_interleave(patches, dim=0))
            x = x.reshape(batch, patches, frames, -1).transpose(1, 2).flatten(0, 1)
        x = self.unpatchify(self.final(x))
        return x.reshape(batch, frames, *x.shape[1:])


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Latte()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    films = torch.randn(2, 3, 4, 8, 8)
    for _ in range(3):
        t, noise = torch.randint(0, 1000, (2,)), torch.randn_like(films)
        keep = (1 - t / 1000).view(-1, 1, 1, 1, 1)
        predicted = model(keep.sqrt() * films + (1 - keep).sqrt() * noise, t)
        loss = nn.functional.mse_loss(predicted, noise)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"{loss.item():.3f}")
