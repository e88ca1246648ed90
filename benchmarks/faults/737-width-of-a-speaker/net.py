import torch
from torch import nn


class FeedForward(nn.Module):
    def __init__(self, dim=64, expansion=4, dropout=0.1):
        super().__init__()
        self.net = nn.Sequential(
            nn.LayerNorm(dim),
            nn.Linear(dim, dim * expansion),
            nn.SiLU(),
            nn.Dropout(dropout),
            nn.Linear(dim * expansion, dim),
            nn.Dropout(dropout),
        )

    def forward(self, x):
        return self.net(x)


class ConvModule(nn.Module):
    def __init__(self, dim=64, kernel_size=7, dropout=0.1):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.pointwise = nn.Conv1d(dim, 2 * dim, 1)
        self.depthwise = nn.Conv1d(dim, dim, kernel_size, padding=kernel_size // 2, groups=dim)
        self.out = nn.Conv1d(dim, dim, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        y = self.norm(x).transpose(1, 2)
        y = nn.functional.glu(self.pointwise(y), dim=1)
        y = self.out(nn.functional.silu(self.depthwise(y)))
        return self.dropout(y.transpose(1, 2))


class ConformerBlock(nn.Module):
    def __init__(self, dim, heads, expansion=4, dropout=0.1):
        super().__init__()
        self.first = FeedForward(expansion=expansion, dropout=dropout)
        self.norm = nn.LayerNorm(dim)
        self.attention = nn.MultiheadAttention(dim, heads, dropout=dropout, batch_first=True)
        self.conv = ConvModule(dim, dropout=dropout)
        self.second = FeedForward(dim, expansion, dropout)
        self.last = nn.LayerNorm(dim)

    def forward(self, x):
        x = x + 0.5 * self.first(x)
        y = self.norm(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        x = x + self.conv(x)
        x = x + 0.5 * self.second(x)
        return self.last(x)


class SpeakerNet(nn.Module):
    def __init__(self, speakers, mels=80, dim=64, heads=4, blocks=4, expansion=4, dropout=0.1):
        super().__init__()
        self.inputs = nn.Linear(mels, dim)
        self.blocks = nn.Sequential(*[ConformerBlock(dim, heads, expansion, dropout) for _ in range(blocks)])
        self.outputs = nn.Linear(2 * dim, speakers)

    def forward(self, mel):
        """mel: (batch, frames, mels)"""
        x = self.blocks(self.inputs(mel))
        return self.outputs(torch.cat([x.mean(dim=1), x.std(dim=1)], dim=1))
