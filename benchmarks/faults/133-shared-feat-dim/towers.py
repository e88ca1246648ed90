import torch
import torch.nn as nn

FEAT_DIM = 128


class ProjectionHead(nn.Module):
    def __init__(self, in_dim=FEAT_DIM, out_dim=64):
        super().__init__()
        self.fc1 = nn.Linear(in_dim, out_dim)
        self.fc2 = nn.Linear(out_dim, out_dim)
        self.norm = nn.LayerNorm(out_dim)

    def forward(self, x):
        p = self.fc1(x)
        return self.norm(p + self.fc2(torch.relu(p)))


class TextTower(nn.Module):
    def __init__(self, vocab=500):
        super().__init__()
        self.emb = nn.Embedding(vocab, FEAT_DIM)
        self.rnn = nn.GRU(FEAT_DIM, FEAT_DIM, batch_first=True)
        self.proj = ProjectionHead()

    def forward(self, tokens):
        _, h = self.rnn(self.emb(tokens))
        return self.proj(h[-1])


class ImageTower(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(3, 64, 3, 2, 1), nn.ReLU(), nn.Conv2d(64, 256, 3, 2, 1), nn.ReLU(),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        )
        self.proj = ProjectionHead()

    def forward(self, images):
        return self.proj(self.backbone(images))
