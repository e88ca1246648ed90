"""Letters from a stretch of speech, piece by piece: what was heard before comes in as a state, and goes out again."""
import torch
from torch import nn


class ConvStack(nn.Module):
    def __init__(self, feat_size, channels=8):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(1, channels, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(channels, channels, 3, stride=2, padding=1), nn.ReLU(),
        )
        self.output_dim = channels * ((feat_size + 3) // 4)

    def forward(self, x):
        x = self.conv(x.unsqueeze(1))
        return x.transpose(1, 2).flatten(2)


class RNNStack(nn.Module):
    """One LSTM after another, each with a norm behind it."""

    def __init__(self, i_size, h_size, num_rnn_layers=5):
        super().__init__()
        self.h_size, self.num_rnn_layers = h_size, num_rnn_layers
        self.rnns, self.layernorms = nn.ModuleList(), nn.ModuleList()
        for i in range(num_rnn_layers):
            self.rnns.append(nn.LSTM(i_size if i == 0 else h_size, h_size, batch_first=True))
            self.layernorms.append(nn.LayerNorm(h_size))

    def forward(self, x, init_state_h_box=None, init_state_c_box=None):
        """States are (layers, batch, h_size), of the input and of the output."""
        final_h, final_c = [], []
        for i in range(self.num_rnn_layers):
            state = None
            if init_state_h_box is not None:
                state = (init_state_h_box, init_state_c_box)
            x, (h, c) = self.rnns[i](x, state)
            x = self.layernorms[i](x)
            final_h.append(h)
            final_c.append(c)
        return x, torch.cat(final_h, dim=0), torch.cat(final_c, dim=0)


class DeepSpeech2Model(nn.Module):
    def __init__(self, feat_size=16, vocab_size=12, rnn_size=20, num_rnn_layers=5):
        super().__init__()
        self.conv = ConvStack(feat_size)
        self.rnn = RNNStack(self.conv.output_dim, rnn_size, num_rnn_layers)
        self.output = nn.Linear(rnn_size, vocab_size)

    def forward(self, audio, init_state_h_box=None, init_state_c_box=None):
        x = self.conv(audio)
        x, final_h, final_c = self.rnn(x, init_state_h_box, init_state_c_box)
        return torch.softmax(self.output(x), dim=-1), final_h, final_c
