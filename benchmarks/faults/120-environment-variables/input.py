import os
import torch
import torch.nn as nn

DATA_ROOT = os.environ["SHAPES_DATA_ROOT"]
WIDTH = int(os.environ.get("MODEL_WIDTH", "64"))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(20, WIDTH), nn.ReLU(), nn.Linear(WIDTH, 3))

    def forward(self, x):
        return self.body(x)


if __name__ == "__main__":
    print("reading from", DATA_ROOT)
    print(Net()(torch.randn(5, 20)).shape)
