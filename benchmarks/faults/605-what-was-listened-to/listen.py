"""The next song, from the mean of the songs somebody listened to."""
import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset

SONGS, STYLES, DIM = 120, 6, 16


class Histories(Dataset):
    """Everybody keeps to a style. Songs count from 1."""

    def __init__(self, people, seed):
        g = torch.Generator().manual_seed(seed)
        self.rows = []
        for _ in range(people):
            style = int(torch.randint(STYLES, (), generator=g))
            n = int(torch.randint(3, 12, (), generator=g))
            songs = style + STYLES * torch.randint(SONGS // STYLES, (n + 1,), generator=g) + 1
            self.rows.append((songs[:-1], songs[-1]))

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        return self.rows[i]


def collate(rows):
    histories = [history for history, _ in rows]
    lengths = torch.tensor([len(history) for history in histories])
    offsets = lengths.cumsum(0) - lengths
    songs = pad_sequence(histories, batch_first=True)
    return songs, offsets, torch.stack([target for _, target in rows])


class NextSong(nn.Module):
    def __init__(self):
        super().__init__()
        self.bag = nn.EmbeddingBag(SONGS + 1, DIM, mode="mean", padding_idx=0)
        self.mlp = nn.Sequential(nn.Linear(DIM, 32), nn.ReLU(), nn.Linear(32, SONGS + 1))

    def forward(self, songs, offsets):
        return self.mlp(self.bag(songs, offsets))


def evaluate(model, loader, k=20):
    hits, count = 0, 0
    with torch.no_grad():
        for songs, offsets, target in loader:
            best = model(songs, offsets).topk(k, dim=1).indices
            hits += (best == target[:, None]).any(dim=1).sum().item()
            count += len(target)
    return hits / count


if __name__ == "__main__":
    torch.manual_seed(0)
    train = DataLoader(Histories(400, 0), batch_size=32, shuffle=True, collate_fn=collate)
    valid = DataLoader(Histories(100, 1), batch_size=32, collate_fn=collate)
    model = NextSong()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(4):
        for songs, offsets, target in train:
            loss = nn.functional.cross_entropy(model(songs, offsets), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: loss {loss.item():.3f}, hits@20 {evaluate(model, valid):.3f}")
