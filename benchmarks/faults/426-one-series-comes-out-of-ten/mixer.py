"""Forecast several series, each by itself, from several scales of its past."""
import json
from types import SimpleNamespace

import torch
from torch import nn


class ScaleMixer(nn.Module):
    def __init__(self, configs):
        super().__init__()
        self.configs = configs
        self.pred_len = configs.pred_len
        self.pool = nn.AvgPool1d(configs.down_sampling_window)
        lengths = [configs.seq_len, configs.seq_len // configs.down_sampling_window]
        self.embed = nn.Linear(1, configs.d_model)
        self.predict = nn.ModuleList(nn.Linear(length, configs.pred_len) for length in lengths)
        self.project = nn.Linear(configs.d_model, 1)

    def scales(self, x):
        """(batch, time, series) at full and at reduced rate."""
        return [x, self.pool(x.transpose(1, 2)).transpose(1, 2)]

    def forward(self, x):
        B = x.shape[0]
        out = 0
        for scale, predict in zip(self.scales(x), self.predict):
            series = scale.permute(0, 2, 1).reshape(-1, scale.shape[1], 1)
            h = self.embed(series)
            h = predict(h.transpose(1, 2)).transpose(1, 2)
            h = self.project(torch.relu(h))
            out = out + h.reshape(B, self.configs.c_out, self.pred_len).permute(0, 2, 1)
        return out


def windows(series, configs):
    """What was and what came: all series if the features are "M" (many to many)."""
    parts = series.unfold(0, configs.seq_len + configs.pred_len, 5).transpose(1, 2)
    return parts[:, :configs.seq_len], parts[:, configs.seq_len:]


def train(configs, series, epochs=3):
    model = ScaleMixer(configs)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    x, y = windows(series, configs)
    for _ in range(epochs):
        loss = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(round(loss.item(), 3))
    return model


if __name__ == "__main__":
    torch.manual_seed(0)
    with open("run.json") as file:
        configs = SimpleNamespace(**json.load(file))
    steps = torch.arange(120.0)[:, None]
    model = train(configs, torch.sin(steps / torch.arange(3.0, 13.0)))
