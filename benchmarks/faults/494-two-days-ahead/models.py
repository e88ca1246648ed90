"""Models that read a window of a series and give the values that follow it."""
import torch
from torch import nn


class Seq2SeqModel(nn.Module):
    """Windows (batch, window, features) to what follows (batch, horizon, 1)."""

    def __init__(self, input_size, hidden_size, window, horizon, decoder_type="RNN", decoder_use_all_hidden=False):
        super().__init__()
        self.horizon, self.decoder_type, self.use_all = horizon, decoder_type, decoder_use_all_hidden
        self.encoder = nn.LSTM(input_size, hidden_size, batch_first=True)
        if decoder_type == "FC":
            self.decoder = nn.Linear(hidden_size * (window if decoder_use_all_hidden else 1), horizon)
        else:
            self.decoder = nn.LSTM(1, hidden_size, batch_first=True)
            self.fc = nn.Linear(hidden_size, 1)

    def forward(self, x):
        o, h = self.encoder(x)
        if self.decoder_type == "FC":
            if self.use_all:
                y_hat = self.decoder(o.reshape(o.size(0), -1)).unsqueeze(1)
            else:
                y_hat = self.decoder(o[:, -1, :]).unsqueeze(1)
        else:
            last, steps = x[:, -1:, :1], []
            for _ in range(self.horizon):
                out, h = self.decoder(last, h)
                last = self.fc(out)
                steps.append(last)
            y_hat = torch.cat(steps, dim=1)
        return y_hat
