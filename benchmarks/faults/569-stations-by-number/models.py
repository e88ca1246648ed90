"""A state that flows between measurements, and jumps where something is measured."""
import math

import torch
from torch import nn


class GRUODECell(nn.Module):
    def __init__(self, hidden_size):
        super().__init__()
        self.lin_hz, self.lin_hn = nn.Linear(hidden_size, hidden_size), nn.Linear(hidden_size, hidden_size)

    def forward(self, h):
        z = torch.sigmoid(self.lin_hz(h))
        return (1 - z) * (torch.tanh(self.lin_hn(z * h)) - h)


class GRUObservationCell(nn.Module):
    def __init__(self, input_size, hidden_size, prep_hidden=4):
        super().__init__()
        self.gru_d = nn.GRUCell(prep_hidden * input_size, hidden_size)
        self.w_prep = nn.Parameter(torch.randn(input_size, 4, prep_hidden) * 0.3)
        self.bias_prep = nn.Parameter(torch.full((input_size, prep_hidden), 0.1))
        self.prep_hidden, self.input_size = prep_hidden, input_size

    def forward(self, h, p, X_obs, M_obs, i_obs):
        p_obs = p[i_obs]
        mean, logvar = torch.chunk(p_obs, 2, dim=1)
        error = (X_obs - mean) / torch.exp(0.5 * logvar)
        losses = 0.5 * (error ** 2 + logvar + math.log(2 * math.pi)) * M_obs
        gru_input = torch.stack([X_obs, mean, logvar, error], dim=2).unsqueeze(2)
        gru_input = torch.relu(torch.matmul(gru_input, self.w_prep).squeeze(2) + self.bias_prep)
        gru_input = (gru_input * M_obs[:, :, None]).flatten(1)
        temp = h.clone()
        temp[i_obs] = self.gru_d(gru_input, h[i_obs])
        return temp, losses


class NNFO(nn.Module):
    def __init__(self, input_size, hidden_size, delta_t=0.05):
        super().__init__()
        self.p_model = nn.Sequential(nn.Linear(hidden_size, hidden_size), nn.ReLU(), nn.Linear(hidden_size, 2 * input_size))
        self.gru_c, self.gru_obs = GRUODECell(hidden_size), GRUObservationCell(input_size, hidden_size)
        self.hidden_size, self.delta_t = hidden_size, delta_t

    def forward(self, times, time_ptr, X, M, obs_idx, batch_size):
        """The last state of every station, and the loss of all that was measured."""
        h = torch.zeros(batch_size, self.hidden_size)
        current, loss = 0.0, 0.0
        for i, time in enumerate(times):
            while current < time - 1e-6:
                h = h + self.delta_t * self.gru_c(h)
                current += self.delta_t
            start, end = time_ptr[i], time_ptr[i + 1]
            h, losses = self.gru_obs(h, self.p_model(h), X[start:end], M[start:end], obs_idx[start:end])
            loss = loss + losses.sum()
        return h, loss
