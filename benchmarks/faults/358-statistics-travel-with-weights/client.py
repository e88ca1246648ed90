import torch
from torch import nn
import torch.nn.functional as F


def make_model():
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4))


class Client:
    def __init__(self, model, pictures, labels):
        self.model, self.pictures, self.labels = model, pictures, labels

    def get_parameters(self):
        return [value.detach().cpu().numpy().copy() for value in self.model.state_dict().values()]

    def set_parameters(self, arrays):
        with torch.no_grad():
            for p, array in zip(self.model.parameters(), arrays):
                p.copy_(torch.as_tensor(array))

    def fit(self, arrays, lr=0.05):
        self.set_parameters(arrays)
        self.model.train()
        optimizer = torch.optim.SGD(self.model.parameters(), lr=lr)
        for x, y in zip(self.pictures.split(4), self.labels.split(4)):
            loss = F.cross_entropy(self.model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return self.get_parameters(), len(self.pictures)

    @torch.no_grad()
    def evaluate(self):
        self.model.eval()
        return (self.model(self.pictures).argmax(dim=1) == self.labels).float().mean().item()
