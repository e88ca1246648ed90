"""Named configurations."""
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class ViTConfig:
    image_size: int = 224
    patch: int = 16
    channels: int = 3
    hidden: int = 48
    mlp: int = 96
    heads: int = 4
    depth: int = 2
    num_classes: int = 1000


_small = ViTConfig()

CONFIGS = {
    "ViT-S_16": _small,
    "ViT-S_32": replace(_small, patch=32),
    # 32x32 pictures, ten classes
    "ViT-S_16_cifar": replace(_small, num_classes=10),
}
