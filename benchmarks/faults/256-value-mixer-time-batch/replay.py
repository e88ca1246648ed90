import torch


def sample_episodes(time=6, batch=8, agents=3, obs_dim=10, num_actions=5, seed=0):
    g = torch.Generator().manual_seed(seed)
    done = torch.zeros(time, batch, 1)
    done[-1] = 1.0
    return {
        "obs": torch.randn(time + 1, batch, agents, obs_dim, generator=g),
        "actions": torch.randint(num_actions, (time, batch, agents, 1), generator=g),
        "rewards": torch.randn(time, batch, 1, generator=g),
        "done": done,
    }
