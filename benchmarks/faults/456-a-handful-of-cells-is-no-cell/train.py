"""Tell from pictures of cells in four stains where in the cell a protein sits; it may sit in several places."""
import torch
from torch import nn, optim
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

CLASSES = 6
BATCH = 8


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(4, 8, 5)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(8, 16, 5)
        self.fc1 = nn.Linear(8 * 16 * 1 * 5 * 5, 40)
        self.fc2 = nn.Linear(40, 20)
        self.fc3 = nn.Linear(20, CLASSES)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = x.view(-1, 8 * 16 * 1 * 5 * 5)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)


def make_cells(count, size=32, seed=1):
    generator = torch.Generator().manual_seed(seed)
    images = torch.rand(count, 4, size, size, generator=generator)
    return TensorDataset(images, (torch.rand(count, CLASSES, generator=generator) < 0.3).float())


def train_epoch(model, loader, criterion, optimizer):
    total = 0.0
    for inputs, labels in loader:
        optimizer.zero_grad()
        outputs = model(inputs)
        loss = criterion(torch.sigmoid(outputs), labels)
        loss.backward()
        optimizer.step()
        total += loss.item()
        print(f"{len(inputs)} cells, {loss.item():.4f}")
    return total


if __name__ == "__main__":
    torch.manual_seed(42)
    model = Net()
    loader = DataLoader(make_cells(21), batch_size=BATCH)
    train_epoch(model, loader, nn.MSELoss(), optim.SGD(model.parameters(), lr=0.01, momentum=0.9))
