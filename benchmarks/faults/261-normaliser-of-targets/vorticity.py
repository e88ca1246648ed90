import torch


def simulate(count, grid, steps, seed=0):
    """Decaying, drifting vortices: (count, grid, grid, steps)."""
    g = torch.Generator().manual_seed(seed)
    axis = torch.linspace(0, 2 * torch.pi, grid + 1)[:-1]
    xx, yy = torch.meshgrid(axis, axis, indexing="ij")
    phase = torch.rand(count, 2, 1, 1, generator=g) * 2 * torch.pi
    frames = []
    for t in range(steps):
        drift = 0.2 * t
        frame = torch.sin(xx + phase[:, 0] + drift) * torch.cos(yy + phase[:, 1])
        frames.append(frame * (0.9 ** t) + 0.05 * t)
    return torch.stack(frames, dim=-1)
