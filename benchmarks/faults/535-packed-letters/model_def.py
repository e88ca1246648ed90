"""Which picture goes with a sentence: two readings and an attention over their words."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from lstm import LSTMHardSigmoid


class Attention(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(size) * 0.1)

    def forward(self, x, lengths):
        scores = (x @ self.weight).exp()
        scores = scores * (torch.arange(x.size(1)) < lengths[:, None])
        return (x * (scores / scores.sum(1, keepdim=True))[..., None]).sum(1)


class TorchMoji(nn.Module):
    def __init__(self, nb_tokens=40, nb_classes=6, embed=8, hidden=10):
        super().__init__()
        self.embed = nn.Embedding(nb_tokens, embed, padding_idx=0)
        self.lstm_0, self.lstm_1 = LSTMHardSigmoid(embed, hidden), LSTMHardSigmoid(hidden, hidden)
        self.attention = Attention(2 * hidden + embed)
        self.output = nn.Linear(2 * hidden + embed, nb_classes)

    def forward(self, input_seqs):
        """Tokens (batch, longest), filled up with zeros behind."""
        lengths, order = (input_seqs != 0).sum(1).sort(descending=True)
        x = torch.tanh(self.embed(input_seqs[order]))
        packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True)
        first, _ = self.lstm_0(packed)
        second, _ = self.lstm_1(first)
        joined = [pad_packed_sequence(p, batch_first=True)[0] for p in (second, first, packed)]
        seen = self.attention(torch.cat(joined, dim=2), lengths)
        return self.output(seen)[order.argsort()]
