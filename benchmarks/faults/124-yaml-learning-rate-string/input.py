import torch
import torch.nn as nn
import yaml


def build(path="config.yaml"):
    with open(path) as f:
        cfg = yaml.safe_load(f)
    net = nn.Sequential(nn.Linear(cfg["features"], cfg["hidden"]), nn.ReLU(), nn.Linear(cfg["hidden"], cfg["classes"]))
    return net, torch.optim.AdamW(net.parameters(), **cfg["optimizer"])


if __name__ == "__main__":
    net, opt = build()
    loss = nn.functional.cross_entropy(net(torch.randn(8, 12)), torch.randint(0, 4, (8,)))
    loss.backward()
    opt.step()
    print(round(loss.item(), 3))
