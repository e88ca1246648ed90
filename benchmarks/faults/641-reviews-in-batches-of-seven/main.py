"""Are the reviews kind?"""
import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

from rnn import ReviewRNN

VOCAB, BATCH_SIZE = 30, 7


def reviews(count, seed):
    g = torch.Generator().manual_seed(seed)
    result = []
    for _ in range(count):
        words = torch.randint(1, VOCAB, (int(torch.randint(0, 12, (), generator=g)),), generator=g)
        result.append((words, float((words < 10).sum() > (words > 20).sum())))
    return result


def collate(batch):
    texts = [words if len(words) else torch.ones(1, dtype=torch.long) for words, _ in batch]
    lengths = torch.tensor([len(text) for text in texts])
    return pad_sequence(texts, batch_first=True), lengths, torch.tensor([label for _, label in batch])


def evaluate(model, loader, criterion):
    model.eval()
    loss, hits, count = 0.0, 0.0, 0
    with torch.no_grad():
        for text, lengths, label in loader:
            predictions = model(text, lengths)
            loss += criterion(predictions, label).item() * len(label)
            hits += ((predictions > 0) == label.bool()).sum().item()
            count += len(label)
    return loss / count, hits / count


if __name__ == "__main__":
    torch.manual_seed(0)
    train_loader = DataLoader(reviews(57, 1), BATCH_SIZE, shuffle=True, collate_fn=collate)
    valid_loader = DataLoader(reviews(22, 2), BATCH_SIZE, collate_fn=collate)
    model, criterion = ReviewRNN(VOCAB), nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(3):
        model.train()
        for text, lengths, label in train_loader:
            loss = criterion(model(text, lengths), label)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print("epoch {}: val loss {:.3f}, accuracy {:.2f}".format(epoch, *evaluate(model, valid_loader, criterion)))
