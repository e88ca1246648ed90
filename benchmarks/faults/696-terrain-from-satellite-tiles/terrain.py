"""Label satellite tiles (red, green, blue, near infrared) with a kind of terrain."""
import torch
from torch import nn
import torch.nn.functional as F


class BasicBlock(nn.Module):
    def __init__(self, cin, cout, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(cin, cout, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(cout)
        self.conv2 = nn.Conv2d(cout, cout, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(cout)
        self.short = nn.Identity()
        if stride != 1 or cin != cout:
            self.short = nn.Sequential(nn.Conv2d(cin, cout, 1, stride=stride, bias=False), nn.BatchNorm2d(cout))

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(out)) + self.short(x))


class SmallResNet(nn.Module):
    """Trained on 45 scenes; only its features are wanted here."""

    def __init__(self, channels=4, classes=45, width=16):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(channels, width, 7, stride=2, padding=3, bias=False), nn.BatchNorm2d(width), nn.ReLU()
        )
        self.layer1 = BasicBlock(width, width)
        self.layer2 = BasicBlock(width, 2 * width, stride=2)
        self.layer3 = BasicBlock(2 * width, 4 * width, stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(4 * width, classes)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(self.stem(x))))
        x = torch.flatten(self.avgpool(x), 1)
        return self.fc(x)


class TerrainNet(nn.Module):
    def __init__(self, terrains=6, freeze=False):
        super().__init__()
        backbone = SmallResNet()
        self.features = nn.Sequential(*list(backbone.children())[:-1])
        if freeze:
            for p in self.features.parameters():
                p.requires_grad = False
        self.head = nn.Linear(backbone.fc.in_features, terrains)

    def forward(self, tiles):
        x = self.features(tiles)
        return self.head(x)


@torch.no_grad()
def label(model, tiles):
    return model.eval()(tiles).argmax(dim=1)
