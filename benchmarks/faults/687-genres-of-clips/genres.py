"""Learn the genre of short clips of sound, then name that of single ones."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

GENRES = ["drone", "hum", "whistle"]
RATE, SAMPLES = 4000, 1000


def make_clips(count, seed):
    g = torch.Generator().manual_seed(seed)
    genre = torch.randint(0, len(GENRES), (count,), generator=g)
    pitch = torch.tensor([80.0, 300.0, 1200.0])[genre]
    t = torch.arange(SAMPLES) / RATE
    clips = torch.sin(2 * torch.pi * pitch[:, None] * t) + 0.2 * torch.randn(count, SAMPLES, generator=g)
    return clips.unsqueeze(1), genre


class GenreNet(nn.Module):
    def __init__(self, genres=len(GENRES)):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv1d(1, 8, 32, stride=4), nn.BatchNorm1d(8), nn.ReLU(), nn.MaxPool1d(4),
            nn.Conv1d(8, 16, 8), nn.BatchNorm1d(16), nn.ReLU(), nn.AdaptiveMaxPool1d(1),
        )
        self.head = nn.Linear(16, genres)

    def forward(self, clips):
        return self.head(self.body(clips).flatten(1))


def train(model, clips, genre, epochs=4):
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    loader = DataLoader(TensorDataset(clips, genre), batch_size=12, shuffle=True)
    model.train()
    for epoch in range(epochs):
        for x, y in loader:
            loss = nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: loss {loss.item():.3f}")


@torch.no_grad()
def predict(model, clip):
    """The genre of one clip (1 x samples), and how sure the net is."""
    model.eval()
    probabilities = model(clip).softmax(dim=1)[0]
    best = probabilities.argmax().item()
    return GENRES[best], probabilities[best].item()


if __name__ == "__main__":
    torch.manual_seed(0)
    model = GenreNet()
    train(model, *make_clips(60, seed=1))
    clips, genre = make_clips(5, seed=2)
    for clip, truth in zip(clips, genre):
        name, sure = predict(model, clip)
        print(f"{GENRES[truth]:8} heard as {name:8} ({sure:.2f})")
