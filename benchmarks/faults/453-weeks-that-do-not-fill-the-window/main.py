"""Forecast many series from a window of their past, with a second look at the same hours of days before."""
import argparse

import torch

from lstnet import LSTNet


def windows(series, window, horizon):
    """Of (steps, series) each window and the step ``horizon`` after it."""
    x = series.unfold(0, window, 1)[:-horizon].transpose(1, 2)
    return x, series[window + horizon - 1:]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Time series forecasting")
    parser.add_argument("--window", type=int, default=32, help="window size")
    parser.add_argument("--CNN_kernel", type=int, default=6)
    parser.add_argument("--hidCNN", type=int, default=6)
    parser.add_argument("--hidRNN", type=int, default=8)
    parser.add_argument("--hidSkip", type=int, default=3)
    parser.add_argument("--skip", type=int, default=4, help="steps of a period")
    parser.add_argument("--highway_window", type=int, default=5)
    parser.add_argument("--horizon", type=int, default=3)
    parser.add_argument("--batch_size", type=int, default=16)
    args = parser.parse_args()

    torch.manual_seed(0)
    steps = torch.arange(100.0)[:, None]
    series = torch.sin(2 * torch.pi * steps / 4 + torch.arange(5)) + 0.1 * torch.randn(100, 5)
    x, y = windows(series, args.window, args.horizon)
    model = LSTNet(args, series.shape[1])
    optim = torch.optim.Adam(model.parameters(), lr=1e-3)
    for start in range(0, len(x), args.batch_size):
        output = model(x[start:start + args.batch_size])
        loss = torch.nn.functional.l1_loss(output, y[start:start + args.batch_size])
        optim.zero_grad()
        loss.backward()
        optim.step()
        print(f"{loss.item():.4f}")
