from dataclasses import dataclass


@dataclass
class MaskedImageConfig:
    image_size: int = 32
    channels: int = 3
    patch_size: int = 8
    # number of pixels the decoder makes of one token, per side
    encoder_stride: int = 16
    hidden: int = 48
    heads: int = 4
    depth: int = 2
    mask_ratio: float = 0.5

    @property
    def num_patches(self) -> int:
        return (self.image_size // self.patch_size) ** 2
