"""2D training slices out of 3D scans stored as (row, column, slice)."""
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


def read_scan(number):
    """Stands for reading a scan and its mask; the number of slices differs per patient."""
    rng = np.random.default_rng(number)
    depth = 9 + number % 4
    volume = rng.normal(size=(32, 40, depth)).astype(np.float32)
    mask = (volume > 1.2).astype(np.int64)
    return volume, mask


class SliceDataset(Dataset):
    def __init__(self, patients):
        self.scans = [read_scan(p) for p in patients]
        self.index = []
        for s, (volume, _) in enumerate(self.scans):
            for k in range(volume.shape[0]):
                self.index.append((s, k))

    def __len__(self):
        return len(self.index)

    def __getitem__(self, i):
        s, k = self.index[i]
        volume, mask = self.scans[s]
        image = (volume[k] - volume.mean()) / volume.std()
        label = mask[k]
        return torch.from_numpy(image).unsqueeze(0), torch.from_numpy(label)


def main():
    torch.manual_seed(0)
    data = SliceDataset(range(5))
    loader = DataLoader(data, batch_size=8, shuffle=True)
    net = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 2, 1))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for image, label in loader:
        loss = nn.functional.cross_entropy(net(image), label)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(len(data), "slices, last loss", loss.item())
    return data


if __name__ == "__main__":
    data = main()
