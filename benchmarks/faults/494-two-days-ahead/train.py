"""Forecast how much power a house needs in the next hours."""
import torch
from torch.utils.data import DataLoader, Dataset

from models import Seq2SeqModel


class TimeSeriesDataset(Dataset):
    def __init__(self, series, window, horizon):
        self.series, self.window, self.horizon = series, window, horizon

    def __len__(self):
        return len(self.series) - self.window - self.horizon + 1

    def __getitem__(self, index):
        middle = index + self.window
        return self.series[index:middle], self.series[middle:middle + self.horizon, :1]


def mean_absolute_error(preds, target):
    if preds.shape != target.shape:
        raise RuntimeError("Predictions and targets are expected to have the same shape, "
                           f"but got {tuple(preds.shape)} and {tuple(target.shape)}.")
    return (preds - target).abs().mean()


def fit(model, loader, epochs=2):
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(epochs):
        for x, y in loader:
            y_hat = model(x)
            metric = mean_absolute_error(y_hat, y)
            loss = torch.nn.functional.mse_loss(y_hat, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return metric.item()


if __name__ == "__main__":
    torch.manual_seed(0)
    hours = torch.arange(160.0)
    series = torch.stack([torch.sin(hours * 2 * torch.pi / 24), torch.cos(hours * 2 * torch.pi / 24), hours / 160], 1)
    loader = DataLoader(TimeSeriesDataset(series, 24, 12), batch_size=32, shuffle=True)
    for options in ({}, {"decoder_type": "FC"}, {"decoder_type": "FC", "decoder_use_all_hidden": True}):
        print(options, round(fit(Seq2SeqModel(3, 8, 24, 12, **options), loader), 3))
