"""An encoder and a decoder that may both be LSTMs or GRUs; turns words round."""
import torch
import torch.nn as nn
import torch.nn.functional as F

SOS, EOS = 0, 1


class EncoderRNN(nn.Module):
    def __init__(self, vocab_size, hidden_size, rnn_cell="gru", n_layers=1, bidirectional=False):
        super(EncoderRNN, self).__init__()
        cell = nn.LSTM if rnn_cell == "lstm" else nn.GRU
        self.embedding = nn.Embedding(vocab_size, hidden_size)
        self.rnn = cell(hidden_size, hidden_size, n_layers, batch_first=True, bidirectional=bidirectional)

    def forward(self, inputs):
        return self.rnn(self.embedding(inputs))


class DecoderRNN(nn.Module):
    def __init__(self, vocab_size, max_len, hidden_size, rnn_cell="gru", n_layers=1, bidirectional=False):
        super(DecoderRNN, self).__init__()
        self.rnn_cell = nn.LSTM if rnn_cell == "lstm" else nn.GRU
        self.bidirectional_encoder = bidirectional
        hidden_size = hidden_size * 2 if bidirectional else hidden_size
        self.rnn = self.rnn_cell(hidden_size, hidden_size, n_layers, batch_first=True)
        self.max_length = max_len
        self.embedding = nn.Embedding(vocab_size, hidden_size)
        self.out = nn.Linear(hidden_size, vocab_size)

    def forward(self, inputs=None, encoder_hidden=None, teacher_forcing=False):
        inputs, batch_size, max_length = self._validate_args(inputs, encoder_hidden, teacher_forcing)
        hidden = self._init_state(encoder_hidden)
        if teacher_forcing:
            output, _ = self.rnn(self.embedding(inputs[:, :-1]), hidden)
            return F.log_softmax(self.out(output), dim=-1)
        word, outputs = inputs[:, 0].unsqueeze(1), []
        for _ in range(max_length):
            output, hidden = self.rnn(self.embedding(word), hidden)
            step = F.log_softmax(self.out(output.squeeze(1)), dim=-1)
            outputs.append(step)
            word = step.argmax(-1, keepdim=True)
        return torch.stack(outputs, dim=1)

    def _init_state(self, encoder_hidden):
        if encoder_hidden is None:
            return None
        if isinstance(encoder_hidden, tuple):
            return tuple(self._cat_directions(h) for h in encoder_hidden)
        return self._cat_directions(encoder_hidden)

    def _cat_directions(self, h):
        if self.bidirectional_encoder:
            h = torch.cat([h[0:h.size(0):2], h[1:h.size(0):2]], 2)
        return h

    def _validate_args(self, inputs, encoder_hidden, teacher_forcing):
        if inputs is None and encoder_hidden is None:
            batch_size = 1
        elif inputs is not None:
            batch_size = inputs.size(0)
        elif self.rnn_cell is nn.LSTM:
            batch_size = encoder_hidden[0].size(1)
        else:
            batch_size = encoder_hidden.size(1)
        if inputs is None:
            if teacher_forcing:
                raise ValueError("Teacher forcing has to be disabled (set 0) when no inputs is provided.")
            inputs = torch.full((batch_size, 1), SOS, dtype=torch.long)
            max_length = self.max_length
        else:
            max_length = inputs.size(1) - 1
        return inputs, batch_size, max_length


if __name__ == "__main__":
    torch.manual_seed(0)
    for cell in ("lstm", "gru"):
        encoder = EncoderRNN(12, 8, cell, n_layers=2, bidirectional=True)
        decoder = DecoderRNN(12, 7, 8, cell, n_layers=2, bidirectional=True)
        optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], 1e-2)
        for _ in range(3):
            source = torch.randint(2, 12, (5, 6))
            target = torch.cat([torch.full((5, 1), SOS), source.flip(1), torch.full((5, 1), EOS)], 1)
            logp = decoder(target, encoder(source)[1], teacher_forcing=True)
            loss = F.nll_loss(logp.flatten(0, 1), target[:, 1:].flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(cell, loss.item(), decoder(encoder_hidden=encoder(source)[1]).argmax(-1).shape)
