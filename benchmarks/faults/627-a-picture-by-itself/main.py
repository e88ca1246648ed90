"""main.py trains and then writes what the challenge asks for: three guesses for every test picture."""
import json

import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset

from models import SceneNet

BATCH_SIZE, CLASSES = 16, 10


class Scenes(Dataset):
    def __init__(self, count, seed, test=False):
        g = torch.Generator().manual_seed(seed)
        self.label = torch.randint(0, CLASSES, (count,), generator=g)
        self.image = torch.rand(count, 3, 20, 20, generator=g)
        self.image[:, 0] += self.label.view(-1, 1, 1) / CLASSES
        self.test = test

    def __len__(self):
        return len(self.image)

    def __getitem__(self, i):
        return (self.image[i], f"{i:05d}.jpg") if self.test else (self.image[i], self.label[i])


def train(model, loader, optimizer):
    model.train()
    for data, label in loader:
        loss = F.cross_entropy(model(data), label)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def submit(model, loader):
    model.eval()
    results = []
    with torch.no_grad():
        for data, image_ids in loader:
            score = model(data)
            _, predicted = score.topk(3, dim=1)
            for image_id, guesses in zip(image_ids, predicted.tolist()):
                results.append({"image_id": image_id, "label_id": guesses})
    return results


if __name__ == "__main__":
    torch.manual_seed(0)
    train_loader = DataLoader(Scenes(64, 1), BATCH_SIZE, shuffle=True)
    test_loader = DataLoader(Scenes(33, 2, test=True), BATCH_SIZE)
    model = SceneNet(CLASSES)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for epoch in range(3):
        print(f"epoch {epoch}: {train(model, train_loader, optimizer):.3f}")
    results = submit(model, test_loader)
    with open("submit.json", "w") as file:
        json.dump(results, file)
    print(f"{len(results)} pictures")
