"""Tag words with a recurrent network whose dropped units are the same at every step."""
import torch
from torch import nn


class BiLSTM(nn.Module):
    """Like nn.LSTM with batch_first, but one dropout mask serves a whole sequence.

    ``hx``, if any, is a pair of tensors ``[num_layers*num_directions, batch_size, hidden_size]``.
    """

    def __init__(self, input_size, hidden_size, num_layers=1, bidirectional=True, dropout=0.0):
        super().__init__()
        self.hidden_size, self.num_layers, self.bidirectional = hidden_size, num_layers, bidirectional
        self.num_directions = 1 + bidirectional
        self.dropout = dropout
        self.f_cells, self.b_cells = nn.ModuleList(), nn.ModuleList()
        for _ in range(num_layers):
            self.f_cells.append(nn.LSTMCell(input_size, hidden_size))
            if bidirectional:
                self.b_cells.append(nn.LSTMCell(input_size, hidden_size))
            input_size = hidden_size * self.num_directions

    def shared_mask(self, x):
        keep = 1 - self.dropout
        return x.new_empty(x.shape[0], 1, x.shape[2]).bernoulli_(keep) / keep

    def layer_forward(self, x, hx, cell, reverse=False):
        steps = range(x.shape[1])
        outputs = []
        for t in reversed(steps) if reverse else steps:
            hx = cell(x[:, t], hx)
            outputs.append(hx[0])
        if reverse:
            outputs.reverse()
        return torch.stack(outputs, dim=1), hx

    def forward(self, x, hx=None):
        batch_size = x.shape[0]
        if hx is None:
            ih = x.new_zeros(self.num_layers, batch_size, self.hidden_size)
            h, c = ih, ih
        else:
            h, c = hx
        h = h.view(self.num_layers, self.num_directions, batch_size, self.hidden_size)
        c = c.view(self.num_layers, self.num_directions, batch_size, self.hidden_size)
        h_n, c_n = [], []
        for i in range(self.num_layers):
            if self.training and self.dropout:
                x = x * self.shared_mask(x)
            out, state = self.layer_forward(x, (h[i, 0], c[i, 0]), self.f_cells[i])
            h_n.append(state[0])
            c_n.append(state[1])
            if self.bidirectional:
                back, state = self.layer_forward(x, (h[i, 1], c[i, 1]), self.b_cells[i], reverse=True)
                out = torch.cat([out, back], dim=-1)
                h_n.append(state[0])
                c_n.append(state[1])
            x = out
        return x, (torch.stack(h_n), torch.stack(c_n))


class Tagger(nn.Module):
    def __init__(self, words=40, tags=6, width=8, hidden=10, layers=2, bidirectional=True):
        super().__init__()
        self.embed = nn.Embedding(words, width)
        self.lstm = BiLSTM(width, hidden, layers, bidirectional, dropout=0.33)
        self.score = nn.Linear(hidden * self.lstm.num_directions, tags)

    def forward(self, words):
        return self.score(self.lstm(self.embed(words))[0])


if __name__ == "__main__":
    torch.manual_seed(0)
    tagger = Tagger()
    optimizer = torch.optim.Adam(tagger.parameters(), lr=2e-3)
    for _ in range(3):
        words, tags = torch.randint(0, 40, (6, 9)), torch.randint(0, 6, (6, 9))
        loss = nn.functional.cross_entropy(tagger(words).flatten(0, 1), tags.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"{loss.item():.3f}")
