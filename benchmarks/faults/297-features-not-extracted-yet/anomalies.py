"""Rank segments of surveillance videos by anomaly, from features extracted beforehand."""
from pathlib import Path

import numpy as np
import torch
from torch import nn

FEATURES = Path(__file__).with_name("features")


def load_video(name, segments=32):
    raw = np.load(FEATURES / f"{name}.npy")
    bounds = np.linspace(0, len(raw), segments + 1).astype(int)
    pooled = np.stack([raw[a:max(b, a + 1)].mean(axis=0) for a, b in zip(bounds, bounds[1:])])
    return torch.from_numpy(pooled.astype(np.float32))


class Ranker(nn.Module):
    def __init__(self, width=4096):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(width, 512), nn.ReLU(), nn.Dropout(0.6), nn.Linear(512, 32),
                                 nn.Dropout(0.6), nn.Linear(32, 1), nn.Sigmoid())

    def forward(self, bag):
        return self.net(bag).squeeze(-1)


def ranking_loss(anomalous, normal):
    hinge = torch.relu(1 - anomalous.max() + normal.max())
    smooth = (anomalous[1:] - anomalous[:-1]).pow(2).sum()
    return hinge + 8e-5 * smooth + 8e-5 * anomalous.sum()


if __name__ == "__main__":
    model = Ranker()
    loss = ranking_loss(model(load_video("robbery_017")), model(load_video("normal_203")))
    loss.backward()
    print(loss.item())
