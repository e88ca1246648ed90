import torch.nn as nn

REGISTRY = {}


def register(name, **defaults):
    def wrap(cls):
        REGISTRY[name] = (cls, defaults)
        return cls
    return wrap


@register("slim", widths=(8, 16))
@register("wide", widths=(24, 48, 96))
class PlainNet(nn.Module):
    def __init__(self, widths, num_classes):
        super().__init__()
        layers, c = [], 3
        for w in widths:
            layers += [nn.Conv2d(c, w, 3, 2, 1), nn.BatchNorm2d(w), nn.ReLU()]
            c = w
        self.features = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = nn.Linear(c, num_classes)

    def forward(self, x):
        return self.classifier(self.features(x))


def build_model(name, **kwargs):
    cls, defaults = REGISTRY[name]
    return cls(**{**defaults, **kwargs})
