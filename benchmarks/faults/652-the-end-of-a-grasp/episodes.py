"""Demonstrations of grasping, as windows of actions that follow an observation."""
import torch
from torch.utils.data import Dataset

STATE, ACTION = 9, 7


def demonstration(length, g):
    start, goal = torch.randn(STATE, generator=g), torch.randn(STATE, generator=g)
    t = torch.linspace(0, 1, length)[:, None]
    states = start + (goal - start) * t + 0.01 * torch.randn(length, STATE, generator=g)
    actions = torch.cat([(goal - states)[:, :6] * 0.3, (t > 0.8).float()], dim=1)
    return {"state": states, "action": actions}


class ActionChunks(Dataset):
    def __init__(self, episodes, chunk):
        self.episodes, self.chunk = episodes, chunk
        self.index = [(e, t) for e, ep in enumerate(episodes) for t in range(len(ep["action"]))]

    def __len__(self):
        return len(self.index)

    def __getitem__(self, i):
        e, t = self.index[i]
        episode = self.episodes[e]
        state = episode["state"][t]
        actions = episode["action"][t:t + self.chunk]
        return state, actions
