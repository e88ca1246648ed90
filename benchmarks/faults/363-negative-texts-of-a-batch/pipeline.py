"""Text to picture with guidance away from negative texts."""
import torch
from torch import nn

LENGTH = 6


class TextEncoder(nn.Module):
    def __init__(self, dim=12):
        super().__init__()
        self.embed = nn.Embedding(128, dim)

    def forward(self, texts):
        ids = [[ord(c) % 128 for c in text[:LENGTH]] + [0] * (LENGTH - len(text[:LENGTH])) for text in texts]
        return self.embed(torch.tensor(ids))


class Denoiser(nn.Module):
    def __init__(self, dim=12, channels=2):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.text = nn.Linear(LENGTH * dim, channels)

    def forward(self, latents, t, text):
        return torch.tanh(self.conv(latents) * t + self.text(text.flatten(1))[:, :, None, None])


class Pipeline:
    def __init__(self):
        self.text_encoder, self.denoiser = TextEncoder(), Denoiser()

    def encode(self, prompt, num_images, negative=None):
        """Texts to be avoided come first, then the wanted; pictures of one text stand side by side."""
        batch = len(prompt)
        text = self.text_encoder(prompt)
        text = text.repeat(1, num_images, 1).view(batch * num_images, LENGTH, -1)
        if negative is None:
            negative = [""]
        elif isinstance(negative, str):
            negative = [negative]
        elif len(negative) != batch:
            raise ValueError("as many negative texts as texts are needed")
        avoid = self.text_encoder(negative)
        avoid = avoid.repeat(batch, num_images, 1).view(-1, LENGTH, text.shape[-1])
        return torch.cat([avoid, text])

    @torch.no_grad()
    def __call__(self, prompt, latents, num_images=1, negative=None, scale=3.0, steps=4):
        text = self.encode(prompt, num_images, negative)
        for t in torch.linspace(1, 0, steps):
            both = torch.cat([latents] * 2)
            away, towards = self.denoiser(both, t, text).chunk(2)
            latents = latents - 0.2 * (away + scale * (towards - away))
        return latents


if __name__ == "__main__":
    torch.manual_seed(0)
    pipeline = Pipeline()
    print(pipeline(["a frog"], torch.randn(2, 2, 8, 8), num_images=2, negative="blurry").shape)
    print(pipeline(["a frog", "a bird"], torch.randn(2, 2, 8, 8), negative=["a bird", "a cat"]).shape)
