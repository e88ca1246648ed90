"""What is known about an hour, as numbers."""
import math

import torch


def make_table(hours, seed):
    g = torch.Generator().manual_seed(seed)
    return {
        "hour": torch.arange(hours) % 24,
        "season": (torch.arange(hours) // 200) % 4,
        "holiday": (torch.rand(hours, generator=g) < 0.1).float(),
        "temp": torch.randn(hours, generator=g),
        "humidity": torch.rand(hours, generator=g),
        "wind": torch.rand(hours, generator=g),
    }


def encode(table):
    angle = 2 * math.pi * table["hour"].float() / 24
    season = torch.nn.functional.one_hot(table["season"], 4).float()
    columns = [
        angle.sin()[:, None],
        angle.cos()[:, None],
        season,
        table["holiday"][:, None],
        table["temp"][:, None],
        table["humidity"][:, None],
        table["wind"][:, None],
    ]
    return torch.cat(columns, dim=1)


def rentals(table, seed):
    g = torch.Generator().manual_seed(seed)
    rush = torch.exp(-((table["hour"] - 17.0) / 3) ** 2)
    return 2 * rush + 0.5 * table["temp"] - table["humidity"] + 0.1 * torch.randn(len(rush), generator=g)
