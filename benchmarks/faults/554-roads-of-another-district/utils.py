"""The roads between the detectors, and what the detectors counted."""
import csv

import numpy as np
import torch
from torch.utils.data import TensorDataset


def get_adjacency_matrix(distance_file):
    """One where a road joins two detectors, both ways."""
    with open(distance_file, newline="") as file:
        roads = [(int(row["from"]), int(row["to"])) for row in csv.DictReader(file)]
    count = max(max(road) for road in roads) + 1
    adj = torch.zeros(count, count)
    for i, j in roads:
        adj[i, j] = adj[j, i] = 1
    return adj


def scaled_laplacian(adj):
    degree = adj.sum(dim=1)
    inv = torch.where(degree > 0, degree.clamp(min=1).rsqrt(), torch.zeros_like(degree))
    return -(inv[:, None] * adj * inv)


def load_flow(file, points, horizon):
    """Pieces of the past (detectors, features, points) and what came then (detectors, horizon)."""
    data = np.load(file)["data"].astype(np.float32)
    data = (data - data.mean()) / data.std()
    x, y = [], []
    for i in range(len(data) - points - horizon + 1):
        x.append(data[i:i + points].transpose(1, 2, 0))
        y.append(data[i + points:i + points + horizon, :, 0].T)
    return TensorDataset(torch.from_numpy(np.stack(x)), torch.from_numpy(np.stack(y)))
