"""How many clouds are recognised, by either network."""
import torch
from torch.utils.data import DataLoader, Dataset

from pointnet2 import PointNet, PointNet2


class Clouds(Dataset):
    """Balls, discs, rods and boxes as (N, 3)."""

    def __init__(self, n=12, points=64):
        self.n, self.points = n, points

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        generator = torch.Generator().manual_seed(i)
        stretch = torch.tensor([[1, 1, 1], [1, 1, 0.1], [0.1, 0.1, 1], [2, 1, 0.5]])[i % 4]
        return torch.randn(self.points, 3, generator=generator) * stretch, i % 4


@torch.no_grad()
def test(model, loader):
    model.eval()
    scores, correct, total = [], 0, 0
    for points, target in loader:
        points = points.transpose(2, 1)
        pred = model(points)
        scores.append(pred)
        correct += (pred.argmax(1) == target).sum().item()
        total += len(target)
    return correct / total, torch.cat(scores)


if __name__ == "__main__":
    torch.manual_seed(0)
    loader = DataLoader(Clouds(), batch_size=5)
    for model in (PointNet(), PointNet2()):
        print(type(model).__name__, test(model, loader)[0])
