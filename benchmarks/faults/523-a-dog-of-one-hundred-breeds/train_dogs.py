"""Of which breed is a dog? Trained with another loss and optimizer than before, to compare them."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

NUM_BREEDS = 13


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)
        self.pool = nn.MaxPool2d(2, 2)
        self.fc1 = nn.Linear(16 * 4 * 4, 32)
        self.fc2 = nn.Linear(32, NUM_BREEDS)
        self.dropout = nn.Dropout(0.2)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = self.dropout(x.view(-1, 16 * 4 * 4))
        return self.fc2(F.relu(self.fc1(x)))


def dogs(count):
    breeds = torch.randint(0, NUM_BREEDS, (count,))
    images = torch.randn(count, 3, 16, 16) * 0.3
    images[:, 0] += breeds[:, None, None] / NUM_BREEDS
    return TensorDataset(images, breeds)


def train(n_epochs, loader, model, optimizer, criterion):
    losses = []
    for epoch in range(1, n_epochs + 1):
        train_loss = 0.0
        model.train()
        for batch_idx, (data, target) in enumerate(loader):
            optimizer.zero_grad()
            output = model(data)
            loss = criterion(output, target)
            loss.backward()
            optimizer.step()
            train_loss += (loss.item() - train_loss) / (batch_idx + 1)
        losses.append(train_loss)
        print(f"epoch {epoch}, loss {train_loss:.4f}")
    return losses


if __name__ == "__main__":
    torch.manual_seed(0)
    loader = DataLoader(dogs(60), batch_size=10, shuffle=True)
    model = Net()
    criterion = nn.MSELoss()
    losses = train(2, loader, model, torch.optim.Adam(model.parameters(), lr=0.003), criterion)
