"""Makes films sharper: all their frames go through the network at once, each with the prompt of its film."""
import torch
from torch import nn

from attention import BasicTransformerBlock


class VideoUNet(nn.Module):
    def __init__(self, channels=4, dim=12, context_dim=8):
        super().__init__()
        self.proj_in = nn.Conv2d(channels, dim, 3, padding=1)
        self.block = BasicTransformerBlock(dim, context_dim)
        self.proj_out = nn.Conv2d(dim, channels, 3, padding=1)

    def forward(self, frames, context):
        """Frames (frames of all films, channels, height, width); words (prompts, words, context_dim)."""
        h = self.proj_in(frames)
        n, c, height, width = h.shape
        h = self.block(h.flatten(2).transpose(1, 2), context)
        return frames + self.proj_out(h.transpose(1, 2).reshape(n, c, height, width))


@torch.no_grad()
def upscale(model, films, prompts, steps=2):
    """Films (films, frames, channels, height, width) with a prompt each."""
    b, t, c, height, width = films.shape
    x = films.reshape(b * t, c, height, width)
    for _ in range(steps):
        x = model(x, prompts)
    return x.reshape(b, t, c, height, width)


if __name__ == "__main__":
    torch.manual_seed(0)
    model = VideoUNet()
    films, prompts = torch.randn(2, 5, 4, 6, 6), torch.randn(2, 7, 8)
    sharp = upscale(model, films, prompts)
    print(tuple(sharp.shape), f"{sharp.std().item():.3f}")
