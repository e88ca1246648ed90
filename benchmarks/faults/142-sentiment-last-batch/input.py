import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

BATCH_SIZE = 16


class SentimentRNN(nn.Module):
    def __init__(self, vocab=200, emb=24, hidden=32, layers=2):
        super().__init__()
        self.layers, self.hidden = layers, hidden
        self.embedding = nn.Embedding(vocab, emb)
        self.lstm = nn.LSTM(emb, hidden, layers, batch_first=True, dropout=0.2)
        self.fc = nn.Linear(hidden, 1)

    def forward(self, x, state):
        out, state = self.lstm(self.embedding(x), state)
        return torch.sigmoid(self.fc(out[:, -1])).squeeze(1), state

    def init_hidden(self, batch_size):
        shape = (self.layers, batch_size, self.hidden)
        return torch.zeros(shape), torch.zeros(shape)


@torch.no_grad()
def evaluate(model, loader):
    model.eval()
    correct = seen = 0
    for reviews, labels in loader:
        state = model.init_hidden(BATCH_SIZE)
        prob, _ = model(reviews, state)
        correct += (prob.round() == labels).sum().item()
        seen += labels.numel()
    print("accuracy over", seen, "reviews:", correct / seen)


def main():
    torch.manual_seed(0)
    test = TensorDataset(torch.randint(0, 200, (42, 20)), torch.randint(0, 2, (42,)).float())
    evaluate(SentimentRNN(), DataLoader(test, batch_size=BATCH_SIZE))


if __name__ == "__main__":
    main()
