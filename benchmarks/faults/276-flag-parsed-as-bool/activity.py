"""Recognise activities from wrist sensors; options stand in a file next to the program."""
import argparse
from pathlib import Path

import torch
from torch import nn

ACTIVITIES = ("walk", "sit", "stairs", "cycle")


def get_args(argv=None):
    parser = argparse.ArgumentParser(fromfile_prefix_chars="@")
    parser.add_argument("--sensors", type=int, default=3)
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--window", type=int, default=50)
    parser.add_argument("--bidirectional", type=bool, default=False,
                        help="read the window backwards too (needs the doubled head of the big model)")
    parser.add_argument("--lr", type=float, default=1e-3)
    if argv is None:
        argv = ["@" + str(Path(__file__).with_name("options.txt"))]
    return parser.parse_args(argv)


class ActivityNet(nn.Module):
    def __init__(self, args):
        super().__init__()
        self.lstm = nn.LSTM(args.sensors, args.hidden, args.layers,
                            batch_first=True, bidirectional=args.bidirectional)
        self.head = nn.Linear(args.hidden, len(ACTIVITIES))

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.head(out[:, -1])


def main(argv=None):
    args = get_args(argv)
    torch.manual_seed(0)
    model = ActivityNet(args)
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
    for step in range(3):
        x = torch.randn(16, args.window, args.sensors)
        y = torch.randint(len(ACTIVITIES), (16,))
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(step, loss.item())
    return model


if __name__ == "__main__":
    model = main()
