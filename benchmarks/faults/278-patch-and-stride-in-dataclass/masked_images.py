"""Pretrain a small transformer by filling in masked patches."""
import torch
from torch import nn

from settings import MaskedImageConfig


class MaskedImageModel(nn.Module):
    def __init__(self, cfg: MaskedImageConfig):
        super().__init__()
        self.cfg = cfg
        self.embed = nn.Conv2d(cfg.channels, cfg.hidden, cfg.patch_size, cfg.patch_size)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, cfg.hidden))
        self.position = nn.Parameter(torch.randn(1, cfg.num_patches, cfg.hidden) * 0.02)
        layer = nn.TransformerEncoderLayer(cfg.hidden, cfg.heads, 2 * cfg.hidden, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, cfg.depth)
        self.decoder = nn.Sequential(
            nn.Conv2d(cfg.hidden, cfg.encoder_stride ** 2 * cfg.channels, 1),
            nn.PixelShuffle(cfg.encoder_stride))

    def forward(self, images, masked):
        x = self.embed(images).flatten(2).transpose(1, 2)
        x = torch.where(masked.unsqueeze(-1), self.mask_token, x) + self.position
        x = self.encoder(x)
        side = int(x.size(1) ** 0.5)
        grid = x.transpose(1, 2).reshape(x.size(0), -1, side, side)
        rebuilt = self.decoder(grid)
        size = self.cfg.patch_size
        pixels = masked.view(-1, side, side).repeat_interleave(size, 1).repeat_interleave(size, 2)
        error = (rebuilt - images).abs().mean(dim=1)
        loss = (error * pixels).sum() / pixels.sum()
        return loss, rebuilt


def random_mask(cfg, batch):
    return torch.rand(batch, cfg.num_patches) < cfg.mask_ratio


if __name__ == "__main__":
    torch.manual_seed(0)
    cfg = MaskedImageConfig()
    model = MaskedImageModel(cfg)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for step in range(3):
        images = torch.rand(4, cfg.channels, cfg.image_size, cfg.image_size)
        loss, rebuilt = model(images, random_mask(cfg, 4))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(step, loss.item(), tuple(rebuilt.shape))
