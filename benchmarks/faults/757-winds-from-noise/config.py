from dataclasses import dataclass


@dataclass
class Config:
    timesteps: int = 100
    channels: int = 2          # u and v
    size: int = 16
    width: int = 24
    batch_size: int = 12
    iterations: int = 25
    lr: float = 2e-3
    seed: int = 0
