"""Train on one table of series and forecast the next value of each."""
import argparse
from pathlib import Path

import numpy as np
import torch
from torch import nn

from net import GTNet

HERE = Path(__file__).parent

parser = argparse.ArgumentParser()
parser.add_argument("--data", type=str, default="data/exchange.txt", help="a row for each time")
parser.add_argument("--num_nodes", type=int, default=9, help="number of nodes/variables")
parser.add_argument("--subgraph_size", type=int, default=3, help="k")
parser.add_argument("--node_dim", type=int, default=4)
parser.add_argument("--seq_in_len", type=int, default=12)
parser.add_argument("--horizon", type=int, default=3)
parser.add_argument("--batch_size", type=int, default=8)
parser.add_argument("--epochs", type=int, default=2)


class DataLoaderS:
    def __init__(self, file_name, horizon, window):
        self.rawdat = torch.from_numpy(np.loadtxt(HERE / file_name, delimiter=",", dtype=np.float32))
        self.n, self.m = self.rawdat.shape
        self.scale = self.rawdat.abs().max(0).values
        dat = self.rawdat / self.scale
        ends = range(window + horizon - 1, self.n)
        self.x = torch.stack([dat[e - horizon + 1 - window:e - horizon + 1] for e in ends])
        self.y = torch.stack([dat[e] for e in ends])

    def get_batches(self, batch_size):
        for some in torch.randperm(len(self.x)).split(batch_size):
            yield self.x[some], self.y[some]


def main(args):
    torch.manual_seed(0)
    data = DataLoaderS(args.data, args.horizon, args.seq_in_len)
    model = GTNet(args.num_nodes, args.seq_in_len, args.subgraph_size, args.node_dim)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    for _ in range(args.epochs):
        for x, y in data.get_batches(args.batch_size):
            x = x.unsqueeze(1).transpose(2, 3)
            output = model(x).squeeze(3).squeeze(1)
            loss = nn.functional.l1_loss(output * data.scale, y * data.scale)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    print(loss.item())
    return model, data


if __name__ == "__main__":
    model, data = main(parser.parse_args())
