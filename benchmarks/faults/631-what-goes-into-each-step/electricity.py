"""Hourly consumption of some customers."""
import torch

from estimator import ImplicitQuantileEstimator, time_features


def electricity(customers=16, hours=240):
    g = torch.Generator().manual_seed(3)
    t = torch.arange(hours, dtype=torch.float32)
    level = torch.rand(customers, 1, generator=g) + 0.5
    daily = torch.sin(2 * torch.pi * (t / 24 + torch.rand(customers, 1, generator=g)))
    return level * (1 + 0.4 * daily) + 0.05 * torch.randn(customers, hours, generator=g)


if __name__ == "__main__":
    torch.manual_seed(0)
    series = electricity()
    estimator = ImplicitQuantileEstimator(
        input_size=18,
        cardinality=len(series),
        num_cells=24,
        epochs=3,
    )
    network = estimator.train(series)
    with torch.no_grad():
        features = time_features(0, series.size(1))
        bands = [network(series, features, torch.arange(len(series)), torch.full((len(series), 72), q)) for q in (0.1, 0.5, 0.9)]
    print("quantiles at the end:", ", ".join(f"{band[:, -1].mean():.3f}" for band in bands))
