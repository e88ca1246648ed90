"""An autoencoder of sound that shortens it by strides and lengthens it by the same ones."""
import math

import torch
from torch import nn


class EncoderBlock(nn.Module):
    def __init__(self, dim, stride):
        super().__init__()
        self.conv = nn.Conv1d(dim // 2, dim, 2 * stride, stride=stride, padding=math.ceil(stride / 2))

    def forward(self, x):
        return self.conv(torch.tanh(x))


class DecoderBlock(nn.Module):
    def __init__(self, dim, stride):
        super().__init__()
        self.conv = nn.ConvTranspose1d(dim, dim // 2, 2 * stride, stride=stride, padding=math.ceil(stride / 2))

    def forward(self, x):
        return self.conv(torch.tanh(x))


class Codec(nn.Module):
    """(B, 1, T) to (B, 1, T), if T is a multiple of the product of the strides."""

    def __init__(self, dim=4, strides=(2, 4, 5)):
        super().__init__()
        self.hop_length = math.prod(strides)
        encoder = [nn.Conv1d(1, dim, 7, padding=3)]
        for stride in strides:
            dim *= 2
            encoder.append(EncoderBlock(dim, stride))
        decoder = []
        for stride in reversed(strides):
            decoder.append(DecoderBlock(dim, stride))
            dim //= 2
        decoder.append(nn.Conv1d(dim, 1, 7, padding=3))
        self.encoder, self.decoder = nn.Sequential(*encoder), nn.Sequential(*decoder)

    def preprocess(self, audio):
        """Zeros at the end, up to a multiple of the hop."""
        return nn.functional.pad(audio, (0, -audio.shape[-1] % self.hop_length))

    def forward(self, audio):
        length = audio.shape[-1]
        z = self.encoder(self.preprocess(audio))
        return self.decoder(z)[..., :length]


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Codec()
    optimizer = torch.optim.Adam(model.parameters())
    for length in (400, 333):
        audio = torch.randn(2, 1, length)
        loss = (model(audio) - audio).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(loss.item())
