"""A transformer over the deepest features, and a decoder with what the shallower layers saw."""
import torch
from torch import nn


class ResNetV2(nn.Module):
    """Features at a 16th of the size, and at a half, a fourth and an eighth of it, the deepest first."""

    def __init__(self, width):
        super().__init__()
        sizes = [3, width, width * 2, width * 4, width * 8]
        self.stages = nn.ModuleList(
            nn.Sequential(nn.Conv2d(i, o, 3, 2, 1), nn.GroupNorm(2, o), nn.ReLU()) for i, o in zip(sizes, sizes[1:])
        )

    def forward(self, x):
        features = []
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        return x, features[-2::-1]


class Embeddings(nn.Module):
    def __init__(self, config, img_size):
        super().__init__()
        grid = config.patches.grid
        patch_size = (img_size // 16 // grid[0], img_size // 16 // grid[1])
        n_patches = (img_size // (patch_size[0] * 16)) * (img_size // (patch_size[1] * 16))
        self.hybrid_model = ResNetV2(config.width)
        self.patch_embeddings = nn.Conv2d(config.width * 8, config.hidden_size, patch_size, patch_size)
        self.position_embeddings = nn.Parameter(torch.zeros(1, n_patches, config.hidden_size))

    def forward(self, x):
        x, features = self.hybrid_model(x)
        x = self.patch_embeddings(x).flatten(2).transpose(1, 2)
        return x + self.position_embeddings, features


class DecoderBlock(nn.Module):
    def __init__(self, in_channels, out_channels, skip_channels=0):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(in_channels + skip_channels, out_channels, 3, padding=1), nn.ReLU())
        self.up = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)

    def forward(self, x, skip=None):
        x = self.up(x)
        if skip is not None:
            x = torch.cat([x, skip], dim=1)
        return self.conv(x)


class DecoderCup(nn.Module):
    def __init__(self, config):
        super().__init__()
        outs = config.decoder_channels
        ins = [config.hidden_size, *outs[:-1]]
        skips = [config.width * 4, config.width * 2, config.width, 0]
        self.blocks = nn.ModuleList(DecoderBlock(i, o, s) for i, o, s in zip(ins, outs, skips))

    def forward(self, hidden_states, features):
        b, n_patch, hidden = hidden_states.shape
        side = int(n_patch ** 0.5)
        x = hidden_states.transpose(1, 2).reshape(b, hidden, side, side)
        for block, skip in zip(self.blocks, [*features, None]):
            x = block(x, skip)
        return x


class VisionTransformer(nn.Module):
    def __init__(self, config, img_size):
        super().__init__()
        self.embeddings = Embeddings(config, img_size)
        layer = nn.TransformerEncoderLayer(
            config.hidden_size, config.num_heads, config.hidden_size * 2, 0.0, batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, config.num_layers, enable_nested_tensor=False)
        self.decoder = DecoderCup(config)
        self.segmentation_head = nn.Conv2d(config.decoder_channels[-1], config.n_classes, 3, padding=1)

    def forward(self, x):
        if x.size(1) == 1:
            x = x.repeat(1, 3, 1, 1)
        x, features = self.embeddings(x)
        return self.segmentation_head(self.decoder(self.encoder(x), features))
