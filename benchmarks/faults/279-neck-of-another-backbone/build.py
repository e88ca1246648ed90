"""Build the detector of a configuration file (a small subset of YAML) and time one image."""
import ast
import time
from pathlib import Path

import torch
from torch import nn


def load(path):
    config, section = {}, None
    for line in Path(path).read_text().splitlines():
        line = line.split("#")[0].rstrip()
        if not line:
            continue
        key, _, value = line.strip().partition(":")
        if not line.startswith(" "):
            section = config.setdefault(key, {})
        else:
            section[key] = ast.literal_eval(value.strip())
    return config


class InvertedBottleneck(nn.Module):
    def __init__(self, cin, cout, expand, stride):
        super().__init__()
        mid = cin * expand
        self.body = nn.Sequential(
            nn.Conv2d(cin, mid, 1, bias=False), nn.BatchNorm2d(mid), nn.ReLU6(),
            nn.Conv2d(mid, mid, 3, stride, 1, groups=mid, bias=False), nn.BatchNorm2d(mid), nn.ReLU6(),
            nn.Conv2d(mid, cout, 1, bias=False), nn.BatchNorm2d(cout))

    def forward(self, x):
        return self.body(x)


class Mobile(nn.Module):
    def __init__(self, stem, widths, expand, out_indices):
        super().__init__()
        self.out_indices = out_indices
        self.stem = nn.Conv2d(3, stem, 3, 2, 1)
        chain = [stem] + widths
        self.stages = nn.ModuleList(InvertedBottleneck(a, b, expand, 2) for a, b in zip(chain, widths))

    def forward(self, x):
        x, outs = self.stem(x), []
        for i, stage in enumerate(self.stages):
            x = stage(x)
            if i in self.out_indices:
                outs.append(x)
        return outs


class FPN(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.lateral = nn.ModuleList(nn.Conv2d(c, out_channels, 1) for c in in_channels)

    def forward(self, features):
        outs = [conv(f) for conv, f in zip(self.lateral, features)]
        for i in range(len(outs) - 1, 0, -1):
            outs[i - 1] = outs[i - 1] + nn.functional.interpolate(outs[i], scale_factor=2)
        return outs


class Detector(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.backbone = Mobile(**config["backbone"])
        self.neck = FPN(**config["neck"])
        head = config["head"]
        self.head = nn.Conv2d(config["neck"]["out_channels"], head["classes"] + 4 + head["angles"], 3, padding=1)

    def forward(self, x):
        return [self.head(f) for f in self.neck(self.backbone(x))]


if __name__ == "__main__":
    torch.manual_seed(0)
    config = load(Path(__file__).with_name("rotated_mobile.yaml"))
    model = Detector(config).eval()
    start = time.time()
    with torch.no_grad():
        outs = model(torch.randn(1, 3, 128, 128))
    print([tuple(o.shape) for o in outs], "%.0f ms" % (1000 * (time.time() - start)))
