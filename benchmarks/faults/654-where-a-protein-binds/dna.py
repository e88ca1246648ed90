"""Stretches of DNA, and whether a factor binds there."""
import torch
from torch.utils.data import Dataset

ALPHABET = "ACGT"
MOTIF = "TGACTCA"


def one_hot(seq):
    """(length, 4), with a row of quarters for N."""
    x = torch.zeros(len(seq), 4)
    for i, base in enumerate(seq):
        if base == "N":
            x[i] = 0.25
        else:
            x[i, ALPHABET.index(base)] = 1.0
    return x


class Peaks(Dataset):
    def __init__(self, n, length=100, seed=0, augment=False):
        g = torch.Generator().manual_seed(seed)
        self.augment = augment
        self.sequences, self.labels = [], []
        for i in range(n):
            seq = "".join(ALPHABET[k] for k in torch.randint(4, (length,), generator=g).tolist())
            if i % 2:
                at = int(torch.randint(length - len(MOTIF), (), generator=g))
                seq = seq[:at] + MOTIF + seq[at + len(MOTIF):]
            self.sequences.append(seq)
            self.labels.append(float(i % 2))

    def __len__(self):
        return len(self.sequences)

    def __getitem__(self, i):
        x = one_hot(self.sequences[i])
        if self.augment and torch.rand(()) < 0.5:
            x = x.flip(0, 1)  # the other strand
        return x, torch.tensor(self.labels[i])
