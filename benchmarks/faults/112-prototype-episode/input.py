import torch
import torch.nn as nn
import torch.nn.functional as F


class ProtoNet(nn.Module):
    def __init__(self, dim=32):
        super().__init__()
        self.enc = nn.Sequential(nn.Conv2d(1, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, dim, 3, 2, 1), nn.ReLU(), nn.AdaptiveMaxPool2d(1), nn.Flatten())

    def forward(self, support, query):
        way, shot = support.shape[:2]
        both = torch.cat([support.reshape(way * shot, *support.shape[2:]), query])
        z = self.enc(both)
        zs, zq = z.split([way * shot, len(query)])
        proto = zs.view(way, shot, -1).mean(1)                       # (way, d)
        return -(zq[:, None] - proto[None]).pow(2).sum(-1)           # (queries, way)


def episode(way=5, shot=3, per_class=4):
    base = torch.randn(way, 1, 1, 28, 28)
    s = base + 0.3 * torch.randn(way, shot, 1, 28, 28)
    q = (base + 0.3 * torch.randn(way, per_class, 1, 28, 28)).flatten(0, 1)
    return s, q, torch.arange(way).repeat_interleave(per_class)


torch.manual_seed(0)
net = ProtoNet()
s, q, y = episode()
logits = net(s, q)
loss = F.cross_entropy(logits, y)
loss.backward()
print(logits.shape, round(loss.item(), 3))
