"""Samples a video from a prompt with the weights in models/."""
from pathlib import Path

import numpy as np
import torch
from torch import nn

MODELS = Path(__file__).parent / "models"


class TextEncoder:
    """Rows for the words of a prompt, from the table of a trained encoder."""

    def __init__(self, path):
        self.table = torch.from_numpy(np.load(path)["embedding"])

    def __call__(self, prompt, length=8):
        numbers = [1 + sum(word.encode()) % (len(self.table) - 1) for word in prompt.split()][:length]
        return self.table[numbers + [0] * (length - len(numbers))]


class VideoModel(nn.Module):
    def __init__(self, text_dim=32, dim=24, channels=4):
        super().__init__()
        self.patch = nn.Linear(channels, dim)
        self.text_embedding = nn.Sequential(nn.Linear(text_dim, dim), nn.GELU(), nn.Linear(dim, dim))
        self.head = nn.Linear(dim, channels)

    def forward(self, x, context):
        x, context = self.patch(x), self.text_embedding(context)
        weights = torch.softmax(x @ context.transpose(-2, -1) / x.shape[-1] ** 0.5, dim=-1)
        return self.head(x + weights @ context)


@torch.no_grad()
def sample(prompt, steps=3, patches=10):
    model = VideoModel()
    model.load_state_dict(torch.load(MODELS / "video_model.pt"))
    context = TextEncoder(MODELS / "text_encoder.npz")(prompt)
    x = torch.randn(patches, 4)
    for _ in range(steps):
        x = x - model(x, context) / steps
    return x


if __name__ == "__main__":
    torch.manual_seed(0)
    print(sample("a frog jumps into a pond").shape)
