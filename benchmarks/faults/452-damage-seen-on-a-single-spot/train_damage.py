"""Tell how badly buildings are damaged from a picture before and a picture after."""
import torch
from torch import nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset

import lovasz_loss as L

IGNORE = 255


class Tiles(Dataset):
    """Pairs of tiles; where there is no building the label says to ignore the place."""

    def __init__(self, count=6, size=8):
        generator = torch.Generator().manual_seed(1)
        self.before = torch.rand(count, 3, size, size, generator=generator)
        self.after = torch.rand(count, 3, size, size, generator=generator)
        self.labels = torch.full((count, size, size), IGNORE)
        for i in range(count):
            edge = max(1, 5 - i)
            self.labels[i, 2:2 + edge, 1:1 + edge] = torch.randint(0, 4, (edge, edge), generator=generator)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.before[index], self.after[index], self.labels[index]


class DamageNet(nn.Module):
    def __init__(self, classes=4, width=8):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(3, width, 3, padding=1), nn.ReLU())
        self.head = nn.Conv2d(2 * width, classes, 3, padding=1)

    def forward(self, before, after):
        return self.head(torch.cat([self.encoder(before), self.encoder(after)], dim=1))


if __name__ == "__main__":
    torch.manual_seed(0)
    model = DamageNet()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for before, after, labels in DataLoader(Tiles(), batch_size=1):
        output = model(before, after)
        ce = F.cross_entropy(output, labels, ignore_index=IGNORE)
        lovasz = L.lovasz_softmax(F.softmax(output, dim=1), labels, ignore=IGNORE)
        loss = ce + 0.75 * lovasz
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"{ce.item():.3f} {lovasz.item():.3f}")
