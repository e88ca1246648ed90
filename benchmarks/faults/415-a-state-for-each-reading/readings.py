"""Readings of several meters: every meter has a state of its own, and a call brings one new reading of each."""
import torch
import torch.nn as nn
from torch.autograd import Variable


class MeterRNN(nn.Module):

    def __init__(self, input_dim=5, hidden_dim=8, num_layers=2, batch_len=6):
        super(MeterRNN, self).__init__()
        self.input_dim = input_dim
        self.hidden_dim = hidden_dim
        self.num_layers = num_layers
        self.batch_len = batch_len
        self.lstm = nn.LSTM(input_dim, hidden_dim, num_layers, batch_first=True)
        self.out = nn.Linear(hidden_dim, 1)
        self.hidden = self.start()

    def start(self):
        size = (self.num_layers, self.batch_len, self.hidden_dim)
        return Variable(torch.zeros(size)), Variable(torch.zeros(size))

    def forward(self, sequences):
        lstm_out, hidden = self.lstm(sequences.view(1, self.batch_len, self.input_dim), self.hidden)
        self.hidden = tuple(Variable(h.data) for h in hidden)
        return self.out(lstm_out.contiguous().view(self.batch_len, self.hidden_dim))


if __name__ == '__main__':
    torch.manual_seed(0)
    model = MeterRNN()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for step in range(4):
        train_input = Variable(torch.randn(6, 5))
        target = train_input.sum(1).view(6, 1)
        loss = ((model(train_input) - target) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(step, loss.item())
