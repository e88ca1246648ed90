"""A recurrence over the words, and attention of each label."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class RNNEncoder(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.rnn = nn.GRU(input_size, hidden_size, batch_first=True, bidirectional=True)

    def forward(self, inputs, length):
        total = inputs.size(1)
        packed = pack_padded_sequence(inputs, length, batch_first=True, enforce_sorted=False)
        outputs, _ = self.rnn(packed)
        return pad_packed_sequence(outputs, batch_first=True, total_length=total)[0]


class BiGRU(nn.Module):
    def __init__(self, num_words, num_classes, embed_dim=12, rnn_dim=8):
        super().__init__()
        self.embedding = nn.Embedding(num_words, embed_dim, padding_idx=0)
        self.encoder = RNNEncoder(embed_dim, rnn_dim)
        self.attention = nn.Linear(2 * rnn_dim, num_classes, bias=False)
        self.output = nn.Linear(2 * rnn_dim, num_classes)

    def forward(self, batch):
        x = self.encoder(self.embedding(batch["text"]), batch["length"])
        scores = self.attention(x).transpose(1, 2)
        seen = torch.arange(x.size(1)) < batch["length"].clamp(min=1).unsqueeze(1)
        alpha = scores.masked_fill(~seen.unsqueeze(1), -torch.inf).softmax(dim=2)
        pooled = alpha @ x
        return (self.output.weight * pooled).sum(dim=2) + self.output.bias
