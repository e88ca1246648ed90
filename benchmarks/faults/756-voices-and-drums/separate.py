"""Split stereo recordings into voice, drums and the rest by masks on the spectrogram."""
import torch
from torch import nn

SOURCES = ("voice", "drums", "rest")


class ConvBlock(nn.Module):
    def __init__(self, cin, cout, dilation=1):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, 3, padding=dilation, dilation=dilation)
        self.norm = nn.GroupNorm(4, cout)
        self.act = nn.PReLU()

    def forward(self, x):
        return self.act(self.norm(self.conv(x)))


class MaskNet(nn.Module):
    """magnitudes (batch, channels, freqs, frames) -> masks (batch, sources, channels, freqs, frames)"""

    def __init__(self, channels, sources, width=16, depth=4):
        super().__init__()
        self.sources = sources
        self.channels = channels
        self.inp = ConvBlock(channels, width)
        self.body = nn.ModuleList([ConvBlock(width, width, dilation=2 ** i) for i in range(depth)])
        self.out = nn.Conv2d(width, sources * channels, 1)

    def forward(self, magnitudes):
        x = self.inp(torch.log1p(magnitudes))
        for block in self.body:
            x = x + block(x)
        return self.out(x).unflatten(1, (self.sources, self.channels)).softmax(dim=1)


class Separator(nn.Module):
    """mix (batch, channels, samples) -> (batch, sources, channels, samples)"""

    def __init__(self, channels=2, sources=len(SOURCES), n_fft=256, hop=64):
        super().__init__()
        self.n_fft = n_fft
        self.hop = hop
        self.masks = MaskNet(channels, sources)
        self.register_buffer("window", torch.hann_window(n_fft), persistent=False)

    def spectrogram(self, wave):
        return torch.stft(
            wave,
            self.n_fft,
            hop_length=self.hop,
            window=self.window,
            return_complex=True,
        )

    def waveform(self, spec, length):
        wave = torch.istft(
            spec.flatten(0, 2), self.n_fft, hop_length=self.hop, window=self.window, length=length
        )
        return wave.unflatten(0, spec.shape[:3])

    def forward(self, mix):
        spec = self.spectrogram(mix)
        masks = self.masks(spec.abs())
        estimates = masks * spec.unsqueeze(1)
        return self.waveform(estimates, mix.size(-1))


def si_sdr(estimate, reference, eps=1e-8):
    """Scale-invariant signal-to-distortion ratio in dB along the last axis."""
    scale = (estimate * reference).sum(-1, keepdim=True) / (reference.pow(2).sum(-1, keepdim=True) + eps)
    target = scale * reference
    return 10 * torch.log10((target.pow(2).sum(-1) + eps) / ((estimate - target).pow(2).sum(-1) + eps))


def training_step(model, optimizer, stems):
    """stems: (batch, sources, channels, samples)"""
    estimates = model(stems.sum(dim=1))
    loss = -si_sdr(estimates, stems).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
