"""Find people on roads. On some pictures there is nobody, and then nothing should be found."""
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from loss import MultiBoxLoss, make_priors


class RoadDataset(Dataset):
    """Pictures, boxes as fractions (n, 4: left, top, right, bottom), labels (n); every fourth road is empty, and is
    meant to be learned too."""

    def __init__(self, count=12, n_classes=3, seed=1):
        g = torch.Generator().manual_seed(seed)
        self.items = []
        for i in range(count):
            n = 0 if i % 4 == 2 else int(torch.randint(1, 4, (1,), generator=g))
            start = torch.rand(n, 2, generator=g) * 0.6
            boxes = torch.cat([start, start + 0.1 + 0.3 * torch.rand(n, 2, generator=g)], dim=1)
            self.items.append((torch.rand(3, 16, 16, generator=g), boxes,
                               torch.randint(1, n_classes, (n,), generator=g)))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]

    @staticmethod
    def collate_fn(batch):
        images, boxes, labels = zip(*batch)
        return torch.stack(images), list(boxes), list(labels)


class SSD(nn.Module):
    def __init__(self, n_classes, per_cell=2, width=8):
        super().__init__()
        self.n_classes = n_classes
        self.base = nn.Sequential(nn.Conv2d(3, width, 3, 2, 1), nn.ReLU(), nn.Conv2d(width, width, 3, 2, 1), nn.ReLU())
        self.loc = nn.Conv2d(width, per_cell * 4, 3, padding=1)
        self.cls = nn.Conv2d(width, per_cell * n_classes, 3, padding=1)

    def forward(self, image):
        f = self.base(image)
        locs = self.loc(f).permute(0, 2, 3, 1).reshape(len(image), -1, 4)
        return locs, self.cls(f).permute(0, 2, 3, 1).reshape(len(image), -1, self.n_classes)


def train(loader, model, criterion, optimizer, epoch):
    model.train()
    for images, boxes, labels in loader:
        predicted_locs, predicted_scores = model(images)
        loss = criterion(predicted_locs, predicted_scores, boxes, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}: {loss.item():.3f}")


@torch.no_grad()
def false_alarms(dataset, model):
    """Boxes found on empty roads."""
    model.eval()
    empty = torch.stack([image for image, boxes, _ in dataset if len(boxes) == 0])
    return (model(empty)[1].argmax(2) > 0).sum().item()


if __name__ == "__main__":
    torch.manual_seed(0)
    dataset = RoadDataset()
    loader = DataLoader(dataset, batch_size=4, shuffle=True, collate_fn=dataset.collate_fn)
    model = SSD(3)
    criterion = MultiBoxLoss(make_priors(4, (0.25, 0.5)))
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-2, momentum=0.9)
    for epoch in range(3):
        train(loader, model, criterion, optimizer, epoch)
    print("false alarms", false_alarms(dataset, model))
