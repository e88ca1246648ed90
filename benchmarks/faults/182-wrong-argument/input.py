import argparse
import torch
import torch.nn as nn


parser = argparse.ArgumentParser()
parser.add_argument("--arch", choices=["hg1", "hg2", "hg4"], default="hg1")
args = parser.parse_args()
net = nn.Sequential(*[nn.Linear(8, 8) for _ in range(int(args.arch[2:]))])
print(net(torch.randn(2, 8)).shape)
