"""Clothes in small pictures, ten kinds of them."""
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)


def clothes(count):
    labels = torch.randint(0, 10, (count,))
    images = torch.randn(count, 1, 14, 14) * 0.2
    for image, label in zip(images, labels):
        image[0, label:label + 4] += 1
    return TensorDataset(images, labels)


trainloader = DataLoader(clothes(48), batch_size=16, shuffle=True)
testloader = DataLoader(clothes(20), batch_size=20)

model = nn.Sequential(nn.Linear(196, 64),
                      nn.ReLU(),
                      nn.Linear(64, 32),
                      nn.ReLU(),
                      nn.Linear(32, 10),
                      nn.LogSoftmax(dim=1))

criterion = nn.NLLLoss()
optimizer = optim.Adam(model.parameters(), lr=0.005)

epochs = 3
history = []

for e in range(epochs):
    running_loss = 0
    for images, labels in trainloader:
        # one long vector of each picture
        imagees = images.view(1, -1)

        log_ps = model(images)
        loss = criterion(log_ps, labels)

        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

        running_loss += loss.item()
    history.append(running_loss / len(trainloader))
    print("Training loss:", round(history[-1], 3))

with torch.no_grad():
    images, labels = next(iter(testloader))
    ps = torch.exp(model(images.view(images.shape[0], -1)))
    print("right:", (ps.argmax(dim=1) == labels).sum().item(), "of", len(labels))
