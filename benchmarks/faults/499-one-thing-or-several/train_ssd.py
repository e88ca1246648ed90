"""Find things in pictures; each picture shows another number of them."""
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from ssd import SSD, detection_collate, multibox_loss


class VOCDetection(Dataset):
    """Pictures and their things (things, 5): the corners of a box and the class."""

    def __init__(self, counts, size=32):
        self.counts, self.size = counts, size

    def __len__(self):
        return len(self.counts)

    def __getitem__(self, index):
        return self.pull_item(index)

    def pull_item(self, index):
        generator = torch.Generator().manual_seed(index)
        count = self.counts[index]
        corners = torch.rand(count, 2, generator=generator) * 0.6
        sizes = 0.1 + 0.3 * torch.rand(count, 2, generator=generator)
        labels = torch.randint(0, 3, (count, 1), generator=generator).float()
        image = torch.rand(3, self.size, self.size, generator=generator)
        return image, torch.cat([corners, corners + sizes, labels], dim=1)


def train(net, dataset, batch_size=4, epochs=2):
    data_loader = DataLoader(dataset, batch_size, num_workers=0, shuffle=True)
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-2, momentum=0.9)
    for epoch in range(epochs):
        for images, targets in data_loader:
            loc, conf, priors = net(images)
            loss = multibox_loss(loc, conf, priors, targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: {loss.item():.3f}")


if __name__ == "__main__":
    torch.manual_seed(0)
    train(SSD(num_classes=3), VOCDetection([1, 2, 1, 3, 2, 1, 4, 2]))
