"""Sequences of what was seen, done and earned."""
import torch
from torch.utils.data import Dataset


class RolloutSequenceDataset(Dataset):
    def __init__(self, count, seq_len, size, seed=1):
        generator = torch.Generator().manual_seed(seed)
        self.frames = torch.rand(count, seq_len + 1, 3, size, size, generator=generator)
        self.actions = torch.rand(count, seq_len, 2, generator=generator)

    def __len__(self):
        return len(self.frames)

    def __getitem__(self, index):
        frames, actions = self.frames[index], self.actions[index]
        reward, terminal = actions.sum(dim=1), torch.zeros(len(actions))
        return frames[:-1], actions, reward, terminal, frames[1:]
