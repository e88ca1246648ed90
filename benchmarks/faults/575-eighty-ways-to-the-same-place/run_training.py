"""Train the head by rewards."""
import torch
from torch.utils.data import DataLoader, TensorDataset

from navsim.diffusiondrive import TrajectoryHead, loss_rl

NUM_ANCHORS, HORIZON, BATCH_SIZE, EPOCHS = 5, 8, 4, 3


def make_anchors():
    turn = torch.linspace(-0.3, 0.3, NUM_ANCHORS)[:, None]
    heading = turn * torch.arange(1, HORIZON + 1)
    steps = torch.stack([heading.cos(), heading.sin()], dim=-1).cumsum(dim=1)
    return torch.cat([steps, heading[..., None]], dim=-1)


def make_scenes(count, anchors):
    g = torch.Generator().manual_seed(0)
    which = torch.randint(0, len(anchors), (count,), generator=g)
    status = torch.nn.functional.one_hot(which, 6).float() + 0.1 * torch.randn(count, 6, generator=g)
    return TensorDataset(status, anchors[which] + 0.05 * torch.randn(count, HORIZON, 3, generator=g))


if __name__ == "__main__":
    torch.manual_seed(0)
    anchors = make_anchors()
    head, generator = TrajectoryHead(anchors), torch.Generator().manual_seed(1)
    optimizer = torch.optim.AdamW(head.parameters(), lr=3e-3)
    loader = DataLoader(make_scenes(16, anchors), BATCH_SIZE, shuffle=True)
    for epoch in range(EPOCHS):
        for status, target in loader:
            losses = loss_rl(head, status, target, generator)
            optimizer.zero_grad()
            losses["loss"].backward()
            optimizer.step()
        print(f"epoch {epoch}: " + ", ".join(f"{k} {v.item():.4f}" for k, v in losses.items()))
