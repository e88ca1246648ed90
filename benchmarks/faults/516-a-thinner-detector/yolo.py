"""Builds a detector of a table of layers, thinner or wider by one number."""
import json
import math
from pathlib import Path

import torch
import torch.nn as nn

from common import SPP, Bottleneck, Concat, Conv, GhostBottleneck


def make_divisible(x, divisor):
    return math.ceil(x / divisor) * divisor


def parse_model(d, ch):
    """Layers of ``d``: each has whence it reads, how often it is repeated, its kind and its arguments."""
    gd, gw = d["depth_multiple"], d["width_multiple"]
    layers, ch = [], [ch]
    for i, (f, n, m, args) in enumerate(d["layers"]):
        m = eval(m)
        n = max(round(n * gd), 1) if n > 1 else n
        if m in [Conv, Bottleneck, SPP]:
            c1, c2 = ch[f], make_divisible(args[0] * gw, 8)
            args = [c1, c2, *args[1:]]
        elif m is GhostBottleneck:
            c2 = args[1]
        elif m is Concat:
            c2 = sum(ch[x if x < 0 else x + 1] for x in f)
        else:
            c2 = ch[f]
        m_ = nn.Sequential(*[m(*args) for _ in range(n)]) if n > 1 else m(*args)
        m_.i, m_.f = i, f
        layers.append(m_)
        ch.append(c2)
    return nn.Sequential(*layers), ch[-1]


class Model(nn.Module):
    def __init__(self, cfg, ch=3, width_multiple=None):
        super().__init__()
        cfg = json.loads((Path(__file__).parent / cfg).read_text())
        if width_multiple is not None:
            cfg["width_multiple"] = width_multiple
        self.model, last = parse_model(cfg, ch)
        self.detect = nn.Conv2d(last, 3 * (cfg["nc"] + 5), 1)

    def forward(self, x):
        y = []
        for m in self.model:
            if m.f != -1:
                x = y[m.f] if isinstance(m.f, int) else [x if j == -1 else y[j] for j in m.f]
            x = m(x)
            y.append(x)
        return self.detect(x)


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Model("ghost.json").eval()
    print(tuple(model(torch.zeros(1, 3, 64, 64)).shape))
