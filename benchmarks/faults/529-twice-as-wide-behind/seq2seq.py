import torch
import torch.nn as nn


class EncoderRNN(nn.Module):
    def __init__(self, vocab_size, hidden_size, n_layers=1, bidirectional=False):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, hidden_size)
        self.rnn = nn.GRU(hidden_size, hidden_size, n_layers, batch_first=True, bidirectional=bidirectional)

    def forward(self, input_var):
        return self.rnn(self.embedding(input_var))


class Attention(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.linear_out = nn.Linear(dim * 2, dim)

    def forward(self, output, context):
        attn = torch.bmm(output, context.transpose(1, 2)).softmax(dim=-1)
        mix = torch.bmm(attn, context)
        return self.linear_out(torch.cat((mix, output), dim=2)).tanh()


class DecoderRNN(nn.Module):
    def __init__(self, vocab_size, hidden_size, n_layers=1, bidirectional=False):
        super().__init__()
        self.bidirectional_encoder = bidirectional
        self.embedding = nn.Embedding(vocab_size, hidden_size)
        self.rnn = nn.GRU(hidden_size, hidden_size, n_layers, batch_first=True)
        self.attention = Attention(hidden_size)
        self.out = nn.Linear(hidden_size, vocab_size)

    def forward_step(self, input_var, hidden, encoder_outputs):
        output, hidden = self.rnn(self.embedding(input_var), hidden)
        return self.out(self.attention(output, encoder_outputs)), hidden

    def _init_state(self, encoder_hidden):
        return self._cat_directions(encoder_hidden)

    def _cat_directions(self, h):
        """(layers * directions, batch, hidden) to (layers, batch, directions * hidden)."""
        if self.bidirectional_encoder:
            h = torch.cat([h[0:h.size(0):2], h[1:h.size(0):2]], 2)
        return h

    def forward(self, inputs, encoder_hidden, encoder_outputs):
        return self.forward_step(inputs, self._init_state(encoder_hidden), encoder_outputs)[0]


class Seq2seq(nn.Module):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, source, target):
        encoder_outputs, encoder_hidden = self.encoder(source)
        return self.decoder(target, encoder_hidden, encoder_outputs)
