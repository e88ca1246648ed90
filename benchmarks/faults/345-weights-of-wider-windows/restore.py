"""Use a window attention that was trained elsewhere."""
import json
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).resolve().parent


class WindowAttention(nn.Module):
    def __init__(self, dim, window, heads):
        super().__init__()
        self.window, self.heads = window, heads
        self.relative_position_bias_table = nn.Parameter(torch.zeros((2 * window - 1) ** 2, heads))
        place = torch.stack(torch.meshgrid(torch.arange(window), torch.arange(window), indexing="ij")).flatten(1)
        shift = place[:, :, None] - place[:, None] + window - 1
        self.index = shift[0] * (2 * window - 1) + shift[1]
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        b, n, d = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        bias = self.relative_position_bias_table[self.index].permute(2, 0, 1)
        weights = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5 + bias).softmax(dim=-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(b, n, d))


class WindowNet(nn.Module):
    def __init__(self, dim=8, window=3, heads=2, classes=3):
        super().__init__()
        self.window = window
        self.attention = WindowAttention(dim, window, heads)
        self.out = nn.Linear(dim, classes)

    def forward(self, x):
        b, c, h, w = x.shape
        s = self.window
        x = x.view(b, c, h // s, s, w // s, s).permute(0, 2, 4, 3, 5, 1).reshape(-1, s * s, c)
        return self.out(self.attention(x).view(b, -1, c).mean(dim=1))


if __name__ == "__main__":
    stored = json.loads((HERE / "window4.json").read_text())
    state = {name: torch.tensor(values) for name, values in stored.items()}
    model = WindowNet()
    model.load_state_dict(state)
    print(model(torch.randn(1, 8, 12, 12)))
