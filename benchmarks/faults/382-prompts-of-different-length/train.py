"""Train a small denoiser that is told the prompt."""
import torch
from torch import nn
from torch.utils.data import DataLoader

from data import Collator, Pictures

PROMPTS = ["a frog", "a red bird", "snow", "an old map of the city", "two boats", "a child reading a book"]


class Denoiser(nn.Module):
    def __init__(self, channels=3, dim=6):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.text = nn.Linear(dim, channels)

    def forward(self, images, noise_level, text_embeds, text_masks=None):
        if text_masks is None:
            # rows of zeros are no words
            text_masks = (text_embeds != 0).any(dim=-1)
        words = text_masks.unsqueeze(-1).to(text_embeds.dtype)
        pooled = (self.text(text_embeds) * words).sum(1) / words.sum(1).clamp(min=1)
        return self.conv(images) * (1 - noise_level) + pooled[:, :, None, None]


def train(model, loader, steps=2):
    optimizer = torch.optim.Adam(model.parameters())
    losses = []
    for _ in range(steps):
        for images, texts in loader:
            noise, level = torch.randn_like(images), torch.rand(len(images), 1, 1, 1)
            pred = model((1 - level) * images + level * noise, level, texts)
            loss = nn.functional.mse_loss(pred, noise)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


if __name__ == "__main__":
    torch.manual_seed(0)
    loader = DataLoader(Pictures(PROMPTS), batch_size=3, collate_fn=Collator(8, 3))
    print(train(Denoiser(), loader))
