import argparse
import torch
import torch.nn as nn


parser = argparse.ArgumentParser()
parser.add_argument("--resume")
args = parser.parse_args()
net = nn.Linear(8, 3)
if args.resume:
    net.load_state_dict(torch.load(args.resume)["state_dict"])
print(net(torch.randn(2, 8)).shape)
