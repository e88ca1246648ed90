"""Move a face to a voice: features of sound to how the face is at each frame."""
import math

import torch
from torch import nn


class PositionalEncoding(nn.Module):
    """Add to frames (batch, frames, features) where in time they are."""

    def __init__(self, d_model, dropout=0.0, max_len=200):
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        pe = torch.zeros(max_len, d_model)
        position = torch.arange(max_len).float().unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2).float() * (-math.log(10000.0) / d_model))
        pe[:, 0::2] = torch.sin(position * div_term)
        pe[:, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe.unsqueeze(0))

    def forward(self, x):
        x = x + self.pe[:, x.shape[1], :]
        return self.dropout(x)


class StyleEncoder(nn.Module):
    def __init__(self, motion_dim, feature_dim=16, n_heads=4):
        super().__init__()
        self.project = nn.Linear(motion_dim, feature_dim)
        self.PE = PositionalEncoding(feature_dim)
        layer = nn.TransformerEncoderLayer(feature_dim, n_heads, 32, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 1)

    def forward(self, motion):
        return self.encoder(self.PE(self.project(motion))).mean(dim=1)


class Denoiser(nn.Module):
    """Noisy motion, sound and style to motion."""

    def __init__(self, motion_dim, audio_dim, feature_dim=16, n_heads=4):
        super().__init__()
        self.audio = nn.Linear(audio_dim, feature_dim)
        self.motion = nn.Linear(motion_dim, feature_dim)
        self.PE = PositionalEncoding(feature_dim)
        layer = nn.TransformerDecoderLayer(feature_dim, n_heads, 32, dropout=0.0, batch_first=True)
        self.decoder = nn.TransformerDecoder(layer, 1)
        self.out = nn.Linear(feature_dim, motion_dim)

    def forward(self, noisy, audio, style):
        x = self.PE(self.motion(noisy) + style.unsqueeze(1))
        return self.out(self.decoder(x, self.PE(self.audio(audio))))


if __name__ == "__main__":
    torch.manual_seed(0)
    style_encoder, denoiser = StyleEncoder(6), Denoiser(6, 10)
    parameters = [*style_encoder.parameters(), *denoiser.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=2e-3)
    for step in range(3):
        motion, audio = torch.randn(4, 25, 6).cumsum(1) / 5, torch.randn(4, 25, 10)
        predicted = denoiser(motion + 0.3 * torch.randn_like(motion), audio, style_encoder(motion))
        loss = nn.functional.mse_loss(predicted, motion)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"step {step}: {loss.item():.3f}")
