"""Pictures in the colours of the eye: L from 0 to 100, a and b from -128 to 127."""
import torch

ab_scale = 128


def make_pictures(count, size=16):
    light = torch.rand(count, 1, size, size) * 100
    warm = (light - 50) * 1.5
    cold = (50 - light) + torch.randn(count, 1, size, size)
    return torch.cat([light, warm, cold], dim=1)
