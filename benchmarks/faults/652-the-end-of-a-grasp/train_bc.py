"""Behaviour cloning that predicts a chunk of actions."""
from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.data import DataLoader

from episodes import ACTION, STATE, ActionChunks, demonstration


@dataclass
class Config:
    chunk: int = 8
    hidden: int = 64
    batch_size: int = 32
    steps: int = 40
    lr: float = 1e-3
    seed: int = 0


class ChunkPolicy(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.chunk = cfg.chunk
        self.body = nn.Sequential(
            nn.Linear(STATE, cfg.hidden), nn.LayerNorm(cfg.hidden), nn.GELU(),
            nn.Linear(cfg.hidden, cfg.hidden), nn.GELU(),
        )
        self.head = nn.Linear(cfg.hidden, cfg.chunk * ACTION)

    def forward(self, state):
        return self.head(self.body(state)).unflatten(-1, (self.chunk, ACTION))


def bc_loss(pred, target):
    move = nn.functional.l1_loss(pred[..., :6], target[..., :6])
    grip = nn.functional.binary_cross_entropy_with_logits(pred[..., 6], target[..., 6])
    return move + 0.1 * grip


def forever(loader):
    while True:
        yield from loader


if __name__ == "__main__":
    cfg = Config()
    torch.manual_seed(cfg.seed)
    g = torch.Generator().manual_seed(cfg.seed)
    episodes = [demonstration(int(torch.randint(20, 40, (), generator=g)), g) for _ in range(12)]
    dataset = ActionChunks(episodes, cfg.chunk)
    loader = DataLoader(dataset, cfg.batch_size, shuffle=True, drop_last=True)
    policy = ChunkPolicy(cfg)
    optimizer = torch.optim.AdamW(policy.parameters(), lr=cfg.lr)
    batches = forever(loader)
    for step in range(cfg.steps):
        state, actions = next(batches)
        loss = bc_loss(policy(state), actions)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 10 == 0:
            print(f"step {step:3d} loss {loss.item():.4f}")
