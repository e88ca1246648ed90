"""Count planes, ships and cars in pictures from the air."""
import torch
from torch.utils.data import DataLoader, TensorDataset

from config import cfg
from trainer import Trainer


def loading_data(cfg_data, count=8, size=16):
    channels = cfg_data.NUM_CLASSES if cfg_data.NET == "MCC" else 1
    img = torch.rand(count, 3, size, size)
    gt_map = (torch.rand(count, channels, size // 2, size // 2) > 0.95).float()
    return DataLoader(TensorDataset(img, gt_map), cfg_data.BATCH_SIZE)


if __name__ == "__main__":
    torch.manual_seed(cfg.SEED)
    trainer = Trainer(loading_data(cfg), cfg)
    for error in trainer.forward().tolist():
        print(f"{error:.2f}")
