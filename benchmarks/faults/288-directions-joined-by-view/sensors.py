"""Faults of a pump from 15 readings of 9 sensors."""
import torch
from torch import nn


class FaultDetector(nn.Module):
    def __init__(self, sensors=9, hidden=14, layers=3, faults=4):
        super().__init__()
        self.hidden, self.layers = hidden, layers
        self.rnn = nn.LSTM(sensors, hidden, num_layers=layers, bidirectional=True, batch_first=True)
        self.classify = nn.Linear(2 * hidden, faults)

    def final_states(self, h):
        # layers * directions, batch, hidden  ->  batch, directions * hidden of the last layer
        batch = h.size(1)
        h = h.view(self.layers, 2, batch, self.hidden)[-1]
        return h.permute(1, 0, 2).contiguous().view(batch, 2 * self.hidden)

    def forward(self, x):
        _, (h, _) = self.rnn(x)
        return self.classify(self.final_states(h))


def alarm(model, window, threshold=0.8):
    scores = model(window.unsqueeze(0)).softmax(dim=1).squeeze(0)
    return scores[1:].max().item() > threshold
