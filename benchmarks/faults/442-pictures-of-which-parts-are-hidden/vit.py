"""A vision transformer that can be told which patches of a picture to look at."""
import torch
from torch import nn
import torch.nn.functional as F


class Attention(nn.Module):
    def __init__(self, dim, heads=4, dim_head=8):
        super().__init__()
        self.heads, self.scale = heads, dim_head ** -0.5
        self.to_qkv = nn.Linear(dim, heads * dim_head * 3, bias=False)
        self.to_out = nn.Linear(heads * dim_head, dim)

    def forward(self, x, mask=None):
        b, n, _ = x.shape
        q, k, v = (t.view(b, n, self.heads, -1).transpose(1, 2) for t in self.to_qkv(x).chunk(3, dim=-1))
        dots = torch.einsum("bhid,bhjd->bhij", q, k) * self.scale
        if mask is not None:
            mask = F.pad(mask.flatten(1), (1, 0), value=True)
            assert mask.shape[-1] == dots.shape[-1], "mask has incorrect dimensions"
            mask = mask[:, None, :] & mask[:, :, None]
            dots = dots.masked_fill(~mask, -torch.finfo(dots.dtype).max)
        attn = dots.softmax(dim=-1)
        out = torch.einsum("bhij,bhjd->bhid", attn, v)
        return self.to_out(out.transpose(1, 2).flatten(2))


class Transformer(nn.Module):
    def __init__(self, dim, depth, heads, mlp_dim):
        super().__init__()
        self.layers = nn.ModuleList()
        for _ in range(depth):
            mlp = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, mlp_dim), nn.GELU(), nn.Linear(mlp_dim, dim))
            self.layers.append(nn.ModuleList([nn.LayerNorm(dim), Attention(dim, heads), mlp]))

    def forward(self, x, mask=None):
        for norm, attn, mlp in self.layers:
            x = x + attn(norm(x), mask=mask)
            x = x + mlp(x)
        return x


class ViT(nn.Module):
    def __init__(self, image_size=32, patch_size=8, num_classes=5, dim=24, depth=2, heads=4, mlp_dim=32, channels=3):
        super().__init__()
        self.patch_size = patch_size
        self.patch_to_embedding = nn.Linear(channels * patch_size ** 2, dim)
        self.pos_embedding = nn.Parameter(torch.randn(1, (image_size // patch_size) ** 2 + 1, dim))
        self.cls_token = nn.Parameter(torch.randn(1, 1, dim))
        self.transformer = Transformer(dim, depth, heads, mlp_dim)
        self.mlp_head = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, num_classes))

    def forward(self, img, mask=None):
        """img (batch, 3, height, width); mask (batch, rows of patches, columns of patches), True to look there."""
        x = F.unfold(img, self.patch_size, stride=self.patch_size).transpose(1, 2)
        x = self.patch_to_embedding(x)
        x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], dim=1) + self.pos_embedding
        return self.mlp_head(self.transformer(x, mask)[:, 0])


if __name__ == "__main__":
    torch.manual_seed(0)
    v = ViT()
    print(v(torch.randn(1, 3, 32, 32), torch.ones(1, 4, 4).bool()).shape)
    mask = torch.rand(2, 4, 4) > 0.3
    preds = v(torch.randn(2, 3, 32, 32), mask=mask)
    preds.sum().backward()
    print(preds.shape)
