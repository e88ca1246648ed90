import argparse
import os
import torch
import torch.nn as nn


parser = argparse.ArgumentParser()
parser.add_argument("--out", required=True)
args = parser.parse_args()
os.makedirs(args.out)
torch.save(nn.Linear(4, 2).state_dict(), os.path.join(args.out, "last.pt"))
