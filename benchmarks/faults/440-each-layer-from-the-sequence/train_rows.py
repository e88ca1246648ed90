"""Read small pictures row by row with a recurrent network that may normalise what enters its gates."""
import argparse

import torch
from torch import nn

from bnlstm import LSTM, BNLSTMCell, LSTMCell


class RowReader(nn.Module):
    def __init__(self, model="bnlstm", rows=8, columns=8, hidden_size=10, num_layers=2, classes=4):
        super().__init__()
        if model == "bnlstm":
            self.rnn = LSTM(BNLSTMCell, columns, hidden_size, num_layers, max_length=rows)
        else:
            self.rnn = LSTM(LSTMCell, columns, hidden_size, num_layers)
        self.fc = nn.Linear(hidden_size, classes)

    def forward(self, images):
        _, (h_n, _) = self.rnn(images.transpose(0, 1))
        return self.fc(h_n[-1])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="bnlstm", choices=("bnlstm", "lstm"))
    parser.add_argument("--num-layers", type=int, default=2)
    args = parser.parse_args()
    torch.manual_seed(0)
    model = RowReader(args.model, num_layers=args.num_layers)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3)
    for _ in range(3):
        images, labels = torch.rand(12, 8, 8), torch.randint(0, 4, (12,))
        loss = nn.functional.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"{loss.item():.3f}")
