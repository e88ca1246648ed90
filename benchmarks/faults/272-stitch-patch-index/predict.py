"""Patch-wise prediction of a multi-channel microscopy stack."""
import itertools

import torch
from torch import nn
from torch.utils.data import Dataset

PATCH = (8, 8, 8)
STRIDE = (4, 4, 4)


class PatchDataset(Dataset):
    """raw is (Z, Y, X) or (C, Z, Y, X); yields patches with the index they were cut with."""

    def __init__(self, raw, patch=PATCH, stride=STRIDE):
        self.raw = raw
        self.slices = []
        shape = raw.shape[-3:]
        starts = [range(0, n - p + 1, s) for n, p, s in zip(shape, patch, stride)]
        for corner in itertools.product(*starts):
            index = tuple(slice(c, c + p) for c, p in zip(corner, patch))
            if raw.ndim == 4:
                index = (slice(0, raw.shape[0]),) + index
            self.slices.append(index)

    def __len__(self):
        return len(self.slices)

    def __getitem__(self, i):
        index = self.slices[i]
        patch = self.raw[index]
        if patch.ndim == 3:
            patch = patch.unsqueeze(0)
        return patch, index


@torch.no_grad()
def predict(model, raw, out_channels):
    dataset = PatchDataset(raw)
    volume = raw.shape[-3:]
    scores = torch.zeros((out_channels,) + tuple(volume))
    counts = torch.zeros((out_channels,) + tuple(volume))
    channel_slice = (slice(0, out_channels),)
    for patch, index in dataset:
        prediction = model(patch.unsqueeze(0)).squeeze(0)
        index = channel_slice + index
        scores[index] += prediction
        counts[index] += 1
    return scores / counts


def build(in_channels, out_channels):
    return nn.Sequential(nn.Conv3d(in_channels, 6, 1), nn.ReLU(), nn.Conv3d(6, out_channels, 1), nn.Sigmoid())


if __name__ == "__main__":
    torch.manual_seed(0)
    raw = torch.randn(3, 16, 16, 16)
    result = predict(build(3, 1), raw, out_channels=1)
    print("boundary probability", tuple(result.shape), result.mean().item())
