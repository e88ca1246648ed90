"""Learn to ask."""
import torch
from torch import nn
from torch.utils.data import DataLoader

from data import PAD, QuestionSet
from model import Seq2Seq

EPOCHS, BATCH, WORDS = 3, 8, 30


def batch_loss(model, criterion, sentence, len_sentence, question):
    pred = model(sentence, len_sentence, question)
    loss = criterion(pred.view(-1, pred.size(2)), question.view(-1))
    return loss


def evaluate(model, criterion, loader):
    model.eval()
    with torch.no_grad():
        return sum(batch_loss(model, criterion, *batch).item() for batch in loader) / len(loader)


if __name__ == "__main__":
    torch.manual_seed(0)
    train_loader = DataLoader(QuestionSet(), BATCH, shuffle=True)
    valid_loader = DataLoader(QuestionSet(count=16, seed=9), BATCH)
    model = Seq2Seq(WORDS)
    criterion = nn.CrossEntropyLoss(ignore_index=PAD)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(EPOCHS):
        model.train()
        for batch in train_loader:
            loss = batch_loss(model, criterion, *batch)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
        print(f"epoch {epoch + 1}: valid {evaluate(model, criterion, valid_loader):.4f}")
