"""Next song of a listening session, from the songs that were played so far."""
import argparse

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

PAD = 0


def get_args():
    p = argparse.ArgumentParser()
    p.add_argument("--num-songs", type=int, default=80)
    p.add_argument("--dim", type=int, default=32)
    p.add_argument("--heads", type=int, default=4)
    p.add_argument("--layers", type=int, default=2)
    p.add_argument("--max-len", type=int, default=12)
    p.add_argument("--batch-size", type=int, default=16)
    p.add_argument("--epochs", type=int, default=3)
    p.add_argument("--lr", type=float, default=3e-3)
    return p.parse_args()


class SessionEncoder(nn.Module):
    def __init__(self, num_songs, dim, heads, layers, max_len):
        super().__init__()
        self.songs = nn.Embedding(num_songs + 1, dim, padding_idx=PAD)
        self.positions = nn.Embedding(max_len, dim)
        layer = nn.TransformerEncoderLayer(dim, heads, dim_feedforward=2 * dim, dropout=0.1, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(dim)

    def forward(self, sessions):
        padding = sessions == PAD
        pos = torch.arange(sessions.size(1), device=sessions.device)
        h = self.songs(sessions) + self.positions(pos)
        h = self.encoder(h, padding)
        h = self.norm(h)
        keep = (~padding).unsqueeze(-1).float()
        session = (h * keep).sum(1) / keep.sum(1)
        return session @ self.songs.weight[1:].t()


def make_sessions(n, num_songs, max_len, seed):
    """Listeners stay within a genre of ten songs and mostly go on to the one after."""
    g = torch.Generator().manual_seed(seed)
    rand = lambda low, high: torch.randint(low, high, (), generator=g).item()
    out = []
    for _ in range(n):
        genre, song = rand(0, num_songs // 10), rand(0, 10)
        session = []
        for _ in range(rand(4, max_len + 2)):
            session.append(genre * 10 + song + 1)
            song = (song + 1) % 10 if rand(0, 10) < 8 else rand(0, 10)
        out.append(torch.tensor(session))
    return out


def collate(sessions):
    history = pad_sequence([s[:-1] for s in sessions], batch_first=True, padding_value=PAD)
    target = torch.stack([s[-1] for s in sessions]) - 1
    return history, target


@torch.no_grad()
def recall_at(model, loader, k):
    model.eval()
    hits, n = 0, 0
    for history, target in loader:
        top = model(history).topk(k, dim=-1).indices
        hits += (top == target[:, None]).any(1).sum().item()
        n += len(target)
    return hits / n


def main(args):
    torch.manual_seed(0)
    train = DataLoader(make_sessions(640, args.num_songs, args.max_len, 1), args.batch_size, shuffle=True, collate_fn=collate)
    test = DataLoader(make_sessions(100, args.num_songs, args.max_len, 2), args.batch_size, collate_fn=collate)
    model = SessionEncoder(args.num_songs, args.dim, args.heads, args.layers, args.max_len)
    opt = torch.optim.Adam(model.parameters(), lr=args.lr)
    for epoch in range(args.epochs):
        model.train()
        for history, target in train:
            loss = F.cross_entropy(model(history), target)
            opt.zero_grad()
            loss.backward()
            opt.step()
        print(f"epoch {epoch}: loss {loss.item():.3f}, recall@10 {recall_at(model, test, 10):.3f}")
    return model


if __name__ == "__main__":
    args = get_args()
    model = main(args)
