"""Two views of leaf pictures, a projection and a predictor; sizes come from a configuration."""
import torch
from torch import nn
import torch.nn.functional as F

CONFIG = {"backbone": 24, "projection": {"hidden_dim": 64, "out_dim": 16}, "bottleneck": 4}


def backbone(width):
    return nn.Sequential(nn.Conv2d(3, width, 3, stride=2, padding=1), nn.BatchNorm2d(width), nn.ReLU(),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten())


class ProjectionMLP(nn.Module):
    def __init__(self, in_dim, hidden_dim=64, out_dim=64):
        super().__init__()
        self.layer1 = nn.Sequential(nn.Linear(in_dim, hidden_dim), nn.BatchNorm1d(hidden_dim), nn.ReLU())
        self.layer2 = nn.Sequential(nn.Linear(hidden_dim, hidden_dim), nn.BatchNorm1d(hidden_dim), nn.ReLU())
        self.layer3 = nn.Sequential(nn.Linear(hidden_dim, out_dim), nn.BatchNorm1d(hidden_dim))

    def forward(self, x):
        return self.layer3(self.layer2(self.layer1(x)))


class SimSiam(nn.Module):
    def __init__(self, config):
        super().__init__()
        dim = config["projection"]["out_dim"]
        self.encoder = nn.Sequential(backbone(config["backbone"]),
                                     ProjectionMLP(config["backbone"], **config["projection"]))
        self.predictor = nn.Sequential(nn.Linear(dim, config["bottleneck"]), nn.BatchNorm1d(config["bottleneck"]),
                                       nn.ReLU(), nn.Linear(config["bottleneck"], dim))

    def forward(self, a, b):
        za, zb = self.encoder(a), self.encoder(b)
        pa, pb = self.predictor(za), self.predictor(zb)
        return -0.5 * (F.cosine_similarity(pa, zb.detach()) + F.cosine_similarity(pb, za.detach())).mean()


if __name__ == "__main__":
    torch.manual_seed(0)
    model = SimSiam(CONFIG)
    x = torch.rand(8, 3, 32, 32)
    loss = model(x + 0.1 * torch.randn_like(x), x.flip(-1))
    loss.backward()
    print(loss.item())
