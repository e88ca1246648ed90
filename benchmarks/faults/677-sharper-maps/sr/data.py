"""Pictures made of smooth bumps, and smaller copies of them."""
import torch
import torch.nn.functional as F


def pictures(count, size, seed):
    g = torch.Generator().manual_seed(seed)
    coarse = torch.rand(count, 3, size // 8, size // 8, generator=g)
    return F.interpolate(coarse, size=(size, size), mode="bicubic", align_corners=False).clamp(0, 1)


def pairs(count, size, scale, seed):
    large = pictures(count, size, seed)
    return F.avg_pool2d(large, scale), large
