import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset


class SequenceClassifier(nn.Module):
    def __init__(self, feats=9, hidden=32, layers=2, classes=4, batch_size=32):
        super().__init__()
        self.layers, self.hidden, self.batch_size = layers, hidden, batch_size
        self.lstm = nn.LSTM(feats, hidden, layers, batch_first=True, dropout=0.1)
        self.fc = nn.Linear(hidden, classes)

    def init_hidden(self, batch_size):
        h = torch.zeros(self.layers, batch_size, self.hidden)
        return h, h.clone()

    def forward(self, x):
        state = self.init_hidden(self.batch_size)
        out, _ = self.lstm(x, state)
        return self.fc(out[:, -1])


def main():
    torch.manual_seed(0)
    xs = torch.randn(150, 25, 9)
    ys = torch.randint(0, 4, (150,))
    loader = DataLoader(TensorDataset(xs, ys), batch_size=32)
    model = SequenceClassifier(batch_size=32)
    opt = torch.optim.Adam(model.parameters())
    criterion = nn.CrossEntropyLoss()
    for epoch in range(2):
        seen = 0
        for x, y in loader:
            loss = criterion(model(x), y)
            opt.zero_grad()
            loss.backward()
            opt.step()
            seen += len(x)
        print(f"epoch {epoch}: {seen} sequences, loss {loss.item():.3f}")
    model.eval()
    single = model(torch.randn(1, 25, 9))
    print("one sequence:", tuple(single.shape))


main()
