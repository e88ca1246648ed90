"""Text, sound and picture are completed where something is missing, and fused."""
import torch
from torch import nn


class Gate(nn.Module):
    """Attention between the features of a modality; each is a series as long as the modality."""

    def __init__(self, seq_len, num_heads, dropout):
        super().__init__()
        self.attn = nn.MultiheadAttention(seq_len, num_heads, dropout=dropout, batch_first=True)
        self.norm = nn.LayerNorm(seq_len)
        self.pool = nn.Linear(seq_len, 1)

    def forward(self, x):
        x = x.transpose(1, 2)
        x = self.norm(x + self.attn(x, x, x, need_weights=False)[0])
        return self.pool(x).squeeze(2)


class TFRNet(nn.Module):
    def __init__(self, config):
        super().__init__()
        dim, heads, dropout = config["dim"], config["num_heads"], config["dropout"]
        self.proj = nn.ModuleList(nn.Conv1d(d, dim, 1, bias=False) for d in config["feature_dims"])
        self.gates = nn.ModuleList(Gate(length, heads, dropout) for length in config["seq_lens"])
        self.fusion = nn.Sequential(nn.Linear(3 * dim, dim), nn.ReLU(), nn.Linear(dim, 1))

    def forward(self, text, audio, vision):
        parts = []
        for x, proj, gate in zip((text, audio, vision), self.proj, self.gates):
            parts.append(gate(proj(x.transpose(1, 2)).transpose(1, 2)))
        return self.fusion(torch.cat(parts, dim=1)).squeeze(1)
