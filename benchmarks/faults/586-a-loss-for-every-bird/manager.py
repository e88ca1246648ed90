"""Classes are learned, and where to look, by turns."""
import torch
from torch import nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

from model import RACNN


class RankLoss(nn.Module):
    """The closer look has to be surer than the one before, by a margin."""

    def __init__(self, margin=0.05):
        super().__init__()
        self.margin = margin

    def forward(self, scores1, scores2, target):
        ps1 = F.softmax(scores1, dim=1).gather(1, target.view(-1, 1))
        ps2 = F.softmax(scores2, dim=1).gather(1, target.view(-1, 1))
        return torch.clamp(ps1 - ps2 + self.margin, min=0)


class Manager:
    def __init__(self, model, loader):
        self.model, self.loader = model, loader
        self.criterion_class, self.criterion_rank = nn.CrossEntropyLoss(), RankLoss()
        apn = list(model.apns.parameters())
        rest = [p for n, p in model.named_parameters() if not n.startswith("apns")]
        self.optim_class, self.optim_apn = torch.optim.SGD(rest, 0.1, momentum=0.9), torch.optim.SGD(apn, 0.1)

    def do_batch(self, optimizer, batch, label, optimize_class):
        scores = self.model(batch)
        optimizer.zero_grad()
        if optimize_class:
            loss = sum(self.criterion_class(s, label) for s in scores)
            loss.backward()
        else:
            for i in range(1, len(scores)):
                self.criterion_rank(scores[i - 1], scores[i], label).backward(retain_graph=True)
        optimizer.step()
        return [(s.argmax(1) == label).float().sum().item() for s in scores]

    def do_epoch(self, optimizer, optimize_class):
        right = [0.0] * len(self.model.convs)
        for batch, label in self.loader:
            hits = self.do_batch(optimizer, batch, label, optimize_class)
            right = [r + h for r, h in zip(right, hits)]
        return [r / len(self.loader.dataset) for r in right]

    def train(self, epochs):
        for epoch in range(epochs):
            for optimize_class in (True, False):
                accuracy = self.do_epoch(self.optim_class if optimize_class else self.optim_apn, optimize_class)
                print(f"epoch {epoch + 1} {'classes' if optimize_class else 'attention'}: " + " ".join(f"{a:.2f}" for a in accuracy))


if __name__ == "__main__":
    torch.manual_seed(0)
    labels = torch.randint(0, 5, (40,))
    images = torch.randn(40, 3, 24, 24) * 0.3
    for image, label in zip(images, labels.tolist()):
        image[label % 3, 8:14, 8 + label:14 + label] += 1.5
    manager = Manager(RACNN(), DataLoader(TensorDataset(images, labels), batch_size=8))
    manager.train(2)
