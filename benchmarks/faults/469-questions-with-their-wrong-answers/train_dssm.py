"""Rank the answers of a question: the right one has to come before the wrong ones."""
import torch
from torch import nn

from dataset import DataLoader, Dataset, collection
from losses import RankHingeLoss


class DSSM(nn.Module):
    """Likeness of a question and an answer, (batch, 1)."""

    def __init__(self, vocab_size, width=16):
        super().__init__()
        self.mlp_left = nn.Sequential(nn.Linear(vocab_size, width), nn.Tanh(), nn.Linear(width, width))
        self.mlp_right = nn.Sequential(nn.Linear(vocab_size, width), nn.Tanh(), nn.Linear(width, width))
        self.out = nn.Linear(1, 1)

    def forward(self, inputs):
        left, right = self.mlp_left(inputs["text_left"]), self.mlp_right(inputs["text_right"])
        return self.out(torch.cosine_similarity(left, right, dim=1).unsqueeze(1))


class Trainer:
    def __init__(self, model, optimizer, trainloader, criterion, epochs=2):
        self.model, self.optimizer, self.trainloader = model, optimizer, trainloader
        self.criterion, self.epochs = criterion, epochs

    def run(self):
        for epoch in range(self.epochs):
            self.model.train()
            total = 0.0
            for inputs, target in self.trainloader:
                outputs = self.model(inputs)
                loss = self.criterion(outputs, target)
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
                total += loss.item()
            print(f"epoch {epoch}: {total / len(self.trainloader):.3f}")


if __name__ == "__main__":
    torch.manual_seed(0)
    num_neg = 4
    trainset = Dataset(collection(questions=13, vocab_size=30), num_neg=num_neg)
    trainloader = DataLoader(trainset, batch_size=16)
    model = DSSM(30)
    trainer = Trainer(model, torch.optim.Adam(model.parameters(), lr=1e-2), trainloader, RankHingeLoss(num_neg=num_neg))
    trainer.run()
