"""Windows of a row of numbers, and the number behind each."""
import numpy as np
import torch
from torch.utils.data import Dataset


def shift_data(window_size, data):
    x, y = [], []
    for i in range(len(data) - window_size):
        x.append(data[i: i + window_size])
        y.append(data[i + window_size])
    return np.array(x, dtype=np.float32), np.array(y, dtype=np.float32)


class WindowDataset(Dataset):
    def __init__(self, window_size, data, scale):
        x, y = shift_data(window_size, data / scale)
        self.x = torch.from_numpy(x).unsqueeze(2)
        self.y = torch.from_numpy(y).unsqueeze(1)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.y[i]
