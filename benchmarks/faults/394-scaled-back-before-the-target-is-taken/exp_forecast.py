"""Test a forecaster: many series in, and with features MS only the last series is asked for."""
import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class StandardScaler:
    def fit(self, data):
        self.mean_, self.scale_ = data.mean(0), data.std(0)
        return self

    def transform(self, data):
        return (data - self.mean_) / self.scale_

    def inverse_transform(self, data):
        return data * self.scale_ + self.mean_


class Hours(Dataset):
    """Windows of a table; every series has another mean and scale. The last one is the target."""

    def __init__(self, args, hours=80, series=5):
        generator = torch.Generator().manual_seed(3)
        walk = torch.randn(hours, series, generator=generator).cumsum(0)
        raw = walk * torch.tensor([1.0, 10.0, 0.1, 3.0, 50.0]) + torch.tensor([0.0, 100.0, -5.0, 7.0, 900.0])
        self.scale, self.args = True, args
        self.raw, self.scaler = raw, StandardScaler().fit(raw[:60])
        self.data = self.scaler.transform(raw)

    def __len__(self):
        return len(self.data) - self.args.seq_len - self.args.pred_len + 1

    def __getitem__(self, i):
        middle = i + self.args.seq_len
        return self.data[i:middle], self.data[middle - self.args.label_len:middle + self.args.pred_len]

    def inverse_transform(self, data):
        return self.scaler.inverse_transform(data)


class DLinear(nn.Module):
    """One linear layer over time, the same for all series."""

    def __init__(self, args):
        super().__init__()
        self.linear = nn.Linear(args.seq_len, args.pred_len)

    def forward(self, x):
        return self.linear(x.transpose(1, 2)).transpose(1, 2)


class Exp:
    def __init__(self, args):
        self.args, self.model, self.data = args, DLinear(args), Hours(args)

    def train(self, steps=5):
        optimizer = torch.optim.Adam(self.model.parameters(), 1e-2)
        f_dim = -1 if self.args.features == "MS" else 0
        for _, (batch_x, batch_y) in zip(range(steps), DataLoader(self.data, 8)):
            outputs = self.model(batch_x)[:, :, f_dim:]
            loss = nn.functional.mse_loss(outputs, batch_y[:, -self.args.pred_len:, f_dim:])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    @torch.no_grad()
    def test(self):
        preds, trues = [], []
        for batch_x, batch_y in DataLoader(self.data, 8):
            outputs = self.model(batch_x)
            f_dim = -1 if self.args.features == "MS" else 0
            outputs = outputs[:, -self.args.pred_len:, f_dim:]
            batch_y = batch_y[:, -self.args.pred_len:, f_dim:]
            if self.data.scale and self.args.inverse:
                shape = outputs.shape
                outputs = self.data.inverse_transform(outputs.reshape(shape[0] * shape[1], -1)).reshape(shape)
                batch_y = self.data.inverse_transform(batch_y.reshape(shape[0] * shape[1], -1)).reshape(shape)
            preds.append(outputs)
            trues.append(batch_y)
        return torch.cat(preds), torch.cat(trues)


def get_args(words=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--features", choices=("M", "S", "MS"), default="M")
    parser.add_argument("--seq_len", type=int, default=24)
    parser.add_argument("--label_len", type=int, default=12)
    parser.add_argument("--pred_len", type=int, default=6)
    parser.add_argument("--inverse", action="store_true")
    return parser.parse_args(words)


if __name__ == "__main__":
    torch.manual_seed(0)
    exp = Exp(get_args())
    exp.train()
    preds, trues = exp.test()
    print(preds.shape, "mae %.3f" % (preds - trues).abs().mean().item())
