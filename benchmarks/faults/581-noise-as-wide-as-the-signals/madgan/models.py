"""Series are made from series of noise, and judged."""
import torch
from torch import nn


class Generator(nn.Module):
    def __init__(self, latent_space_dim, hidden_units, output_dim, n_lstm_layers=1):
        super().__init__()
        self.lstm = nn.LSTM(latent_space_dim, hidden_units, n_lstm_layers, batch_first=True)
        self.linear = nn.Linear(hidden_units, output_dim)

    def forward(self, x):
        """(B, T, latent_space_dim) becomes (B, T, output_dim)."""
        rnn_output, _ = self.lstm(x)
        return torch.tanh(self.linear(rnn_output))


class Discriminator(nn.Module):
    def __init__(self, input_dim, hidden_units, n_lstm_layers=1):
        super().__init__()
        self.lstm = nn.LSTM(input_dim, hidden_units, n_lstm_layers, batch_first=True)
        self.linear = nn.Linear(hidden_units, 1)

    def forward(self, x):
        rnn_output, _ = self.lstm(x)
        return torch.sigmoid(self.linear(rnn_output))
