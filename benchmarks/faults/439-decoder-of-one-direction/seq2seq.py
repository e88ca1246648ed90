"""An encoder, a decoder, and what joins them."""
import torch
from torch import nn


class EncoderRNN(nn.Module):
    def __init__(self, vocab_size, hidden_size, n_layers=1, bidirectional=False):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, hidden_size)
        self.rnn = nn.GRU(hidden_size, hidden_size, n_layers, batch_first=True, bidirectional=bidirectional)

    def forward(self, tokens):
        return self.rnn(self.embedding(tokens))


class DecoderRNN(nn.Module):
    """``hidden_size`` is the width of the state that the encoder hands over, of both directions together."""

    def __init__(self, vocab_size, hidden_size, n_layers=1, bidirectional=False):
        super().__init__()
        self.bidirectional_encoder = bidirectional
        self.embedding = nn.Embedding(vocab_size, hidden_size)
        self.rnn = nn.GRU(hidden_size, hidden_size, n_layers, batch_first=True)
        self.out = nn.Linear(hidden_size, vocab_size)

    def _init_state(self, hidden):
        if self.bidirectional_encoder:
            hidden = torch.cat([hidden[0::2], hidden[1::2]], dim=2)
        return hidden

    def forward(self, tokens, encoder_hidden):
        output, _ = self.rnn(self.embedding(tokens), self._init_state(encoder_hidden))
        return self.out(output)


class Seq2seq(nn.Module):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, source, target):
        _, hidden = self.encoder(source)
        return self.decoder(target, hidden)
