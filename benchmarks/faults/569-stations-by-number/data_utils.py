"""Weather that stations measured now and then."""
import numpy as np
import torch
from torch.utils.data import Dataset


def make_table(stations=10, variables=2, seed=0):
    """Rows of station, time, values and whether they were measured, by time."""
    rng = np.random.default_rng(seed)
    rows = []
    for station in range(stations):
        phase = rng.uniform(0, 6)
        for time in np.sort(rng.choice(np.arange(1, 20), rng.integers(3, 7), replace=False)):
            values = np.sin(0.4 * time + phase + np.arange(variables)) + rng.normal(0, 0.05, variables)
            rows.append([station, time * 0.1, *values, *(rng.random(variables) < 0.8)])
    return np.array(rows)


class ODE_Dataset(Dataset):
    def __init__(self, table, variables=2):
        self.table, self.variables = table, variables
        self.stations = np.unique(table[:, 0])

    def __len__(self):
        return len(self.stations)

    def __getitem__(self, index):
        return self.table[self.table[:, 0] == self.stations[index]]


def custom_collate_fn(batch):
    """All measurements of a batch by time; ``time_ptr`` says where those of a time begin and end, ``obs_idx`` to which
    of the batch each belongs."""
    rows = np.concatenate([np.c_[np.full(len(part), place), part[:, 1:]] for place, part in enumerate(batch)])
    rows = rows[np.argsort(rows[:, 1], kind="stable")]
    times, counts = np.unique(rows[:, 1], return_counts=True)
    variables = (rows.shape[1] - 2) // 2
    return {
        "times": times,
        "time_ptr": np.concatenate([[0], np.cumsum(counts)]),
        "X": torch.from_numpy(rows[:, 2 : 2 + variables]).float(),
        "M": torch.from_numpy(rows[:, 2 + variables :]).float(),
        "obs_idx": torch.from_numpy(rows[:, 0]).float(),
        "batch_size": len(batch),
    }
