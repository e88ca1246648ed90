"""Forecasts from an encoder of series and a decoder that attends to its states."""
import torch
from torch import nn
import torch.nn.functional as F


class Encoder(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, batch_first=True)

    def forward(self, x):
        return self.lstm(x)[0]


class AttnDecoder(nn.Module):
    """Steps over the past values of the target and then says the next ``output_size`` ones."""

    def __init__(self, encoder_hidden_size, decoder_hidden_size, output_size):
        super().__init__()
        self.hidden_size = decoder_hidden_size
        self.attn = nn.Sequential(
            nn.Linear(2 * decoder_hidden_size + encoder_hidden_size, encoder_hidden_size),
            nn.Tanh(),
            nn.Linear(encoder_hidden_size, 1))
        self.lstm = nn.LSTMCell(output_size, decoder_hidden_size)
        self.fc = nn.Linear(encoder_hidden_size + output_size, output_size)
        self.fc_out = nn.Linear(decoder_hidden_size + encoder_hidden_size, output_size)

    def forward(self, encoded, y_history):
        batch, steps, _ = encoded.shape
        h = encoded.new_zeros(batch, self.hidden_size)
        c = encoded.new_zeros(batch, self.hidden_size)
        for t in range(steps):
            state = torch.cat((h, c), dim=1).unsqueeze(1).expand(-1, steps, -1)
            scores = self.attn(torch.cat((state, encoded), dim=2)).squeeze(2)
            weights = F.softmax(scores, dim=1)
            context = torch.bmm(weights.unsqueeze(1), encoded).squeeze(1)
            y_tilde = self.fc(torch.cat((context, y_history[:, t].unsqueeze(1)), dim=1))
            h, c = self.lstm(y_tilde, (h, c))
        return self.fc_out(torch.cat((h, context), dim=1))


class AutoEncForecast(nn.Module):
    """x: (B, T, series), y_history: (B, T)."""

    def __init__(self, input_size=5, hidden_size_encoder=16, hidden_size_decoder=12, output_size=4):
        super().__init__()
        self.encoder = Encoder(input_size, hidden_size_encoder)
        self.decoder = AttnDecoder(hidden_size_encoder, hidden_size_decoder, output_size)

    def forward(self, x, y_history):
        return self.decoder(self.encoder(x), y_history)
