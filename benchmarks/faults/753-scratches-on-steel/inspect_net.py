"""Defects on rolled steel from grey line-scan images: a MobileNet-like net with squeeze and excitation."""
import torch
from torch import nn

DEFECTS = ("crazing", "inclusion", "patches", "pitted", "rolled-in", "scratches")

# expansion, output channels, stride, attention
PLAN = [
    (1, 16, 1, False),
    (4, 24, 2, False),
    (4, 24, 1, True),
    (4, 40, 2, True),
    (4, 40, 1, True),
]


def conv_bn_act(cin, cout, kernel=3, stride=1, groups=1, act=nn.Hardswish):
    return nn.Sequential(
        nn.Conv2d(cin, cout, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(cout),
        act(),
    )


class SqueezeExcite(nn.Module):
    """Weighs the channels of a map by what the whole map holds."""

    def __init__(self, channels, reduction=4):
        super().__init__()
        squeezed = max(channels // reduction, 8)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(
            nn.Linear(channels, squeezed),
            nn.ReLU(inplace=True),
            nn.Linear(squeezed, channels),
            nn.Hardsigmoid(),
        )

    def forward(self, x):
        weights = self.fc(self.pool(x))
        return x * weights


class InvertedResidual(nn.Module):
    def __init__(self, cin, cout, expansion, stride, attention):
        super().__init__()
        mid = cin * expansion
        layers = [] if expansion == 1 else [conv_bn_act(cin, mid, kernel=1)]
        layers.append(conv_bn_act(mid, mid, stride=stride, groups=mid))
        if attention:
            layers.append(SqueezeExcite(mid))
        layers.append(conv_bn_act(mid, cout, kernel=1, act=nn.Identity))
        self.block = nn.Sequential(*layers)
        self.residual = stride == 1 and cin == cout

    def forward(self, x):
        y = self.block(x)
        return x + y if self.residual else y


class DefectNet(nn.Module):
    def __init__(self, classes=len(DEFECTS), plan=PLAN, dropout=0.2):
        super().__init__()
        self.stem = conv_bn_act(1, 16, stride=2)
        blocks, cin = [], 16
        for expansion, cout, stride, attention in plan:
            blocks.append(InvertedResidual(cin, cout, expansion, stride, attention))
            cin = cout
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Sequential(
            conv_bn_act(cin, 96, kernel=1),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Dropout(dropout),
            nn.Linear(96, classes),
        )
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out")

    def forward(self, images):
        return self.head(self.blocks(self.stem(images)))


def inspect(model, image, threshold=0.5):
    """Name of the defect on one image (1, height, width), or None when the net is not sure."""
    model.eval()
    with torch.no_grad():
        p = model(image[None]).softmax(-1)[0]
    best = int(p.argmax())
    return DEFECTS[best] if p[best] >= threshold else None
