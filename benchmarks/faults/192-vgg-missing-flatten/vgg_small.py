import torch
import torch.nn as nn

# numbers are channels, 'M' is a 2x2 max pooling
LAYOUT = [8, 'M', 16, 'M', 32, 32, 'M', 64, 'M', 64, 'M']


def make_features(layout, batch_norm=False):
    layers, cin = [], 3
    for item in layout:
        if item == 'M':
            layers.append(nn.MaxPool2d(2, 2))
            continue
        layers.append(nn.Conv2d(cin, item, 3, padding=1))
        if batch_norm:
            layers.append(nn.BatchNorm2d(item))
        layers.append(nn.ReLU(inplace=True))
        cin = item
    return nn.Sequential(*layers)


class SmallVGG(nn.Module):
    def __init__(self, num_classes=17):
        super().__init__()
        self.features = make_features(LAYOUT)
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(64 * 7 * 7, 128),
            nn.ReLU(inplace=True),
            nn.Dropout(0.5),
            nn.Linear(128, num_classes),
        )

    def forward(self, x):
        x = self.features(x)
        x = self.avgpool(x)
        return self.classifier(x)
