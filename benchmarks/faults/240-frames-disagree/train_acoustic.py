"""Acoustic model of a speech synthesiser: linguistic features in, vocoder features out."""
import glob

import numpy as np
import torch
import torch.nn as nn


def load_pair(stem):
    lab = torch.from_numpy(np.load(stem + ".lab.npy"))       # from the state alignment
    cmp_ = torch.from_numpy(np.load(stem + ".cmp.npy"))      # from the vocoder
    return lab, cmp_


def main():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(20, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 12))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.002)
    stems = sorted(p[: -len(".lab.npy")] for p in glob.glob("*.lab.npy"))
    for epoch in range(2):
        for stem in stems:
            lab, target = load_pair(stem)
            # row i of both files is the same 5 ms of speech
            output = net(lab)
            loss = ((output - target) ** 2).sum(1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            print(epoch, stem, loss.item())


if __name__ == "__main__":
    main()
