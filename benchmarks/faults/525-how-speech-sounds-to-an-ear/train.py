"""Takes noise out of speech."""
import torch
import torch.nn as nn

from losses import PerceptualLoss

WIN = 64


def magnitude(wave):
    window = torch.hann_window(WIN)
    return torch.stft(wave, WIN, WIN // 2, window=window, return_complex=True).abs()


class Masker(nn.Module):
    def __init__(self, freq_bins=WIN // 2 + 1, hidden=16):
        super().__init__()
        self.rnn, self.out = nn.GRU(freq_bins, hidden, batch_first=True), nn.Linear(hidden, freq_bins)

    def forward(self, mag):
        h, _ = self.rnn(mag.transpose(1, 2))
        return mag * self.out(h).sigmoid().transpose(1, 2)


def train(steps=4):
    torch.manual_seed(0)
    model, criterion = Masker(), PerceptualLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    time = torch.arange(1024) / 16000
    for _ in range(steps):
        clean = torch.sin(2 * torch.pi * time * (200 + 800 * torch.rand(3, 1)))
        noisy = clean + 0.2 * torch.randn_like(clean)
        loss = criterion(model(magnitude(noisy)), magnitude(clean))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model, criterion, loss.item()


if __name__ == "__main__":
    model, criterion, loss = train()
    print(f"loss {loss:.3f}")
