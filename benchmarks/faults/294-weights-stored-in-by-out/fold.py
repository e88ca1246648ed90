import torch
from torch import nn

from layers import Adapter, Conv1D


class FeedForward(nn.Module):
    def __init__(self, dim=24):
        super().__init__()
        self.c_fc = Conv1D(dim, 4 * dim)
        self.c_proj = Conv1D(4 * dim, dim)

    def forward(self, x):
        return self.c_proj(nn.functional.gelu(self.c_fc(x)))


if __name__ == "__main__":
    torch.manual_seed(0)
    net = FeedForward()
    net.c_fc, net.c_proj = Adapter(net.c_fc, 4), Adapter(net.c_proj, 4)
    x = torch.randn(2, 7, 24)
    before = net(x)
    net.c_fc, net.c_proj = net.c_fc.fold(), net.c_proj.fold()
    after = net(x)
    print("difference", (before - after).abs().max().item())
