"""Who is speaking? Frames of filter banks, pooled by attention."""
import torch
from torch import nn

SPEAKERS, BANDS, FRAMES = 4, 20, 40


class AttentivePooling(nn.Module):
    """A weighted mean of the frames; the weights of the frames of a clip add up to one."""

    def __init__(self, width, bottleneck=16):
        super().__init__()
        self.score = nn.Sequential(nn.Linear(width, bottleneck), nn.Tanh(), nn.Linear(bottleneck, 1))

    def forward(self, frames):
        weights = torch.softmax(self.score(frames), dim=-1)
        return (weights * frames).sum(dim=1), weights.squeeze(-1)


class SpeakerNet(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.frames = nn.Sequential(nn.Linear(BANDS, width), nn.ReLU(), nn.Linear(width, width))
        self.pool = AttentivePooling(width)
        self.speaker = nn.Linear(width, SPEAKERS)

    def forward(self, clips):
        pooled, weights = self.pool(self.frames(clips))
        return self.speaker(pooled), weights


def record(count, seed):
    """Clips of which a quarter is speech, and the rest is noise."""
    g = torch.Generator().manual_seed(seed)
    voices = torch.randn(SPEAKERS, BANDS, generator=torch.Generator().manual_seed(99))
    speaker = torch.randint(0, SPEAKERS, (count,), generator=g)
    clips = 0.5 * torch.randn(count, FRAMES, BANDS, generator=g)
    for clip, who in zip(clips, speaker):
        start = torch.randint(0, FRAMES - 10, (1,), generator=g).item()
        clip[start:start + 10] += voices[who]
    return clips, speaker


def train(model, clips, speaker, steps=60):
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for step in range(steps):
        logits, _ = model(clips)
        loss = nn.functional.cross_entropy(logits, speaker)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


if __name__ == "__main__":
    torch.manual_seed(0)
    model = SpeakerNet()
    print("loss", train(model, *record(64, seed=1)))
    clips, speaker = record(32, seed=2)
    logits, weights = model(clips)
    print("accuracy", (logits.argmax(1) == speaker).float().mean().item())
    print("share of the loudest frame", weights.max(dim=1).values.mean().item())
