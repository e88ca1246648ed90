import torch
import torch.nn as nn


class Mixer(nn.Module):
    def __init__(self, n=16, dim=32):
        super().__init__()
        self.t, self.c = nn.Linear(n, n), nn.Linear(dim, dim)

    def forward(self, x):
        x = x + self.t(x.transpose(1, 2)).transpose(1, 2)
        return x + self.c(x)


if __name__ == "__main__":
    net = Mixer().cuda()
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream), torch.autocast("cuda", dtype=torch.float16):
        out = net(torch.randn(4, 16, 32, device="cuda"))
    torch.cuda.synchronize()
    print(out.shape)
